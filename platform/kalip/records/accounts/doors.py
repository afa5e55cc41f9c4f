"""How failures shut the door: an account's for a while that doubles, an address's when there were too many from it.

Both are counted in the database, so every process of the site knows them.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kalip.access import counts, locked_until
from kalip.base.errors import KalipError
from kalip.records.accounts.journal import FAILED, LONGEST_KEY, SUCCEEDED, USER, address_key
from kalip.storage import Event, Session, User, append_events, events_for
from kalip.storage.tickets import attempts_of, count_attempt

MOST_FROM_ADDRESS: Final = 50
WINDOW: Final = timedelta(minutes=10)
_MOST_FAILURES: Final = 40


class Locked(KalipError):
    """Too many failed sign-ins; `retry_after` is in seconds."""

    code = "R429"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many failed attempts: try again in {seconds} seconds.", params={"seconds": retry_after})
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a sign-in comes from: the network address, and what the browser says it is."""

    address: str = ""
    agent: str = ""


def require_open(session: Session, email: str, caller: Caller, now: datetime) -> None:
    """Raise Locked while the account, or the address, has to wait."""
    wait = max(_wait_of_account(session, address_key(email), now), _wait_of_address(session, caller, now))
    if wait > 0:
        raise Locked(wait)


def note_failure(session: Session, email: str, caller: Caller, now: datetime, step: str) -> None:
    """Write a failure down, which may shut the door. `step` is what was wrong: the password, the factor."""
    append_events(session, [_event(FAILED, email, None, now, {**_facts(caller), "step": step})])
    if caller.address:
        count_attempt(session, _source(caller), now, WINDOW)


def note_success(session: Session, user: User, caller: Caller, now: datetime, **facts: str) -> None:
    """Write a sign-in down, which opens the account's door."""
    append_events(session, [_event(SUCCEEDED, user.email, user.id, now, {**_facts(caller), **facts})])


def network_of(address: str) -> str:
    """An address as tries are counted: of IPv6 the network, of which one person has all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:LONGEST_KEY]
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _event(kind: str, email: str, user_id: str | None, now: datetime, facts: Mapping[str, str]) -> Event:
    return Event(kind=kind, entity=USER, record_id=address_key(email), actor=user_id, at=now, after=facts)


def _facts(caller: Caller) -> dict[str, str]:
    agent = {"agent": caller.agent[:LONGEST_KEY]} if caller.agent else {}
    return {"address": caller.address[:LONGEST_KEY], **agent}


def _source(caller: Caller) -> str:
    return f"sign_in:{network_of(caller.address)}"


def _wait_of_account(session: Session, key: str, now: datetime) -> int:
    failures = []
    for event in events_for(session, USER, key, limit=_MOST_FAILURES).events:
        if event.kind != FAILED or not counts(event.at, now):
            break
        failures.append(event.at)
    until = locked_until(len(failures), failures[0]) if failures else None
    return _seconds(until, now)


def _wait_of_address(session: Session, caller: Caller, now: datetime) -> int:
    if not caller.address:
        return 0
    count, since = attempts_of(session, _source(caller), now, WINDOW)
    return _seconds(since + WINDOW, now) if since is not None and count >= MOST_FROM_ADDRESS else 0


def _seconds(until: datetime | None, now: datetime) -> int:
    return 0 if until is None or until <= now else int((until - now).total_seconds()) + 1
