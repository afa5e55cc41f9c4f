"""REST of a record's mail: sent once, by hand or by a template, seen by those who see the record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.inbox import inbox_pack
from tests.support.web_site import Caller, Site, a_site

LEAD = {"topic": "Doors", "email": "ayse@client.example", "name": {"first": "Ayşe"}}
MAIL = {"to": ["ayse@client.example"], "subject": "Offer", "body": "Text"}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, inbox_pack()) as running:
        yield running


@pytest.fixture
def bora(site: Site) -> Caller:
    return site.caller("rep")


@pytest.fixture
def mails(bora: Caller) -> str:
    return f"/api/records/lead/{bora.make('lead', **LEAD)['id']}/mails"


def test_a_mail_is_sent_once_for_a_key_and_listed(bora: Caller, mails: str) -> None:
    first = bora.call("POST", mails, MAIL, Idempotency_Key="k")
    assert (first.status_code, first.headers["Location"]) == (201, mails)
    again = bora.call("POST", mails, MAIL, Idempotency_Key="k")
    assert again.json == first.json
    (item,) = (bora.get(mails).json or {})["items"]
    assert (item["subject"], item["state"], item["direction"], item["to"]) == ("Offer", "queued", "out", MAIL["to"])


def test_a_template_is_shown_before_it_is_sent(bora: Caller, mails: str) -> None:
    shown = bora.call("POST", f"{mails}?dry_run=true", {"template": "offer", "locale": "tr"})
    assert shown.status_code == 200
    assert (shown.json or {})["subject"] == "Doors hakkında"
    assert (shown.json or {})["to"] == ["ayse@client.example"]
    assert (bora.get(mails).json or {})["items"] == []
    assert bora.call("POST", mails, {"template": "offer"}).status_code == 201
    assert (bora.get(mails).json or {})["items"][0]["subject"] == "About Doors"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**MAIL, "to": ["nobody"]}, 422),
        ({**MAIL, "to": "a@x.example"}, 422),
        ({**MAIL, "cc": []}, 422),
        ({"template": "offre"}, 404),
        ({**MAIL, "answers": "01990000-0000-7000-8000-000000000001"}, 404),
        ({**MAIL, "files": ["01990000-0000-7000-8000-000000000001"]}, 404),
    ],
    ids=["no address", "no list", "unknown", "no template", "no such mail", "no such file"],
)
def test_what_cant_be_sent_is_refused(bora: Caller, mails: str, body: dict[str, object], status: int) -> None:
    assert bora.call("POST", mails, body).status_code == status
    assert (bora.get(mails).json or {})["items"] == []


def test_who_doesnt_see_the_record_sees_no_mail(site: Site, bora: Caller, mails: str) -> None:
    bora.call("POST", mails, MAIL)
    other = site.person("rep", name="Other")
    assert other.get(mails).status_code == 404
    assert other.call("POST", mails, MAIL).status_code == 404
