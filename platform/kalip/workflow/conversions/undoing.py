"""Takes a conversion back: what it made is archived and the record is as it was, unless somebody worked on it since."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from kalip.access import denied
from kalip.base.errors import Conflict, KalipError, NotFound, Violation
from kalip.fields import FieldFault
from kalip.model import Conversion, Verb
from kalip.records import Grounds, SaveRecord, Work, archive_record, compile_filter, save_record, visible_entity
from kalip.records.filters import allowed_rows, matching
from kalip.records.journal import UNCONVERTED
from kalip.records.rules import rules_of
from kalip.storage import (
    Filter,
    Query,
    StoredConversion,
    StoredResult,
    conversions_of_record,
    events_for,
    find_conversion,
    select_many,
    select_page,
    update_conversion,
)
from kalip.workflow.conversions.commands import Blocker, Converted, UndoPlan
from kalip.workflow.conversions.selecting import DONE, OPEN, as_converted

UNDONE = "undone"
MOST_EVENTS = 100
Record = tuple[str, str]


class UndoRefused(KalipError):
    """A conversion that can't be undone; `blockers` say why, as do its violations."""

    code = "W113"

    def __init__(self, blockers: Iterable[Blocker]) -> None:
        self.blockers = tuple(blockers)
        first = self.blockers[0]
        self.violations = tuple(Violation("", "blocked", each.template, each.params) for each in self.blockers)
        super().__init__(first.template, params=first.params)


def undo_plan(work: Work, conversion_id: str) -> UndoPlan:
    """Whether a conversion can be undone by the actor. NotFound for one that is not there or not for the actor."""
    stored, conversion = _found(work, conversion_id)
    until = _until(stored, conversion)
    return UndoPlan(as_converted(stored), until, tuple(_blockers(work, stored, until)))


def undo_conversion(work: Work, conversion_id: str) -> Converted:
    """Undo a conversion in the caller's transaction. UndoRefused with every blocker, Conflict when it is undone."""
    stored, conversion = _found(work, conversion_id)
    blockers = tuple(_blockers(work, stored, _until(stored, conversion)))
    if blockers:
        raise UndoRefused(blockers)
    for moved in reversed(stored.moved):
        _bring_back(work, moved)
    for result in reversed(stored.results):
        if result.made:
            if not _is_archived(work, result):
                archive_record(work, result.entity, result.record_id)
        elif result.before:
            _empty_again(work, result)
    version = _restore_source(work, stored)
    undone = replace(
        stored, state=UNDONE, claim=None, pending=(), version=version, undone_at=work.now, undone_by=work.actor.id
    )
    update_conversion(work.session, undone)
    _leave_as_before(work, stored, version)
    return as_converted(undone)


def _found(work: Work, conversion_id: str) -> tuple[StoredConversion, Conversion | None]:
    stored = find_conversion(work.session, conversion_id)
    if stored is None:
        raise NotFound("There is no conversion with the id '{id}'.", params={"id": conversion_id[:60]})
    entity = visible_entity(work, stored.entity)
    for verb in (Verb.READ, Verb.CONVERT):
        filters = allowed_rows(work, verb, entity.name, stored.name)
        if filters is None or (filters and not matching(work, entity.name, [stored.record_id], filters)):
            if verb is Verb.CONVERT:
                raise denied(verb, entity.name)
            raise NotFound("There is no conversion with the id '{id}'.", params={"id": conversion_id[:60]})
    if stored.state == UNDONE:
        raise Conflict("This conversion is undone already.", code="W114", params={"id": conversion_id})
    return stored, entity.conversions.get(stored.name)


def _until(stored: StoredConversion, conversion: Conversion | None) -> datetime | None:
    if conversion is None or not conversion.undo_days:
        return None
    return (stored.finished_at or stored.started_at) + timedelta(days=conversion.undo_days)


def _blockers(work: Work, stored: StoredConversion, until: datetime | None) -> Iterable[Blocker]:
    if until is None and stored.state == DONE:
        yield Blocker("This conversion can't be undone.", {})
    elif until is not None and work.now > until:
        yield Blocker("It could be undone until {day}.", {"day": until.date().isoformat()})
    others = conversions_of_record(work.session, stored.entity, stored.record_id)
    if any(each.state in (OPEN, DONE) and each.started_at > stored.started_at for each in others):
        yield Blocker("The record was converted again since: undo that first.", {})
    if stored.state == DONE and _version(work, (stored.entity, stored.record_id)) != stored.version:
        template = "The record was changed since."
        yield Blocker(template, {}, stored.entity, stored.record_id)
    own = {(each.entity, each.record_id) for each in stored.results if each.made}
    inside = {*own, (stored.entity, stored.record_id), *((str(m["entity"]), str(m["id"])) for m in stored.moved)}
    for result in stored.results:
        if result.made and not _is_archived(work, result):
            yield from _touched(work, stored, result)
            yield from _referred(work, result, inside)


