"""Erases a person: first a plan that changes nothing, then exactly what was planned, then the proof of it.

Records are emptied or deleted as their entities say, deepest first; what lies beside them, their events, their files
and their places in indexes go in the same transaction. What is under a hold stays and is named. The proof holds ids,
digests and counts, and is what a restored backup is swept by.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from kalip.base.errors import Conflict, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.records.journal import ERASED, append, make_event
from kalip.records.privacy.digests import digests_of, salt_of
from kalip.records.privacy.emptying import WHY, empty_fields, file_fields, filled_fields
from kalip.records.privacy.finding import Found, Person, find_person, look_beside, read
from kalip.records.privacy.holds import holds_on
from kalip.records.privacy.officers import officer
from kalip.records.privacy.transfers import transfers_about
from kalip.records.services import Work
from kalip.storage import delete_record
from kalip.storage.erasing import redact_beside
from kalip.storage.events import redact_events
from kalip.storage.persons import erase_accounts, forget_in_retired_tables, still_needed
from kalip.storage.privacy import ERASURES, Erasure, Key
from kalip.storage.scrubbing import files_of_records, forget_deeply, scrub

EMPTY, DELETE, STAY = "empty", "delete", "stay"
WORDS = "words"
"""Stands among what is pending until the search index has been written anew."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class EraseSubject:
    """Erase the person whose records `records` are. `without` are records of others, `also` further ones to clean.

    `plan` is the token of the plan that was looked at; nothing is done when that is another by now.
    """

    records: tuple[Key, ...]
    reason: str = ""
    without: tuple[Key, ...] = ()
    also: tuple[Key, ...] = ()
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a record: empty (`fields`), delete, or stay, and `why` it stays."""

    found: Found
    action: str
    fields: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What erasing would do. `token` names the plan."""

    person: Person
    steps: tuple[Step, ...]
    token: str

    @property
    def beside(self) -> Mapping[str, int]:
        """How much lies beside the records of the person, by noun."""
        return self.person.beside

    @property
    def kept(self) -> tuple[Step, ...]:
        """What stays, and why."""
        return tuple(each for each in self.steps if each.action == STAY)


def plan_erasure(work: Work, command: EraseSubject) -> ErasurePlan:
    """Say what erasing would do; writes nothing. NotFound when none of the records is there, AccessDenied."""
    plan = plan_records(work, command)
    return replace(plan, person=look_beside(work, plan.person))


def plan_records(work: Work, command: EraseSubject) -> ErasurePlan:
    """The same plan for whoever carries it out: it counts nothing beside the records."""
    person = find_person(work, command.records, command.without, command.also)
    held = holds_on(work, person.keys)
    erased = [each.key for each in person.records if each.key not in held]
    fields = filled_fields(work, erased, person.traces.texts)
    going = _going(work, person, erased)
    steps = []
    for each in person.records:
        if each.key in held:
            steps.append(Step(each, STAY, why=held[each.key].reason))
        elif each.key in going:
            steps.append(Step(each, DELETE))
        else:
            steps.append(Step(each, EMPTY, fields.get(each.key, ())))
    return ErasurePlan(person, tuple(steps), _token(work, steps))


