"""Conversions in a record's history: what was made, in which pipeline, by which values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kalip.model import Entity
from kalip.records import EventPage, EventView, Work, add_missing
from kalip.web.cells import Cell, record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.record.values import shown_value, titles_in


@dataclass(frozen=True, slots=True)
class MadeByIt:
    """One record of a conversion's entry; `note` says where it started, or that it was there already."""

    label: str
    title: str
    href: str
    note: str
    values: tuple[tuple[str, Cell], ...]


def made_by(work: Work, entity: Entity, event: EventView, titles: Mapping[str, str]) -> tuple[MadeByIt, ...]:
    """The records that the entry of a conversion tells of; nothing for any other entry."""
    targets = event.facts.get("targets")
    if event.kind != "record.converted" or not isinstance(targets, Mapping):
        return ()
    return tuple(
        _made(work, entity, (str(event.facts.get("conversion")), name), told, titles) for name, told in targets.items()
    )


def name_results(work: Work, page: EventPage) -> None:
    """Add the titles of what conversions made; no statement where there are none."""
    wanted: dict[str, list[str]] = {}
    for event in page.items:
        targets = event.facts.get("targets") if event.kind == "record.converted" else None
        for told in targets.values() if isinstance(targets, Mapping) else ():
            wanted.setdefault(str(told["entity"]), []).append(str(told["id"]))
    if wanted:
        add_missing(work, page.titles, wanted)


def _made(
    work: Work, entity: Entity, place: tuple[str, str], told: Mapping[str, object], titles: Mapping[str, str]
) -> MadeByIt:
    locale = current_locale()
    conversion = entity.conversions.get(place[0])
    target = conversion.targets.get(place[1]) if conversion is not None else None
    made, record_id = work.seen.entity(str(told["entity"])), str(told["id"])
    title = titles.get(record_id, "")
    pipeline = made.pipelines.get(str(told.get("pipeline"))) if made is not None else None
    note = gettext("was there already") if told.get("made") is False else ""
    return MadeByIt(
        label=target.label.get(locale) if target is not None else place[1],
        title=title or gettext("(not visible)"),
        href=record_url(str(told["entity"]), record_id) if title else "",
        note=pipeline.label.get(locale) if pipeline is not None else note,
        values=tuple(_values(work, made, told.get("values"))) if made is not None and title else (),
    )


def _values(work: Work, made: Entity, values: object) -> Iterable[tuple[str, Cell]]:
    """What was mapped, of which the reader may see the record."""
    if not isinstance(values, Mapping):
        return
    titles = titles_in(work, [(made, values)])
    for name, raw in values.items():
        field = made.attribute(name)
        if field is not None and field.type != "children":
            cell = shown_value(work, made, name, raw, titles)
            if not cell.empty:
                yield field.label.get(current_locale()), cell
