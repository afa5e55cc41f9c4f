"""Holds: why data must stay for now, whatever is asked or due. Of one record, or of a person wherever found."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kalip.base.errors import NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.records.privacy.digests import digest, digests_of, salt_of
from kalip.records.privacy.finding import read, values_of
from kalip.records.privacy.officers import officer
from kalip.records.services import Work
from kalip.storage.persons import present
from kalip.storage.privacy import HOLDS, Hold, Key, holds_now

LONGEST_REASON = 500


def put_hold(work: Work, keys: Sequence[Key], reason: str, until: datetime | None = None, *, person: bool) -> Hold:
    """Hold records, or with `person` everything of the person whose records they are. Commits nothing.

    RecordRejected without a reason, or when the records tell nothing of a person; NotFound when one is not there.
    """
    officer(work)
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise RecordRejected([Violation("/reason", "required", "Say why the data must stay, in a sentence.")])
    if until is not None and until <= work.now:
        raise RecordRejected([Violation("/until", "out_of_range", "The moment must be in the future.")])
    if len(present(work.session, work.served, keys)) < len(set(keys)) or not keys:
        raise NotFound("There is no such record.")
    made = [Hold(new_id(), said, work.now, work.actor.id, *key, until=until) for key in keys]
    if person:
        addresses, _ = values_of(work, keys)
        if not addresses:
            message = "The record says nothing by which a person is known: hold the record itself."
            raise RecordRejected([Violation("/records", "unknown_person", message)])
        made = [Hold(new_id(), said, work.now, work.actor.id, *keys[0], digests_of(salt_of(work), addresses), until)]
    for each in made:
        HOLDS.add(work.session, each)
    return made[0]


def end_hold(work: Work, hold_id: str) -> None:
    """End a hold at once. NotFound when there is none in force of this id."""
    officer(work)
    column = HOLDS.table.c
    if not HOLDS.change(work.session, hold_id, column.ended_at.is_(None), ended_at=work.now, ended_by=work.actor.id):
        raise NotFound("There is no such hold.")


def holds_on(work: Work, keys: Sequence[Key]) -> Mapping[Key, Hold]:
    """The hold that keeps each record, of those that are kept."""
    in_force = holds_now(work.session, work.now)
    if not in_force or not keys:
        return {}
    records = {(each.entity, each.record_id): each for each in in_force if not each.keys}
    held = {key: records[key] for key in keys if key in records}
    persons = [each for each in in_force if each.keys]
    if persons:
        salt = str(persons[0].keys["salt"])
        by_digest = {one: each for each in persons for one in each.keys["of"]}
        for entity, rows in read(work, [key for key in keys if key not in held]):
            for record_id, row in rows.items():
                for name in entity.subject.by if entity.subject is not None else ():
                    found = by_digest.get(digest(salt, str(row[name]))) if row.get(name) else None
                    if found is not None:
                        held[entity.name, record_id] = found
        held |= {
            (str(each.entity), str(each.record_id)): each for each in persons if (each.entity, each.record_id) in keys
        }
    return held
