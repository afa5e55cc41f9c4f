"""Changes of many selected rows: their dialogs are opened by a form, however many rows there are. W09."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kalip.storage import insert_records
from tests.support.builders import a_pack, an_entity
from tests.support.forms import Form, form_in
from tests.support.records import a_row
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

SELECTED = 600


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("bulk")
    note = (
        an_entity("note")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("size", "integer")
        .with_field("done", "boolean")
        .with_access(writer="all")
        .with_pipeline("flow", "open", "closed")
        .with_list("name", "size")
    )
    with a_site(f"sqlite:///{folder}/x.db", folder, a_pack().with_role("writer").with_entity(note)) as running:
        yield running


@pytest.fixture(scope="module")
def ids(site: Site) -> list[str]:
    place = {"pipeline": "flow", "stage": "open"}
    rows = [a_row(name=f"Note {number:04}", size=number, **place) for number in range(SELECTED)]
    with site.services.database.write() as session:
        insert_records(session, site.served, "note", rows)
    return [str(row["id"]) for row in rows]


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("writer"))


def selection(client: FlaskClient, action: str) -> Form:
    """The list's own form of what is selected, as the button of an action sends it."""
    text = client.get("/note?sort=name").text
    form = form_in(text, "/note/bulk/edit/form")
    assert f'formaction="/note/bulk/{action}/form"' in text
    return Form(f"/note/bulk/{action}/form", form.values)


@pytest.mark.parametrize("action", ["edit", "move", "assign", "archive"])
def test_it_works(client: FlaskClient, ids: list[str], action: str) -> None:
    opened = selection(client, action).send(client, {"id": ids})
    assert opened.status_code == 200, opened.text
    form = form_in(opened.text, f"/note/bulk/{action}")
    assert form.values["id"] == ids
    assert form.values["back"] == ["/note?sort=name"]
    assert f"{SELECTED} records are selected." in opened.text
    # The list sends no ids in an address.
    assert 'hx-get="/note/bulk' not in opened.text


def test_another_field_is_chosen_with_the_rows_kept(client: FlaskClient, ids: list[str]) -> None:
    opened = selection(client, "edit").send(client, {"id": ids}).text
    again = re.search(r'<select[^>]+hx-post="([^"]+)"', opened)
    assert again is not None
    form = form_in(opened, "/note/bulk/edit")
    chosen = Form(again[1], form.values).send(client, {"field": "size"}).text
    result = form_in(chosen, "/note/bulk/edit").send(client, {"size": "7", "id": ids[:200]}).text
    assert "200 records changed." in result


@pytest.mark.parametrize("path", ["edit", "edit/form", "archive/form"])
def test_an_address_without_rows_leads_to_the_list(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/note/bulk/{path}")
    assert (answer.status_code, answer.location) == (302, "/note")


def test_a_selection_needs_its_token(client: FlaskClient, ids: list[str]) -> None:
    assert selection(client, "edit").send(client, {"id": ids[:1], "csrf_token": []}).status_code == 400
