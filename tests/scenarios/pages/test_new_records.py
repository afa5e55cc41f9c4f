"""New records that start with what the address names: it is kept although no input of the form shows it. W16."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.forms import form_at, form_in
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

FORM: dict[str, Any] = {
    "tabs": {
        "first": {"sections": {"general": {"fields": {"name": {}, "code": {}}}}},
        "second": {"sections": {"more": {"fields": {"note": {}, "parts": {}}}}},
    }
}


def pack() -> PackBuilder:
    thing = (
        an_entity("thing")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("code", "text", default_expression="name")
        .with_field("note", "text")
        .with_field("amount", "money", currency="TRY")
        .with_field("sealed", "text", readonly=True)
        .with_field("parts", "children", of="part")
        .with_access(rep="all")
        .with_pipeline("flow", "todo", "doing", default=True)
        .with_pipeline("renewal", "due", "renewed")
        .with_document("views/form", FORM)
        .with_document("views/board", {"pipeline": "flow", "sort": {"name": "asc"}})
        .with_document("views/board.renewal", {"pipeline": "renewal", "sort": {"name": "asc"}})
    )
    part = (
        an_entity("part")
        .with_keys(title="name", owned_by="thing")
        .with_field("name", "text")
        .with_field("code", "text", default_expression="name")
        .with_field("thing", "reference", to="thing", required=True)
        .with_access(rep="all")
    )
    return a_pack().with_role("rep").with_entity(thing, part)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, pack(), config={"WTF_CSRF_ENABLED": False}) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("rep"))


def things(site: Site) -> list[dict[str, Any]]:
    found = site.admin.get("/api/records/thing")
    assert found.status_code == 200, found.text
    return list((found.json or {})["items"])


def test_it_works(site: Site, client: FlaskClient) -> None:
    board = client.get("/thing/board/renewal").text
    found = re.search(r'href="(/thing/new[^"]*)"', board)
    assert found is not None
    saved = form_at(client, unescape(found[1]), "/thing/new").send(client, {"name": "Again"})
    assert saved.status_code == 302, saved.text
    assert [(each["pipeline"], each["stage"]) for each in things(site)] == [("renewal", "due")]


def test_a_new_record_starts_in_the_default_pipeline_when_none_is_named(site: Site, client: FlaskClient) -> None:
    form = form_at(client, "/thing/new")
    assert form.values["pipeline"] == ["flow"]
    form.send(client, {"name": "First"})
    assert [(each["pipeline"], each["stage"]) for each in things(site)] == [("flow", "todo")]


def test_what_was_given_outlives_previews_and_refusals(site: Site, client: FlaskClient) -> None:
    form = form_at(client, "/thing/new?pipeline=renewal&note=Kept&amount=12.50&sealed=x&version=7", "/thing/new")
    assert {"sealed", "version"}.isdisjoint(form.values)
    form.action = "/thing/preview"
    seen = form_in(form.send(client, {"_open": "second"}).text, "/thing/new")
    assert seen.values["note"] == ["Kept"]
    assert seen.values["pipeline"] == ["renewal"]
    refused = seen.send(client, {"name": ""})
    assert refused.status_code == 422
    saved = form_in(refused.text, "/thing/new").send(client, {"name": "Again"})
    assert saved.status_code == 302, saved.text
    (thing,) = things(site)
    assert (thing["pipeline"], thing["stage"], thing["note"], thing["sealed"]) == ("renewal", "due", "Kept", None)
    assert thing["amount"] == {"amount": "12.50", "currency": "TRY"}


@pytest.mark.parametrize("name", ["nothing", "todo", "9" * 5000, "\U0010ffff"])
def test_a_pipeline_that_does_not_exist_is_told(site: Site, client: FlaskClient, name: str) -> None:
    answer = client.get("/thing/new", query_string={"pipeline": name})
    assert answer.status_code == 200
    refused = form_in(answer.text, "/thing/new").send(client, {"name": "Nowhere"})
    assert refused.status_code == 422
    assert "There is no pipeline" in refused.text
    assert things(site) == []


@pytest.mark.parametrize(
    ("query", "sent", "kept"),
    [
        ("", {"_touched": "name"}, "Last"),
        ("", {"_touched": "code,name", "code": "Mine"}, "Mine"),
        ("?code=Given", {"_touched": "name"}, "Given"),
        # Without scripts nothing tells what was changed.
        ("", {"code": "Mine"}, "Mine"),
    ],
)
def test_a_default_follows_what_is_typed_until_it_is_changed(
    site: Site, client: FlaskClient, query: str, sent: dict[str, str], kept: str
) -> None:
    form = form_at(client, f"/thing/new{query}", "/thing/new")
    form.action = "/thing/preview"
    seen = form_in(form.send(client, {"name": "First", **sent}).text, "/thing/new")
    assert seen.values["code"] == [kept.replace("Last", "First")]
    assert seen.send(client, {"name": "Last"}).status_code == 302
    assert [each["code"] for each in things(site)] == [kept]


def test_defaults_of_a_line_follow_what_is_typed_in_it(client: FlaskClient) -> None:
    form = form_at(client, "/thing/new", "/thing/new")
    form.action = "/thing/preview"
    opened = form_in(form.send(client, {"_open": "second"}).text, "/thing/new")
    for _ in range(3):
        opened.action = "/thing/preview"
        opened = form_in(opened.send(client, {"_add": "parts"}).text, "/thing/new")
    typed = {f"parts.{at}.name": f"P{at}" for at in range(3)} | {"parts.2.code": "Mine"}
    opened.action = "/thing/preview"
    seen = form_in(opened.send(client, {**typed, "_touched": "parts,parts.2.code"}).text, "/thing/new")
    assert [seen.values[f"parts.{at}.code"] for at in range(3)] == [["P0"], ["P1"], ["Mine"]]
    # What was typed in a line is remembered of it when one before it goes.
    seen.action = "/thing/preview"
    fewer = form_in(seen.send(client, {"_remove": "parts.0"}).text, "/thing/new")
    fewer.action = "/thing/preview"
    again = form_in(fewer.send(client, {"parts.0.name": "Q0", "parts.1.name": "Q1"}).text, "/thing/new")
    assert [again.values[f"parts.{at}.code"] for at in range(2)] == [["Q0"], ["Mine"]]
