"""Calls that are given twice and done once: the answer is kept under the caller's key, with the body's hash."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

from kalip.access import Actor
from kalip.base.errors import BadRequest, Conflict
from kalip.records.services import Services, Work, run
from kalip.storage import finish_key, release_key, reserve_key


@dataclass(frozen=True, slots=True)
class Request:
    """A call: the caller's key, and all that makes it this call and no other."""

    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered: `body` is plain JSON."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)


def with_idempotency(
    services: Services, actor: Actor, request: Request, act: Callable[[Work], Answer]
) -> tuple[Answer, bool]:
    """Make a call once; a repeated one gets the kept answer, and true. Kept for 24 hours, in the call's transaction.

    Raises BadRequest R123 for another body under the same key, Conflict R124 while the first is running. A call
    that fails keeps nothing: it may be repeated.
    """
    who = _who(actor)
    digest = hashlib.sha256(request.body).hexdigest()
    with services.database.write() as session:
        known = reserve_key(session, who, request.key, digest, services.clock())
    if known.state == "mismatch":
        raise BadRequest("This Idempotency-Key was used for another call.", code="R123", params={"key": request.key})
    if known.state == "running":
        raise Conflict("The same call is still running.", code="R124", params={"key": request.key})
    if known.state == "done":
        body = None if known.body is None else orjson.loads(known.body)
        return Answer(int(known.status or 200), body, dict(known.headers)), True

    def once(work: Work) -> Answer:
        answer = act(work)
        text = orjson.dumps(answer.body).decode()
        finish_key(work.session, who, request.key, answer.status, text, answer.headers)
        return answer

    try:
        return run(services, actor, once), False
    except BaseException:
        with services.database.write() as session:
            release_key(session, who, request.key)
        raise


def _who(actor: Actor) -> str:
    """Whose keys these are: an answer for more rights is no answer for fewer."""
    who = f"{actor.id} for {actor.on_behalf}" if actor.on_behalf else actor.id or "system"
    return who if actor.scope is None else f"{who} {orjson.dumps(actor.scope).decode()}"
