"""Turns rows as read into rows as shown."""

from kalip.model import Entity, ListView
from kalip.records.commands import ListColumn, Record, Row
from kalip.records.naming import Path
from kalip.records.related import orders
from kalip.records.services import Work
from kalip.records.titles import title_text

ALWAYS = ("id", "version", "archived_at")


def extra_fields(entity: Entity) -> tuple[str, ...]:
    """What every row on a screen has beside its columns."""
    stage = tuple(name for name in ("pipeline", "stage", "stage_since", "stage_due") if name in entity.system)
    return (*ALWAYS, entity.title, *stage)


def make_row(work: Work, entity: Entity, row: Record) -> Row:
    """A row for the screen, from Python values by path. `entity` is seen with the actor's eyes."""
    return Row(
        entity=entity.name,
        id=str(row["id"]),
        version=int(str(row["version"])),
        archived=row.get("archived_at") is not None,
        title=title_text(work, entity, row.get(entity.title)),
        values=row,
    )


def make_column(work: Work, entity: Entity, path: Path, view: ListView | None) -> ListColumn:
    """A column for the screen; its label tells the way through references."""
    shown = next((each for each in view.columns if each.field == path.text), None) if view is not None else None
    whole = work.sight(path.entity.name).shows_all(path.field.name) if path.entity.name in work.model.entities else True
    return ListColumn(
        path=path.text,
        label=path.field.label,
        field=path.field,
        entity=path.entity.name,
        sortable=work.served.types[path.field.type].sortable and orders(work, entity, path),
        width=shown.width if shown is not None else None,
        frozen=shown.frozen if shown is not None else False,
        whole=whole,
    )
