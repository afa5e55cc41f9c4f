"""What an officer keeps track of: requests of persons with their terms, breaches with their 72 hours, the policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalip.base.errors import Conflict, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.records.privacy.officers import officer
from kalip.records.services import Work
from kalip.storage import Query, count_records
from kalip.storage.privacy import (
    BREACHES,
    POLICIES,
    REQUESTS,
    Breach,
    Policy,
    SubjectRequest,
    accept_policy,
    current_policy,
)

ASKED = ("access", "rectify", "erase", "restrict", "object")
"""What persons may ask for."""
ANSWER_WITHIN = timedelta(days=30)
TELL_WITHIN = timedelta(hours=72)
"""How soon the authority must be told of a breach: GDPR 33, KVKK 12. 152-FZ 21 wants a first word sooner."""
LONGEST = 5_000


@dataclass(frozen=True, slots=True)
class NewBreach:
    """A breach as it is reported. `entities` are those whose records are affected; `affected` 0 counts them."""

    title: str
    discovered_at: datetime
    happened: str = ""
    consequences: str = ""
    measures: str = ""
    entities: Sequence[str] = ()
    affected: int = 0


def add_request(work: Work, kind: str, subject: str, note: str = "", days: int = ANSWER_WITHIN.days) -> SubjectRequest:
    """Enter what a person asks for; it is due in so many days. RecordRejected for an unknown kind or nobody."""
    officer(work)
    faults = []
    if kind not in ASKED:
        faults.append(Violation("/kind", "unknown_choice", "There is no such kind of request."))
    if not subject.strip():
        faults.append(Violation("/subject", "required", "Say who asks."))
    if not 1 <= days <= 365:
        faults.append(Violation("/days", "out_of_range", "Between 1 and 365 days."))
    if faults:
        raise RecordRejected(faults)
    made = SubjectRequest(
        new_id(), kind, subject.strip()[:200], work.now, work.now + timedelta(days=days), note.strip()[:LONGEST],
        created_by=work.actor.id,
    )  # fmt: skip
    REQUESTS.add(work.session, made)
    return made


def close_request(work: Work, request_id: str, state: str, outcome: str) -> None:
    """Close a request as done or refused; who asked is forgotten. NotFound, Conflict when it is closed."""
    officer(work)
    if state not in ("done", "refused"):
        raise RecordRejected([Violation("/state", "unknown_choice", "A request is done or refused.")])
    if not outcome.strip():
        raise RecordRejected([Violation("/outcome", "required", "Say what was done, or why not.")])
    if REQUESTS.find(work.session, request_id) is None:
        raise NotFound("There is no such request.")
    values = {"state": state, "outcome": outcome.strip()[:LONGEST], "subject": "", "closed_at": work.now}
    if not REQUESTS.change(
        work.session, request_id, REQUESTS.table.c.state == "open", closed_by=work.actor.id, **values
    ):
        raise Conflict("The request is closed already.")


def report_breach(work: Work, new: NewBreach) -> Breach:
    """Enter a breach: the clock of 72 hours runs from its discovery. RecordRejected without a title."""
    officer(work)
    faults = []
    if not new.title.strip():
        faults.append(Violation("/title", "required", "Say in a few words what happened."))
    if new.discovered_at > work.now:
        faults.append(Violation("/discovered_at", "out_of_range", "The moment is in the future."))
    faults += [
        Violation("/entities", "unknown_choice", "There is no entity '{entity}'.", {"entity": each})
        for each in new.entities
        if each not in work.model.entities
    ]
    if faults:
        raise RecordRejected(faults)
    affected = new.affected or affected_by(work, new.entities)
    made = Breach(
        new_id(), new.title.strip()[:200], new.discovered_at, new.discovered_at + TELL_WITHIN,
        new.happened[:LONGEST], new.consequences[:LONGEST], new.measures[:LONGEST], tuple(new.entities), affected,
        work.actor.id,
    )  # fmt: skip
    BREACHES.add(work.session, made)
    return made


def change_breach(work: Work, breach_id: str, **values: object) -> Breach:
    """Note more of a breach: its texts, `authority_at` and `persons_at` (told), `closed_at`. NotFound."""
    officer(work)
    if not BREACHES.change(work.session, breach_id, **values):
        raise NotFound("There is no such breach.")
    return find_breach(work, breach_id)


def find_breach(work: Work, breach_id: str) -> Breach:
    """A breach. NotFound when there is none of this id."""
    found = BREACHES.find(officer(work).session, breach_id)
    if found is None:
        raise NotFound("There is no such breach.")
    return found


def affected_by(work: Work, entities: Sequence[str]) -> int:
    """How many records of persons these entities hold: an estimate of who is affected."""
    return sum(
        count_records(work.session, work.served, Query(entity=each, archived="include"), work.context)
        for each in entities
        if work.entity(each).personal
    )


def marks_of(work: Work, entities: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """The kinds of data that entities hold, by entity: what a notice must name."""
    return {
        each: tuple(dict.fromkeys(mark.kind for mark in work.entity(each).personal))
        for each in entities
        if each in work.model.entities
    }


def publish_policy(work: Work, version: str, texts: Mapping[str, str]) -> Policy:
    """Publish a version of the policy; everybody is asked to accept it when they next open a page.

    RecordRejected without a version or a text, and for a version that there is.
    """
    officer(work)
    said = {locale: text.strip() for locale, text in texts.items() if text.strip()}
    faults = []
    if not version.strip() or POLICIES.count(work.session, POLICIES.table.c.version == version.strip()):
        faults.append(Violation("/version", "required", "Give a version that no other has."))
    if not said:
        faults.append(Violation("/texts", "required", "Write the policy in one language at least."))
    if faults:
        raise RecordRejected(faults)
    made = Policy(new_id(), version.strip()[:40], said, work.now, work.actor.id)
    POLICIES.add(work.session, made)
    return made


def accept(work: Work, policy_id: str) -> None:
    """Note that the actor accepts a version. Conflict when a newer one is there, or for who acts for somebody else."""
    current = current_policy(work.session)
    if current is None or current.id != policy_id or work.actor.id is None or work.actor.on_behalf:
        raise Conflict("There is a newer version of the policy.")
    accept_policy(work.session, policy_id, work.actor.id, work.now)
