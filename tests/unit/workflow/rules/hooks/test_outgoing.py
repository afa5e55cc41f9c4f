"""SB6: web hooks by Standard Webhooks: signed, once for each occasion, tried over days, never to private addresses."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from kalip.access import SYSTEM
from kalip.network import Guard, HttpClient, Network
from kalip.records import run
from kalip.storage.hooks import Delivery, delivery_attempts, list_deliveries
from kalip.workflow.rules import send_again
from kalip.workflow.rules.hooks.signing import is_signed
from tests.support.hooked import hook_taker
from tests.support.ruling import Ruling, a_ruling


def document(url: str) -> dict[str, object]:
    call = {"call": {"url": url, "secret": "shop", "values": {"total": "amount", "who": "company.name"}}}
    return {"rules": {"tell": {"when": {"created": {}}, "then": {"out": call}}}}


def opened(ruling: Ruling, *hosts: str) -> None:
    """Let the site reach named private hosts, and know a secret."""
    services = ruling.site.services
    network = Network(http=HttpClient(Guard(frozenset(hosts))), secrets={"shop": "new old"})
    ruling.site.services = replace(services, network=network)
    ruling.yard.office = replace(ruling.yard.office, services=ruling.site.services)
    ruling.yard.crew.office = ruling.yard.office


def deliveries(ruling: Ruling) -> list[Delivery]:
    with ruling.site.services.database.read() as session:
        return list_deliveries(session)


def test_a_message_is_signed_and_sent_once(database_url: str) -> None:
    """SB6"""
    with hook_taker() as taker, a_ruling(database_url, document(taker.url)) as ruling:
        opened(ruling, urlsplit(taker.url).netloc)
        deal = ruling.make(amount={"amount": "12.50", "currency": "TRY"})
        ruling.work()
        ruling.work()
        ((headers, body),) = taker.calls
        told = json.loads(body)
        assert told["type"] == "deal.tell"
        assert told["data"]["id"] == deal
        assert told["data"]["values"] == {"total": "12.5", "who": None}
        signature, moment = headers["webhook-signature"], headers["webhook-timestamp"]
        for secret in ("new", "old"):
            assert is_signed([secret], headers["webhook-id"], moment, body, signature)
        assert not is_signed(["else"], headers["webhook-id"], moment, body, signature)
        (run_,) = ruling.runs("tell")
        assert headers["idempotency-key"] == f"{run_.occasion}:deal.tell:out"
        assert [each.state for each in deliveries(ruling)] == ["sent"]


def test_a_message_is_tried_over_days_with_the_same_id(database_url: str) -> None:
    """SB6"""
    with hook_taker() as taker, a_ruling(database_url, document(taker.url)) as ruling:
        opened(ruling, urlsplit(taker.url).netloc)
        taker.answers = [500] * 5
        ruling.make()
        ruling.work()
        moments = []
        for _ in range(30):
            if deliveries(ruling)[0].state == "sent":
                break
            moments.append(ruling.site.clock.moment)
            ruling.work(hours=1)
        (sent,) = deliveries(ruling)
        assert (sent.state, sent.attempts, sent.status) == ("sent", 6, 200)
        assert len({headers["webhook-id"] for headers, _ in taker.calls}) == 1
        with ruling.site.services.database.read() as session:
            attempts = delivery_attempts(session, sent.id)
        assert [each.status for each in attempts] == [500] * 5 + [200]
        assert moments[-1] - moments[0] > timedelta(hours=6)
        # It can be sent once more, by somebody who asks for it.
        run(ruling.site.services, SYSTEM, lambda work: send_again(work, sent.id))
        ruling.work()
        assert len(taker.calls) == 7


def test_a_message_that_is_never_taken_is_kept(database_url: str) -> None:
    with hook_taker() as taker, a_ruling(database_url, document(taker.url)) as ruling:
        opened(ruling, urlsplit(taker.url).netloc)
        taker.answers = [503] * 20
        ruling.make()
        for _ in range(12):
            ruling.work(hours=30)
        (failed,) = deliveries(ruling)
        assert (failed.state, failed.attempts) == ("failed", 11)


def test_private_addresses_are_never_called(database_url: str) -> None:
    with hook_taker() as taker, a_ruling(database_url, document(taker.url)) as ruling:
        opened(ruling)
        ruling.make()
        ruling.work()
        (failed,) = deliveries(ruling)
        assert (failed.state, failed.attempts) == ("failed", 1)
        assert taker.calls == []


def test_without_its_secret_nothing_goes_out(database_url: str) -> None:
    with hook_taker() as taker, a_ruling(database_url, document(taker.url)) as ruling:
        ruling.make()
        ruling.work()
        (failed,) = deliveries(ruling)
        assert "secret 'shop' has no value" in str(failed.error)
        assert taker.calls == []
