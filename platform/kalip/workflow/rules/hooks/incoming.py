"""Messages of other systems: proved, entered once as events, from which rules start."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from kalip.base.errors import BadRequest, NotAuthenticated, NotFound
from kalip.base.ids import new_id
from kalip.model import Hook
from kalip.records import Work
from kalip.records.journal import append_one, make_event
from kalip.records.rules import rules_of
from kalip.records.saving import as_value
from kalip.storage import find_unique
from kalip.storage.hooks import receive_message
from kalip.workflow.rules.hooks.signing import is_fresh, is_signed, secrets_in
from kalip.workflow.rules.matching import RECEIVED

LARGEST: Final = 256 * 1024
LONGEST_ID: Final = 200
NOBODY: Final = "hook:"
"""Before a hook's name: the record of a message that no record is found for."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it came in. `proof` is its signature, or the bearer token; `id` and `moment` as the sender says."""

    hook: str
    body: bytes
    id: str = ""
    moment: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message: `again` when it came before, `record_id` when a record is found for it."""

    id: str
    again: bool
    record_id: str | None


def receive(work: Work, message: Incoming) -> Received:
    """Enter a message in the work's transaction. NotAuthenticated for a wrong proof or hook, BadRequest for no JSON.

    The same id twice is one message.
    """
    hook = _hook(work, message.hook)
    _prove(work, hook, message)
    if len(message.body) > LARGEST:
        raise BadRequest("The message is larger than {limit} bytes.", params={"limit": LARGEST})
    try:
        data = orjson.loads(message.body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("The message is no JSON: {error}", params={"error": str(error)}) from error
    message_id = message.id or f"sha256:{hashlib.sha256(message.body).hexdigest()}:{new_id()}"
    if not receive_message(work.session, hook.name, message_id, work.now):
        return Received(message_id, again=True, record_id=None)
    record_id = _find(work, hook, data)
    after = {"hook": hook.name, "id": message_id, "message": data}
    append_one(work, make_event(work, RECEIVED, hook.entity, record_id or f"{NOBODY}{hook.name}", (None, after)))
    return Received(message_id, again=False, record_id=record_id)


def _hook(work: Work, name: str) -> Hook:
    for entity in work.model.entities.values():
        if name in entity.hooks:
            return entity.hooks[name]
    raise NotFound("There is no such address in this API.")


def _prove(work: Work, hook: Hook, message: Incoming) -> None:
    secrets = secrets_in(work.services.network.secrets.get(hook.secret, ""))
    if hook.proof == "token":
        given = message.proof.encode()
        if not sum(hmac.compare_digest(given, each.encode()) for each in secrets):
            raise NotAuthenticated("The token is not this hook's.")
        return
    if not 1 <= len(message.id) <= LONGEST_ID:
        raise NotAuthenticated("The message has no id.")
    if not is_fresh(message.moment, work.now):
        raise NotAuthenticated("The message's moment is too far from now.")
    if not is_signed(secrets, message.id, message.moment, message.body, message.proof):
        raise NotAuthenticated("The message's signature is wrong.")


def _find(work: Work, hook: Hook, data: Any) -> str | None:
    if not hook.find:
        return None
    rules = rules_of(work.served, hook.entity)
    roots: Mapping[str, Any] = {"message": data}
    values = {name: as_value(rules, name, each.evaluate(dict(roots), work.context)) for name, each in hook.find.items()}
    return find_unique(work.session, work.served, hook.entity, tuple(values), values)