def erase(work: Work, command: EraseSubject) -> Erasure:
    """Do what was planned, in the work's transaction; commits nothing. `settle_erasures` is for after the commit.

    RecordRejected without a reason; Conflict when the plan is another by now, or holds keep everything; NotFound.
    """
    officer(work)
    if not command.reason.strip():
        raise RecordRejected([Violation("/reason", "required", "Say on what ground the data is erased.")])
    plan = plan_records(work, command)
    if command.plan != plan.token:
        raise Conflict("The data is not what the plan was made of any more: look at the new plan.")
    steps = [each for each in plan.steps if each.action != STAY]
    if not steps:
        raise Conflict("Holds keep everything: nothing can be erased now.")
    forget_deeply(work.session)
    done = carry_out(work, plan.person, steps)
    erasure = Erasure(
        new_id(),
        work.now,
        work.actor.id,
        command.reason.strip()[:LONGEST_REASON],
        digests_of(salt_of(work), plan.person.addresses),
        [list(each.found.key) for each in steps],
        done.counts,
        [[*each.found.key, each.why] for each in plan.kept],
        [*done.pending, WORDS],
    )
    sealed = replace(erasure, digest=proof_digest(erasure))
    ERASURES.add(work.session, sealed)
    return sealed


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: counts by noun, and the hashes of contents that are still to be removed."""

    counts: dict[str, Any]
    pending: list[str]


def carry_out(work: Work, person: Person, steps: Sequence[Step]) -> Done:
    """Erase records and what lies beside them."""
    emptied = {each.found.key: each.fields for each in steps if each.action == EMPTY}
    gone = [each.found.key for each in steps if each.action == DELETE]
    keys = (*emptied, *gone)
    traces = replace(person.traces, keys=keys)
    kept_by = {name: tuple(some) for name, some in file_fields(work, emptied).items()}
    files = [*files_of_records(work.session, list(emptied), kept_by), *files_of_records(work.session, gone, {})]
    files += transfers_about(work, traces.texts)
    redacted = redact_beside(work.session, traces, WHY, work.now)
    empty_fields(work, emptied, whole=True)
    for key in reversed(gone):
        redact_events(work.session, *key, None, WHY, work.now)
        delete_record(work.session, work.served, *key)
    append(work, [make_event(work, ERASED, *key, (None, {})) for key in gone])
    scrubbed = scrub(work.session, traces, files=list(dict.fromkeys(files)))
    retired = forget_in_retired_tables(work.session, traces.texts)
    accounts = erase_accounts(work.session, traces.addresses)
    counts: dict[str, Any] = {
        "records emptied": sum(1 for fields in emptied.values() if fields),
        "records deleted": len(gone),
        "fields": sum(len(fields) for fields in emptied.values()),
        "events": redacted,
        **scrubbed.counts,
        "retired rows": retired,
        "accounts": accounts,
    }
    return Done({noun: number for noun, number in counts.items() if number}, sorted(scrubbed.contents))


def find_proof(work: Work, erasure_id: str) -> Erasure:
    """The proof of an erasure. NotFound when there is none of this id."""
    found = ERASURES.find(officer(work).session, erasure_id)
    if found is None:
        raise NotFound("There is no such erasure.")
    return found


def proof_digest(erasure: Erasure) -> str:
    """What seals a proof: the SHA-256 of all that it says, but for what changes later."""
    said = [
        erasure.id, erasure.at.isoformat(), erasure.by, erasure.reason, dict(erasure.keys), list(erasure.records),
        dict(erasure.counts), list(erasure.kept),
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _going(work: Work, person: Person, erased: Sequence[Key]) -> set[Key]:
    """The records to delete: those whose entities say so, their lines, and none that something needs that stays."""
    going: set[Key] = set()
    for each in person.records:
        subject = work.entity(each.entity).subject
        if each.key in erased and subject is not None and subject.erase == DELETE:
            going.add(each.key)
    parents = _parents_of(work, [each.key for each in person.records if each.how == "part" and each.key in erased])
    going |= _lines_of(parents, going)
    while needed := still_needed(work.session, work.served, going):
        going -= needed
        lines = _lines_of(parents, going)
        going = {key for key in going if not _is_line(work, key) or key in lines}
    return going


def _is_line(work: Work, key: Key) -> bool:
    return work.entity(key[0]).owned_by is not None and work.entity(key[0]).subject is None


def _parents_of(work: Work, lines: Sequence[Key]) -> dict[Key, Key]:
    """The record to which each line belongs."""
    found: dict[Key, Key] = {}
    for entity, rows in read(work, lines):
        owner = entity.fields[str(entity.owned_by)]
        for record_id, row in rows.items():
            found[entity.name, record_id] = str(owner.target), str(row.get(owner.name))
    return found


def _lines_of(parents: Mapping[Key, Key], going: set[Key]) -> set[Key]:
    """The lines, at any depth, of records that go."""
    found: set[Key] = set()
    while more := {line for line, parent in parents.items() if parent in going | found} - found:
        found |= more
    return found


def _token(work: Work, steps: Sequence[Step]) -> str:
    versions: dict[Key, object] = {}
    for entity, rows in read(work, [each.found.key for each in steps]):
        versions |= {(entity.name, record_id): row.get("version") for record_id, row in rows.items()}
    said = [[*each.found.key, versions.get(each.found.key), each.action, list(each.fields)] for each in steps]
    return hashlib.sha256(orjson.dumps(sorted(said, key=str))).hexdigest()[:32]
