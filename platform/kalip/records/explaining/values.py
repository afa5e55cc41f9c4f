"""Conditions and the values that made them hold or not, as far as the one who asks may know them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from kalip.access import may
from kalip.base.errors import BadRequest
from kalip.fields import Style
from kalip.model import DIRECTORY, Entity, Field, Verb
from kalip.records.explaining.sentences import Because, Value
from kalip.records.filters import said_filter
from kalip.records.naming import find_path
from kalip.records.related import guard_filters
from kalip.records.services import Work
from kalip.records.titles import titles_of
from kalip.storage import select_many

# Neither what it says nor whether it holds: that would tell of a hidden value.
CLOSED: Final = Because("There is a condition on something that you may not see.")


@dataclass(frozen=True, slots=True)
class Through:
    """Where the record asked about is, and by which references what is read of follows."""

    entity: str
    hops: tuple[str, ...] = ()


def said_piece(source: str, values: tuple[Value, ...], *, holds: bool) -> Because:
    """One condition that holds or doesn't, with the values that it read."""
    params = {"condition": source, "values": values}
    return (
        Because("It holds that {condition}. {values}", params, speaks=True)
        if holds
        else Because("It doesn't hold that {condition}. {values}", params, speaks=False)
    )


def is_closed(work: Work, entity: Entity, source: str) -> bool:
    """Whether a condition reads what the one who asks couldn't filter a list by."""
    if work.actor.administrator:
        return False
    try:
        expression = said_filter(work, entity.name, source)
        guard_filters(work, entity, expression.paths)
    except BadRequest:
        return True
    return False


def shown_values(
    work: Work, entity: Entity, record_id: str, paths: Collection[str], through: Through
) -> tuple[Value, ...]:
    """The values at paths of an entity that the one who asks may read, of the record that `through` leads from."""
    texts = [text for text in sorted(paths) if text != "id" and _may_show(work, entity, text)]
    if not texts:
        return ()
    before = "".join(f"{step}." for step in through.hops)
    wanted = tuple(before + text for text in texts)
    rows = select_many(work.session, work.served, through.entity, [record_id], work.context, wanted, form="values")
    row = rows.get(record_id, {})
    return tuple(_value(work, entity, text, row.get(before + text)) for text in texts)


def _may_show(work: Work, entity: Entity, text: str) -> bool:
    if work.actor.administrator:
        return True
    first, dot, _ = text.partition(".")
    is_path = bool(dot) and find_path(work.served, entity, text).hops != ()
    readable = may(work.served, work.actor, Verb.READ, entity.name)
    return readable and not is_path and work.sight(entity.name).shows_all(first)


def _value(work: Work, entity: Entity, text: str, value: object) -> Value:
    path = find_path(work.served, entity, text)
    if value is None:
        return Value(path.field.label, "—")
    if path.part or path.field.type in ("children", "references"):
        return Value(path.field.label, str(value))
    kind = work.served.types[path.field.type]
    return Value(path.field.label, kind.format(path.field, value, _style(work, path.field, value)))


def _style(work: Work, known: Field, value: object) -> Style:
    zone: tzinfo = ZoneInfo(work.actor.timezone)
    named = known.names if known.type in (*DIRECTORY, "reference") else None
    titles = titles_of(work, {named: [str(value)]}).by_id() if named else {}
    return Style(locale=work.actor.locale, timezone=zone, titles=titles)
