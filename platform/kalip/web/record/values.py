"""JSON values of records, as events and plans hold them, in a reader's words."""

from collections.abc import Iterable, Mapping

from kalip.fields import FieldFault
from kalip.model import DIRECTORY, Entity
from kalip.records import Titles, Work, titles_of
from kalip.web.cells import Cell, reader_of, style_of


def shown_value(work: Work, entity: Entity, name: str, raw: object, titles: Titles | None = None) -> Cell:
    """A JSON value of a field as people read it."""
    field = entity.attribute(name)
    if field is None or raw is None:
        return Cell("text", "" if raw is None else str(raw))
    if field.type == "children":
        return Cell("text", str(len(raw)) if isinstance(raw, list) else "")
    try:
        value = work.served.types[field.type].parse(field, raw)
    except FieldFault:
        return Cell("text", str(raw))
    return reader_of(work.served, entity, field, style_of(work, titles))(value)


def titles_in(work: Work, records: Iterable[tuple[Entity, Mapping[str, object]]]) -> Titles:
    """The titles of all that JSON values of records refer to."""
    wanted: dict[str, list[str]] = {}
    for entity, values in records:
        for name, raw in values.items():
            field = entity.attribute(name)
            if field is None or raw is None:
                continue
            if field.type == "any_reference" and isinstance(raw, Mapping):
                wanted.setdefault(str(raw.get("entity")), []).append(str(raw.get("id")))
            elif field.type in ("reference", "references", *DIRECTORY):
                ids = raw if isinstance(raw, list | tuple) else [raw]
                wanted.setdefault(str(field.names), []).extend(map(str, ids))
    return titles_of(work, wanted)