def _touched(work: Work, stored: StoredConversion, result: StoredResult) -> Iterable[Blocker]:
    place = {"entity": result.entity, "record_id": result.record_id}
    events = events_for(work.session, result.entity, result.record_id, MOST_EVENTS).events
    if any(each.correlation != stored.correlation for each in events):
        yield Blocker("Somebody has worked on what was made: {target}.", {"target": result.target}, **place)
    filters = allowed_rows(work, Verb.ARCHIVE, result.entity)
    if filters is None or (filters and not matching(work, result.entity, [result.record_id], filters)):
        yield Blocker("You may not archive what was made: {target}.", {"target": result.target}, **place)


def _referred(work: Work, result: StoredResult, inside: set[Record]) -> Iterable[Blocker]:
    """Records that were not part of the conversion and refer to what it made."""
    for entity in work.model.entities.values():
        for field in entity.fields.values():
            if result.entity not in (field.target, *field.targets) or field.name == entity.owned_by:
                continue
            if field.type == "references":
                said = f'{field.name}.exists(each, each.id == "{result.record_id}")'
            elif field.type in ("reference", "any_reference"):
                said = f'{field.name} == "{result.record_id}"'
            else:
                continue
            condition = Filter(compile_filter(work.served, entity.name, said))
            query = Query(entity=entity.name, fields=("id",), filters=(condition,), limit=len(inside) + 1)
            rows = select_page(work.session, work.served, query, work.context, form="values").rows
            found = next((row for row in rows if (entity.name, str(row["id"])) not in inside), None)
            if found is not None:
                params = {"entity": entity.label.get(work.actor.locale), "target": result.target}
                yield Blocker("A {entity} refers to what was made: {target}.", params, entity.name, str(found["id"]))
                return


def _bring_back(work: Work, moved: Mapping[str, object]) -> None:
    """Let a related record be as before: whatever right it would need, the conversion took it along."""
    entity, record_id = str(moved["entity"]), str(moved["id"])
    if moved.get("copy"):
        archive_record(work, entity, record_id)
        return
    name = str(moved.get("field", ""))
    before = moved["values"] if "values" in moved else {name: moved.get("before")}
    if isinstance(before, Mapping):
        _write_back(work, (entity, record_id), before, Grounds(verb=Verb.READ, placed=True))


def _empty_again(work: Work, result: StoredResult) -> None:
    """Take out what was filled into an existing record, unless somebody changed it since."""
    place = (result.entity, result.record_id)
    if _version(work, place) == result.version:
        _write_back(work, place, result.before, Grounds(verb=Verb.READ))


def _restore_source(work: Work, stored: StoredConversion) -> int:
    place = (stored.entity, stored.record_id)
    if not stored.before:
        return _version(work, place)
    return _write_back(
        work, place, stored.before, Grounds(verb=Verb.CONVERT, named=stored.name, kind=UNCONVERTED, placed=True)
    )


def _leave_as_before(work: Work, undone: StoredConversion, version: int) -> None:
    """Let the conversion before know that the record is again as it left it, if nobody changed it in between."""
    for each in conversions_of_record(work.session, undone.entity, undone.record_id):
        if each.state == DONE and each.version in (undone.version, undone.version - 1):
            update_conversion(work.session, replace(each, version=version))


def _write_back(work: Work, place: Record, before: Mapping[str, object], grounds: Grounds) -> int:
    rules = rules_of(work.served, place[0])
    forced: dict[str, object] = {}
    links: dict[str, object] = {}
    for name, raw in before.items():
        if name in rules.links:
            links[name] = raw or []
        elif name in rules.attributes:
            try:
                forced[name] = rules.types[name].parse(rules.attributes[name], raw)
            except FieldFault:
                # A value that today's rules refuse, such as a retired choice, stays away.
                continue
    command = SaveRecord(place[0], links, place[1], accept_duplicates=True)
    return save_record(work, command, replace(grounds, forced=forced, given=frozenset(links))).version


def _version(work: Work, place: Record) -> int:
    rows = select_many(work.session, work.served, place[0], [place[1]], work.context, ("version",), form="parts")
    return int(str(rows[place[1]]["version"])) if place[1] in rows else 0


def _is_archived(work: Work, result: StoredResult) -> bool:
    rows = select_many(
        work.session, work.served, result.entity, [result.record_id], work.context, ("archived_at",), form="parts"
    )
    row = rows.get(result.record_id)
    return row is None or row["archived_at"] is not None
