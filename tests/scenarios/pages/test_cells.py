"""A cell of a list without the list's script: it is edited on a page of its own, and leads to its record. W08."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.builders import a_pack, an_entity
from tests.support.forms import form_at, form_in
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

HTMX = {"HX-Request": "true"}
ALIKE = {"same_name": {"label": "Same name", "fields": {"name": "fold"}}}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    thing = (
        an_entity("thing")
        .with_keys(title="name", duplicates=ALIKE)
        .with_field("name", "text", required=True)
        .with_field("size", "integer", min=0)
        .with_access(rep="all", reader={"read": "all"})
        .with_list("name", "size")
    )
    with a_site(database_url, tmp_path, a_pack().with_role("rep", "reader").with_entity(thing)) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("rep"))


@pytest.fixture
def thing(site: Site) -> str:
    return "/thing/" + str(site.admin.make("thing", name="Loom", size=3)["id"])


def test_it_works(site: Site, client: FlaskClient, thing: str) -> None:
    saved = form_at(client, f"{thing}/cells/size").send(client, {"size": "4"})
    assert (saved.status_code, saved.location) == (302, thing)
    assert "Saved." in client.get(thing).text
    assert (site.admin.get(f"/api/records{thing}").json or {})["size"] == 4


def test_a_refused_value_comes_back_in_a_page(client: FlaskClient, thing: str) -> None:
    refused = form_at(client, f"{thing}/cells/size").send(client, {"size": "-1"})
    assert refused.status_code == 422
    assert refused.text.startswith("<!doctype html>")
    assert 'class="field-error"' in refused.text
    assert form_in(refused.text, f"{thing}/cells/size").values["size"] == ["-1"]


def test_who_may_not_change_it_is_told(site: Site, thing: str) -> None:
    """W40"""
    reader = client_of(site, site.caller("reader"))
    refused = form_at(reader, f"{thing}/cells/size").send(reader, {"size": "4"})
    assert (refused.status_code, "You may not update" in refused.text) == (422, True)


def test_the_list_still_gets_the_cell_alone(client: FlaskClient, thing: str) -> None:
    form = client.get(f"{thing}/cells/size", headers=HTMX).text
    assert form.lstrip().startswith("<td")
    saved = form_in(form, f"{thing}/cells/size").send(client, {"size": "5"}, HX_Request="true")
    assert saved.text.lstrip().startswith("<td")
    assert client.get(f"{thing}/cells/size?shown=1", headers=HTMX).text.lstrip().startswith("<td")
    assert client.get(f"{thing}/cells/size?shown=1").location == thing


def test_a_possible_duplicate_is_told_beside_the_cell(site: Site, client: FlaskClient, thing: str) -> None:
    """CR11: as quietly as the cell is edited, with a link to the other and a way to save it all the same."""
    site.admin.make("thing", name="Needle", size=1)
    form = form_at(client, f"{thing}/cells/name")
    refused = form.send(client, {"name": "Needle"}, HX_Request="true")
    assert (refused.status_code, "This may be a duplicate" in refused.text) == (422, True)
    assert 'class="field-error"' not in refused.text
    assert re.search(r'<a href="/thing/[^"]+"[^>]*>Needle</a>', refused.text)
    accepted = form_in(refused.text, f"{thing}/cells/name").send(client, {"_accept_duplicates": "1"})
    assert accepted.status_code == 302
    assert (site.admin.get(f"/api/records{thing}").json or {})["name"] == "Needle"
