"""Messages of other systems: proved, entered once, and the record they are about is found."""

import json
from dataclasses import replace
from typing import Any

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import BadRequest, NotAuthenticated, NotFound
from kalip.network import Network
from kalip.records import run
from kalip.workflow.rules import Incoming, Received, receive
from kalip.workflow.rules.hooks.signing import signatures
from tests.support.ruling import Ruling, a_ruling

DOCUMENT = {
    "hooks": {
        "shop": {"secret": "shop", "find": {"name": "string(message.order)"}},
        "bank": {"secret": "bank", "proof": "token"},
    },
    "rules": {
        "paid": {
            "when": {"hook": {"name": "shop"}},
            "if": "bool(message.paid) == true",
            "then": {"m": {"set": {"note": "'paid by ' + string(message.by)"}}},
        },
        "asked": {
            "when": {"hook": {"name": "bank"}},
            "then": {"m": {"create": {"entity": "deal", "values": {"name": "string(message.name)"}}}},
        },
    },
}
SECRETS = {"shop": "new old", "bank": "token"}


def sent(ruling: Ruling, hook: str, body: Any, **said: str) -> Received:
    """Send a message, signed unless told otherwise."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    now = ruling.site.clock.moment
    proof = signatures([said.get("secret", "old")], said.get("id", "m1"), now, raw)
    message = Incoming(hook, raw, said.get("id", "m1"), str(int(now.timestamp())), said.get("proof", proof))
    services = replace(ruling.site.services, network=Network(secrets=SECRETS))
    return run(services, SYSTEM, lambda work: receive(work, message))


def test_a_message_finds_its_record_and_starts_a_rule_once(database_url: str) -> None:
    with a_ruling(database_url, DOCUMENT) as ruling:
        deal = ruling.make(name="A-17")
        body = {"order": "A-17", "paid": True, "by": "card"}
        assert sent(ruling, "shop", body).record_id == deal
        assert sent(ruling, "shop", body).again
        ruling.work()
        assert ruling.deal(deal)["note"] == "paid by card"
        assert ruling.states("paid") == ["done"]


def test_what_fits_no_record_is_in_the_log(database_url: str) -> None:
    with a_ruling(database_url, DOCUMENT) as ruling:
        ruling.make(name="A-17")
        sent(ruling, "shop", {"order": "A-18", "paid": True})
        sent(ruling, "shop", {"order": "A-17", "paid": False}, id="m2")
        ruling.work()
        assert [run.reason for run in ruling.runs("paid")] == [
            "No record is what the message is about.",
            "Its condition isn't true: {condition} ({values})",
        ]


def test_a_message_without_a_record_makes_one(database_url: str) -> None:
    with a_ruling(database_url, DOCUMENT) as ruling:
        sent(ruling, "bank", {"name": "Loan"}, proof="token")
        ruling.work()
        (run_,) = ruling.runs("asked")
        assert ruling.deal(run_.steps[0]["record_id"])["name"] == "Loan"


@pytest.mark.parametrize(
    ("hook", "said", "error"),
    [
        pytest.param("shop", {"secret": "wrong"}, NotAuthenticated, id="signature"),
        pytest.param("shop", {"id": ""}, NotAuthenticated, id="no-id"),
        pytest.param("bank", {"proof": "tokem"}, NotAuthenticated, id="token"),
        pytest.param("bank", {"proof": ""}, NotAuthenticated, id="no-token"),
        pytest.param("nowhere", {}, NotFound, id="hook"),
    ],
)
def test_wrong_proofs_are_refused(database_url: str, hook: str, said: dict[str, str], error: type[Exception]) -> None:
    with a_ruling(database_url, DOCUMENT) as ruling:
        with pytest.raises(error):
            sent(ruling, hook, {"order": "A-17"}, **said)
        ruling.work()
        assert ruling.runs() == []


def test_old_messages_and_what_is_no_json_are_refused(database_url: str) -> None:
    with a_ruling(database_url, DOCUMENT) as ruling:
        raw = b'{"order": "A-17"}'
        now = ruling.site.clock.moment
        services = replace(ruling.site.services, network=Network(secrets=SECRETS))
        stale = now.replace(hour=now.hour - 1)
        message = Incoming("shop", raw, "m1", str(int(stale.timestamp())), signatures(["new"], "m1", stale, raw))
        with pytest.raises(NotAuthenticated):
            run(services, SYSTEM, lambda work: receive(work, message))
        with pytest.raises(BadRequest):
            sent(ruling, "shop", b"{no json")
