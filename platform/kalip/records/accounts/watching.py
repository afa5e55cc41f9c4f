"""The journal of sign-ins: one's own, or everybody's for administrators."""

from dataclasses import dataclass
from datetime import datetime

from kalip.records.accounts.journal import SUCCEEDED, address_key
from kalip.records.accounts.mine import administering, mine_or_administered
from kalip.records.accounts.people import find_person
from kalip.records.services import Work
from kalip.storage import Event
from kalip.storage.sign_ins import SignInQuery, sign_ins


@dataclass(frozen=True, slots=True)
class SignInEntry:
    """One try to come in. `email` is what was typed, in lower case; `user_id` is None when it failed.

    `step` is what was wrong: password, factor, or a provider's name. `id` grows with time.
    """

    id: int
    at: datetime
    email: str
    user_id: str | None
    succeeded: bool
    address: str
    agent: str
    method: str
    factor: str
    step: str


def recent_sign_ins(work: Work, user_id: str, limit: int = 10) -> list[SignInEntry]:
    """The latest tries to come in as oneself, or as anybody for administrators, latest first."""
    user = find_person(work, mine_or_administered(work, user_id))
    found = sign_ins(work.session, SignInQuery(email=address_key(user.email), limit=limit))
    return [_entry(each) for each in found]


def all_sign_ins(work: Work, query: SignInQuery) -> list[SignInEntry]:
    """What administrators ask of everybody's tries to come in, latest first."""
    administering(work)
    return [_entry(each) for each in sign_ins(work.session, query)]


def _entry(event: Event) -> SignInEntry:
    facts = {name: str(value) for name, value in (event.after or {}).items() if value is not None}
    return SignInEntry(
        event.id,
        event.at,
        event.record_id,
        event.actor,
        event.kind == SUCCEEDED,
        facts.get("address", ""),
        facts.get("agent", ""),
        facts.get("method", ""),
        facts.get("factor", ""),
        facts.get("step", ""),
    )
