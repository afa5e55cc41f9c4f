"""Pages of mail and of what came in, without JavaScript: written, read, sent again, tried again, kept out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.base.ids import new_id
from kalip.storage import change_mail, mails_of_record
from kalip.storage.receipts import Receipt, add_receipt
from tests.support.forms import form_at
from tests.support.inbox import inbox_pack
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, inbox_pack()) as running:
        yield running


@pytest.fixture
def ada(site: Site) -> Caller:
    return site.caller("boss")


@pytest.fixture
def client(site: Site, ada: Caller) -> FlaskClient:
    return client_of(site, ada)


@pytest.fixture
def lead(ada: Caller) -> str:
    made = ada.make("lead", topic="Doors", email="ayse@client.example", name={"first": "Ayşe"})
    return str(made["id"])


def test_a_mail_is_written_by_a_template_and_stands_in_the_history(client: FlaskClient, lead: str) -> None:
    page = client.get(f"/lead/{lead}/mails/new?template=offer")
    assert "About Doors" in page.text
    assert "Dear Ayşe" in page.text
    form = form_at(client, f"/lead/{lead}/mails/new?template=offer", f"/lead/{lead}/mails")
    refused = form.send(client, {"to": "nobody", "body": "<b>mine</b>"})
    assert refused.status_code == 422
    assert "&lt;b&gt;mine" in refused.text
    sent = form.send(client)
    assert sent.status_code == 302
    history = client.get(f"/lead/{lead}").text
    assert "About Doors" in history
    assert "on its way" in history


def test_a_mail_that_failed_says_so_and_is_sent_again(client: FlaskClient, lead: str, site: Site) -> None:
    form = form_at(client, f"/lead/{lead}/mails/new?template=offer", f"/lead/{lead}/mails")
    form.send(client)
    with site.services.database.write() as session:
        mail = mails_of_record(session, "lead", lead)[0]
        change_mail(session, mail.id, ["queued"], state="failed", error="550 no such user")
    page = f"/lead/{lead}/mails/{mail.id}"
    assert "550 no such user" in client.get(page).text
    assert "550 no such user" in client.get("/admin/mails").text
    again = form_at(client, page, f"{page}/again").send(client)
    assert again.status_code == 302
    assert "on its way" in client.get(page).text


def test_what_came_in_is_listed_and_what_failed_is_tried_again(client: FlaskClient, site: Site) -> None:
    receipt = Receipt(
        *(new_id(), "mail", "sales", "<1@x>", site.services.clock(), "lead", "failed"),
        sender="a@x.example",
        reason="It <broke>.",
    )
    with site.services.database.write() as session:
        add_receipt(session, receipt)
    page = client.get("/admin/receipts?state=failed").text
    assert "It &lt;broke&gt;." in page
    address = f"/admin/receipts/{receipt.id}/retry"
    form = form_at(client, "/admin/receipts", address)
    assert form.send(client).status_code == 302
    assert "a@x.example" in client.get("/admin/receipts?state=new").text
    assert form.send(client).status_code == 302


def test_a_sender_is_kept_out_from_the_card_and_comes_back(client: FlaskClient, lead: str, ada: Caller) -> None:
    """L45"""
    address = f"/lead/{lead}/exceptions"
    assert form_at(client, f"/lead/{lead}", address).send(client).status_code == 302
    assert (ada.get(f"/api/records/lead/{lead}").json or {})["archived_at"] is not None
    listed = client.get("/admin/exceptions").text
    assert "ayse@client.example" in listed
    removal = listed.partition('action="/admin/exceptions/')[2].partition('"')[0]
    back = f"/admin/exceptions/{removal}"
    assert form_at(client, "/admin/exceptions", back).send(client).status_code == 302
    assert (ada.get(f"/api/records/lead/{lead}").json or {})["archived_at"] is None


def test_an_address_is_put_on_the_list_and_a_wrong_one_comes_back(client: FlaskClient) -> None:
    """L45"""
    form = form_at(client, "/admin/exceptions", "/admin/exceptions")
    refused = form.send(client, {"value": "<nobody>"})
    assert refused.status_code == 422
    assert "&lt;nobody&gt;" in refused.text
    assert form.send(client, {"value": "@spam.example"}).status_code == 302
    assert "@spam.example" in client.get("/admin/exceptions?q=spam").text
    assert form.send(client, {"value": "@spam.example"}).status_code == 422


def test_only_administrators_see_what_came_in(site: Site) -> None:
    rep = client_of(site, site.caller("rep"))
    for page in ("/admin/receipts", "/admin/exceptions", "/admin/mails"):
        assert rep.get(page).status_code == 403


def test_a_mail_of_another_record_is_not_found(client: FlaskClient, lead: str) -> None:
    assert client.get(f"/lead/{lead}/mails/{new_id()}").status_code == 404
    assert client.get(f"/lead/{new_id()}/mails/new").status_code == 404
