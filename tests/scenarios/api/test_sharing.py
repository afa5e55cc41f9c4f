"""Sharing a record by REST and at its page: it opens that record to one person, and closes with the next call."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

DEALS = "/api/records/deal"


def pack() -> PackBuilder:
    deal = (
        an_entity("deal")
        .with_keys(title="name", search={"name": {}})
        .with_field("name", "text", required=True)
        .with_field("amount", "integer")
        .with_access(rep={"all": "own", "create": "all", "share": "own"}, viewer={"read": "all"})
        .with_list("name")
    )
    return a_pack("sales").with_role("rep", "viewer").with_entity(deal)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(f"sqlite:///{tmp_path / 'k.db'}", tmp_path, pack(), config={"WTF_CSRF_ENABLED": False}) as made:
        yield made


def said(response: TestResponse) -> Any:
    return response.json


def test_rest(site: Site) -> None:
    owner, guest, viewer = site.person("rep"), site.person(), site.person("viewer")
    deal, other = (owner.make("deal", name=name)["id"] for name in ("Crane", "Hidden crane"))
    shares = f"{DEALS}/{deal}/shares"
    assert guest.get(DEALS).status_code == guest.get(f"{DEALS}/{deal}").status_code == 404
    assert viewer.call("POST", shares, {"user": guest.user_id, "reason": "x"}).status_code == 403
    assert guest.call("POST", shares, {"user": guest.user_id, "reason": "x"}).status_code == 404
    wrong = owner.call("POST", shares, {"user": guest.user_id, "verbs": ["export"], "untill": "x"})
    assert {each["pointer"] for each in said(wrong)["violations"]} == {"/untill"}
    bad = {"user": guest.user_id, "verbs": "read", "until": "tomorrow", "reason": 5}
    refused = owner.call("POST", shares, bad)
    assert [each["pointer"] for each in said(refused)["violations"]] == ["/verbs", "/reason", "/until"]
    made = owner.call("POST", shares, {"user": guest.user_id, "verbs": ["update"], "reason": "Helps me"})
    assert made.status_code == 201
    assert made.headers["Location"].startswith(shares)
    assert said(made)["verbs"] == ["read", "update"]
    assert guest.ids(DEALS) == [deal]
    assert guest.ids("/api/search?q=crane") == [deal]
    assert guest.call("PATCH", f"{DEALS}/{deal}", {"amount": 7}).status_code == 200
    assert guest.get(f"{DEALS}/{other}").status_code == 404
    assert guest.call("DELETE", f"{DEALS}/{deal}").status_code == 403
    assert [each["with"]["id"] for each in said(owner.get(shares))["items"]] == [guest.user_id]
    assert guest.get(shares).json == {"items": []}
    assert guest.call("DELETE", f"{shares}/{said(made)['id']}").status_code == 403
    assert owner.call("DELETE", f"{shares}/{said(made)['id']}").status_code == 204
    assert owner.call("DELETE", f"{shares}/{said(made)['id']}").status_code == 404
    assert guest.get(f"{DEALS}/{deal}").status_code == guest.get(DEALS).status_code == 404


def test_the_page(site: Site) -> None:
    owner, guest = site.person("rep", name="Olga"), site.person(name="Galip")
    deal = owner.make("deal", name="Crane")["id"]
    browser, other = client_of(site, owner), client_of(site, guest)
    assert f"/deal/{deal}/shares" in browser.get(f"/deal/{deal}").text
    page = browser.get(f"/deal/{deal}/shares").text
    assert "isn&#39;t shared with anybody" in page
    assert 'value="update"' in page
    assert 'value="transition"' not in page
    refused = browser.post(f"/deal/{deal}/shares", data={"user": guest.user_id, "until": "soon"})
    assert refused.status_code == 422
    assert "There is no such day or time." in refused.text
    refused = browser.post(f"/deal/{deal}/shares", data={"user": guest.user_id})
    assert "Say why you share the record." in refused.text
    given = {"user": guest.user_id, "verbs": "update", "reason": "At the <fair>", "until": "2099-01-01T10:00"}
    assert browser.post(f"/deal/{deal}/shares", data=given).status_code == 302
    shown = browser.get(f"/deal/{deal}/shares").text
    assert "Galip" in shown
    assert "At the &lt;fair&gt;" in shown
    assert "shared this with somebody" in browser.get(f"/deal/{deal}").text
    seen = other.get(f"/deal/{deal}").text
    assert "Crane" in seen
    assert f"/deal/{deal}/shares" not in seen
    end = shown.partition(f'action="/deal/{deal}/shares/')[2].partition('"')[0]
    assert browser.post(f"/deal/{deal}/shares/{end}", headers={"HX-Request": "true"}).status_code == 200
    assert other.get(f"/deal/{deal}").status_code == 404
