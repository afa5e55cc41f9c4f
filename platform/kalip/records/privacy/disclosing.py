"""The journal of disclosures: who was given what of a person, when and why. It names records, not what they held."""

import hashlib
from dataclasses import dataclass

import orjson

from kalip.base.errors import RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.records.privacy.digests import digests_of, salt_of
from kalip.records.privacy.finding import Person
from kalip.records.privacy.officers import officer
from kalip.records.services import Work
from kalip.storage.privacy import DISCLOSURES, Disclosure

THE_PERSON = "the person"
KINDS = ("export", "access", "transfer")
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Given:
    """To whom and why something is given; `kind` is export, access or transfer."""

    recipient: str = THE_PERSON
    purpose: str = ""
    kind: str = "export"


def note_disclosure(work: Work, person: Person, given: Given, what: object) -> Disclosure:
    """Write in the journal that a person's data was given. `what` is the JSON that was given; its hash is kept.

    RecordRejected without a recipient or a purpose. Commits nothing.
    """
    officer(work)
    faults = [
        Violation(f"/{name}", "required", "This can't be empty.")
        for name, text in (("recipient", given.recipient), ("purpose", given.purpose))
        if not text.strip() or len(text) > LONGEST
    ]
    if given.kind not in KINDS:
        faults.append(Violation("/kind", "unknown_choice", "There is no such kind of disclosure."))
    if faults:
        raise RecordRejected(faults)
    kinds = {mark.kind for each in person.records for mark in work.entity(each.entity).personal}
    made = Disclosure(
        new_id(),
        work.now,
        work.actor.id,
        given.kind,
        given.recipient.strip(),
        given.purpose.strip(),
        digests_of(salt_of(work), person.addresses),
        [list(key) for key in person.keys],
        sorted(kinds),
        hashlib.sha256(orjson.dumps(what, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest(),
    )
    DISCLOSURES.add(work.session, made)
    return made


def disclosures(work: Work, limit: int = 200) -> list[Disclosure]:
    """The journal, latest first."""
    return DISCLOSURES.all(officer(work).session, limit=limit)


def disclosures_of(work: Work, person: Person) -> list[Disclosure]:
    """What was given of one person before, latest first."""
    officer(work)
    keys = set(person.keys)
    return [
        each
        for each in DISCLOSURES.all(work.session, limit=10_000)
        if keys.intersection((str(entity), str(record_id)) for entity, record_id in each.records)
    ]
