"""Values as people read them: each becomes a frozen `Cell` that a value template shows. Nothing is edited here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from kalip.fields import Style
from kalip.model import Entity, Field, Model
from kalip.records import Titles, Work
from kalip.runtime import Served
from kalip.web.locale import LOCALES, current_locale, gettext
from kalip.web.tones import tone, tone_of_id

NUMBERS = frozenset({"integer", "decimal", "money", "percent", "duration"})
_FILES = frozenset({"file", "files", "image"})
_LONGEST_IN_LIST = 300  # characters of a text that a list shows; the cell is clipped anyway


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to be shown. `raw` is the plain value where a template needs it (a rating's number)."""

    widget: str
    text: str
    raw: Any = None
    href: str = ""
    tone: str = "tone"
    items: tuple["Cell", ...] = ()
    limit: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.text and not self.items and self.raw is None


Reader = Callable[[Any], Cell]
Labels = Mapping[str, Mapping[str, Mapping[str, str]]]


def style_of(work: Work, titles: Titles | None = None) -> Style:
    """How the person whose work this is reads values, with the titles of the records they name."""
    locale = current_locale()
    return Style(
        locale=locale,
        timezone=ZoneInfo(work.actor.timezone),
        choices=work.served.project(_labels)[locale],
        titles=titles.by_id() if titles else {},
    )


def reader_of(served: Served, entity: Entity, field: Field, style: Style) -> Reader:
    """A function from a field's Python value to its cell, made once for a whole column."""
    if field.system and field.name in ("stage", "pipeline"):
        return _stage_reader(entity, field.name)
    kind = served.types[field.type]
    make = _MAKERS.get(field.type, _plain)

    def read(value: Any) -> Cell:
        if value is None:
            return Cell(kind.widget, "")
        return make(served.model, field, value, kind.format(field, value, style), style)

    return read


def column_reader(served: Served, entity: Entity, field: Field, path: str, style: Style) -> Reader:
    """As `reader_of`, for a column that may show only a part of the field: `address.city`."""
    if path.rpartition(".")[2] == field.name:
        return reader_of(served, entity, field, style)
    return lambda value: Cell("text", "" if value is None else str(value))


def is_number(served: Served, field: Field) -> bool:
    """Whether a column of the field is set to the right."""
    return served.types[field.type].widget in NUMBERS or (
        field.type in ("computed", "rollup") and served.types[field.type].sums
    )


def record_url(entity: str, record_id: str) -> str:
    """The address of a record's page."""
    return url_for("record.show_record", entity=entity, record_id=record_id)


def _plain(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    return Cell(_WIDGETS.get(field.type, "text"), text, raw=value)


def _boolean(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    return Cell("boolean", gettext("Yes") if value else gettext("No"), raw=bool(value))


def _choice(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    return Cell("choice", text, raw=value, tone=tone(_colour(model, field, value)))


def _choices(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:
    labels = style.choices.get(field.choices or "", {})
    items = tuple(Cell("choice", labels.get(each, each), tone=tone(_colour(model, field, each))) for each in value)
    return Cell("choices", text, items=items)


def _reference(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    title = style.titles.get(value, "")
    if not title:
        return Cell("reference", gettext("(not visible)"))
    return Cell("reference", title, raw=value, href=record_url(field.target or "", value))


def _references(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:
    items = tuple(_reference(model, field, each, "", style) for each in value)
    return Cell("references", text, items=items)


def _any_reference(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    title = style.titles.get(value.id, "")
    return Cell("reference", title or text, raw=value.id, href=record_url(value.entity, value.id))


def _user(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    name = style.titles.get(value, "") or text
    return Cell("user", name, raw=value, tone=tone_of_id(value))


def _url(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    # Only what opens a page may become a link: `javascript:` is text.
    href = value if value.lower().startswith(("http://", "https://")) else ""
    return Cell("url" if href else "text", text, href=href)


def _rating(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    limit = int(field.options.get("max", 5))
    return Cell("rating", gettext("{value} of {limit}", value=value, limit=limit), raw=value, limit=limit)


def _file(model: Model, field: Field, value: Any, text: str, style: Style) -> Cell:  # noqa: ARG001 one signature for all
    ids = (value,) if isinstance(value, str) else tuple(value)
    items = tuple(
        Cell("text", style.titles.get(each) or gettext("File"), raw=each, href=f"/api/files/{each}") for each in ids
    )
    return Cell("file", text, items=items)


def _stage_reader(entity: Entity, name: str) -> Reader:
    locale = current_locale()
    known: dict[str, Cell] = {}
    for pipeline in entity.pipelines.values():
        if name == "pipeline":
            known[pipeline.name] = Cell("text", pipeline.label.get(locale))
            continue
        for stage in pipeline.stages.values():
            cell = Cell("choice", stage.label.get(locale), stage.name, tone=tone(stage_colour(stage)))
            known.setdefault(stage.name, cell)
    return lambda value: known.get(value) or Cell("text", value or "")


def stage_colour(stage: Any) -> str:
    """A stage's colour: its own, else one that fits its outcome."""
    return stage.colour or {"won": "green", "lost": "red"}.get(stage.outcome, "blue")


def _colour(model: Model, field: Field, value: str) -> str:
    choices = model.choices.get(field.choices or "")
    found = choices.choices.get(value) if choices else None
    return found.colour if found else ""


def _labels(served: Served) -> Labels:
    """Labels by locale, choice list and value."""
    lists = served.model.choices.items()
    return {
        locale: {
            name: {value: choice.label.get(locale) or value for value, choice in each.choices.items()}
            for name, each in lists
        }
        for locale in LOCALES
    }


def shortened(cell: Cell) -> Cell:
    """The cell for a list, where a long text is only begun."""
    if len(cell.text) <= _LONGEST_IN_LIST:
        return cell
    return Cell("text", cell.text[:_LONGEST_IN_LIST] + "…")


_Maker = Callable[[Model, Field, Any, str, Style], Cell]
_MAKERS: Mapping[str, _Maker] = {
    "boolean": _boolean,
    "choice": _choice,
    "choices": _choices,
    "tags": _choices,
    "reference": _reference,
    "references": _references,
    "any_reference": _any_reference,
    "user": _user,
    "url": _url,
    "rating": _rating,
    **dict.fromkeys(_FILES, _file),
}
_WIDGETS: Mapping[str, str] = {
    "email": "email",
    "phone": "phone",
    "colour": "colour",
    "long_text": "long_text",
    "rich_text": "rich_text",
    "json": "json",
}


def joined(cells: Sequence[Cell]) -> str:
    """The texts of cells in one line."""
    return " · ".join(cell.text for cell in cells if cell.text)
