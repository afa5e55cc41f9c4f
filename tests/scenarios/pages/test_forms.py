"""Public forms as strangers' browsers, and machines, send them; headers by which other sites may show them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.base.clock import system_clock
from kalip.storage.receipts import Receipt, list_receipts
from tests.support.builders import an_entity
from tests.support.forms import Form, form_in
from tests.support.inbox import inbox_pack
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

GOOD = {"email": "ayse@client.example", "name.first": "Ayşe", "_consent": "privacy"}
PLACE = "/forms/ask?lang=en"


class LateClock:
    """The system's clock, some seconds ahead: forms were opened by so much earlier."""

    def __init__(self) -> None:
        self.ahead = timedelta(seconds=30)

    def __call__(self) -> datetime:
        return system_clock().astimezone(UTC) + self.ahead


@pytest.fixture
def clock() -> LateClock:
    return LateClock()


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: LateClock) -> Iterator[Site]:
    pack = inbox_pack().with_entity(an_entity("secret"))
    with a_site(database_url, tmp_path, pack, clock=clock) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.app.test_client(use_cookies=False)


def opened(client: FlaskClient, address: str = PLACE) -> Form:
    response = client.get(address)
    assert response.status_code == 200
    return form_in(response.text, address.partition("&")[0])


def receipts(site: Site) -> list[Receipt]:
    with site.services.database.read() as session:
        return list_receipts(session)


def test_a_stranger_sends_it_and_reads_the_thanks(client: FlaskClient, site: Site) -> None:
    sent = opened(client, f"{PLACE}&utm_campaign=autumn").send(client, {**GOOD, "need": "Doors"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/forms/ask/thanks?lang=en")
    assert "Thank you! We write to you soon." in client.get(sent.headers["Location"]).text
    (receipt,) = receipts(site)
    assert (receipt.state, receipt.entity, receipt.sender) == ("made", "lead", "ayse@client.example")
    assert receipt.payload["parameters"] == {"utm_campaign": "autumn"}
    assert receipt.payload["circumstances"]["address"] == "127.0.0.1"
    assert "Set-Cookie" not in sent.headers


def test_what_is_wrong_is_shown_where_it_is_and_typed_texts_stay(client: FlaskClient, site: Site) -> None:
    refused = opened(client).send(client, {"email": "nobody", "name.first": "<Ayşe>"})
    assert refused.status_code == 422
    assert "&lt;Ayşe&gt;" in refused.text
    assert "Without this the form can&#39;t be sent." in refused.text
    again = form_in(refused.text, PLACE).send(client, {"email": "nobody", "_consent": "privacy"})
    assert "is not an e-mail address" in again.text
    assert receipts(site) == []
    assert form_in(again.text, PLACE).send(client, GOOD).status_code == 303


def test_it_speaks_the_language_that_its_address_says(client: FlaskClient) -> None:
    assert "Bize sorun" in client.get("/forms/ask?lang=tr").text
    assert "Verilerimin kullanımını okudum." in client.get("/forms/ask?lang=tr").text


def test_only_the_sites_that_it_names_may_show_it(client: FlaskClient) -> None:
    headers = client.get(PLACE).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors https://www.firm.example" in policy
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("change", [{"fax_number": "1"}, None], ids=["trap", "too fast"])
def test_machines_are_thanked_and_make_nothing(
    client: FlaskClient, site: Site, clock: LateClock, change: dict[str, str] | None
) -> None:
    form = opened(client)
    if change is None:
        clock.ahead = timedelta(0)
    assert form.send(client, {**GOOD, **(change or {})}).status_code == 303
    (receipt,) = receipts(site)
    assert (receipt.state, receipt.record_id) == ("ignored", None)


def test_a_form_that_was_not_opened_here_is_shown_again(client: FlaskClient, site: Site) -> None:
    for token in ("", "x", "WyJvdGhlciIsIjEiXQ.aaaa.bbbb"):
        response = client.post("/forms/ask", data={**GOOD, "_token": token})
        assert response.status_code == 422
        assert "ayse@client.example" in response.text
    assert receipts(site) == []


def test_who_sends_the_same_form_twice_sends_one(client: FlaskClient, site: Site) -> None:
    form = opened(client)
    assert [form.send(client, GOOD).status_code for _ in range(2)] == [303, 303]
    assert len(receipts(site)) == 1


def test_who_sends_too_often_has_to_wait(client: FlaskClient, site: Site) -> None:
    answers = [opened(client).send(client, GOOD).status_code for _ in range(11)]
    assert answers == [303] * 10 + [429]
    assert len(receipts(site)) == 10


def test_there_are_no_other_forms(client: FlaskClient) -> None:
    for name in ("secret", "lead", "aks"):
        assert client.get(f"/forms/{name}").status_code == 404
        assert client.post(f"/forms/{name}", data=GOOD).status_code == 404


def test_consents_stand_with_the_record_for_those_who_see_it(client: FlaskClient, site: Site) -> None:
    """BX8"""
    opened(client).send(client, GOOD)
    (receipt,) = receipts(site)
    boss = client_of(site, site.caller("boss"))
    record = f"/lead/{receipt.record_id}"
    assert f'href="{record}/consents"' in boss.get(record).text
    page = boss.get(f"{record}/consents").text
    assert "I have read how my data is used." in page
    assert "2026-11" in page
    assert "127.0.0.1" in page
    assert client_of(site, site.caller("rep")).get(f"{record}/consents").status_code == 404
