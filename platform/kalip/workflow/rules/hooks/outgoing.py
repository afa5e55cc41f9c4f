"""Messages to other systems: entered with what causes them, sent by a job, tried over days, each attempt kept."""

import hashlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import orjson

from kalip.base.errors import Conflict, KalipError, NotFound
from kalip.base.ids import new_id
from kalip.network import AddressRefused, HttpAnswer, HttpRequest, NetworkError
from kalip.records import Hopeless, Job, JobRun, Later, Services, Work, enqueue
from kalip.storage.hooks import Delivery, DeliveryAttempt, add_delivery, get_delivery, reopen_delivery, save_attempt
from kalip.workflow.rules.hooks.signing import secrets_in, signatures

SEND: Final = "hooks.send"
PAUSES: Final = tuple(
    timedelta(seconds=each) for each in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400)
)
"""The pauses between attempts, as Standard Webhooks advises: more than three days in all."""
ATTEMPTS: Final = len(PAUSES) + 1
JITTER: Final = 0.2
"""By which share of itself a pause may be longer, so that not everything that failed together comes together again."""
LONGEST_ANSWER: Final = 2_000
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Message:
    """A message that a rule sends. `key` makes it one; `kind` is the `type` that receivers tell messages apart by."""

    key: str
    kind: str
    rule: str
    entity: str
    record_id: str
    url: str
    secret: str
    data: Mapping[str, Any]


def send(work: Work, message: Message) -> str:
    """Enter a message and the job that sends it in the work's transaction; its id, which receivers know it by."""
    delivery_id = f"msg_{hashlib.sha256(message.key.encode()).hexdigest()[:32]}"
    body = orjson.dumps({"type": message.kind, "timestamp": work.now, "data": message.data}).decode()
    made = Delivery(
        delivery_id,
        message.key,
        message.rule,
        message.entity,
        message.record_id,
        message.url,
        message.secret,
        body,
        "waiting",
        work.now,
    )
    if add_delivery(work.session, made):
        enqueue(work, Job(SEND, {"delivery": delivery_id}, f"{SEND}:{delivery_id}", attempts=ATTEMPTS))
    return delivery_id


def send_again(work: Work, delivery_id: str) -> None:
    """Send a message once more, as often as its receiver asks for it. NotFound, Conflict while it is on its way."""
    delivery = get_delivery(work.session, delivery_id)
    if delivery is None:
        raise NotFound("There is no message '{id}'.", params={"id": delivery_id[:60]})
    if delivery.state == "waiting":
        raise Conflict("The message is on its way already.")
    reopen_delivery(work.session, delivery_id)
    key = f"{SEND}:{delivery_id}:{new_id()}"
    enqueue(work, Job(SEND, {"delivery": delivery_id}, key, attempts=ATTEMPTS))


def deliver(services: Services, job_run: JobRun) -> Mapping[str, Any]:
    """Send a message. Later when it has to be tried again, Hopeless when it may not or never can be.

    At least once: receivers know a message that comes again by its id.
    """
    delivery = services.database.glance(lambda session: get_delivery(session, str(job_run.arguments["delivery"])))
    if delivery is None or delivery.state != "waiting":
        return {"state": "none" if delivery is None else delivery.state}
    began = time.monotonic()
    answer, error = _call(services, delivery)
    attempt = DeliveryAttempt(
        delivery.id,
        delivery.attempts + 1,
        services.clock(),
        answer.status if answer is not None else None,
        error.message if error is not None else None,
        answer.body[:LONGEST_ANSWER].decode("utf-8", "replace") if answer is not None else None,
        int((time.monotonic() - began) * 1000),
    )
    accepted = answer is not None and answer.ok
    hopeless = isinstance(error, (AddressRefused, NotFound)) or attempt.status == _GONE or job_run.last
    done = replace(
        delivery,
        state="sent" if accepted else "failed" if hopeless else "waiting",
        attempts=attempt.number,
        status=attempt.status,
        error=attempt.error,
        tried_at=attempt.at,
        sent_at=attempt.at if accepted else delivery.sent_at,
    )
    with services.database.beside() as session:
        save_attempt(session, done, attempt)
    if accepted:
        return {"status": attempt.status}
    reason = attempt.error or f"{delivery.url.partition('?')[0]} answered {attempt.status}"
    if hopeless:
        raise Hopeless("The message was not taken: {reason}", params={"reason": reason})
    pause = PAUSES[min(job_run.attempt, len(PAUSES)) - 1]
    at = services.clock() + pause * (1 + JITTER * random.random())  # noqa: S311 - jitter
    raise Later("The message was not taken yet: {reason}", at, params={"reason": reason})


def _call(services: Services, delivery: Delivery) -> tuple[HttpAnswer | None, KalipError | None]:
    secrets = secrets_in(services.network.secrets.get(delivery.secret, ""))
    if not secrets:
        missing = NotFound("The secret '{name}' has no value on this site.", params={"name": delivery.secret})
        return None, missing
    body, now = delivery.body.encode(), services.clock()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Kalip",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(secrets, delivery.id, now, body),
        "Idempotency-Key": delivery.key,
    }
    try:
        return services.network.http.send(HttpRequest("POST", delivery.url, headers, body, redirects=0)), None
    except NetworkError as error:
        return None, error
