"""Exports of the rows that are selected on a list, however many: a form, as other actions on a selection are. W37."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from kalip.base.ids import new_id
from kalip.storage import insert_records
from tests.support.builders import a_pack, an_entity
from tests.support.forms import form_in
from tests.support.records import a_row
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

SELECTED = 600
LIST = "/note?columns=size,name&sort=-name"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("selected")
    own = {"scope": "all", "where": "size > 0"}
    note = (
        an_entity("note")
        .with_keys(title="name", search={"name": {}})
        .with_field("name", "text", required=True)
        .with_field("size", "integer")
        .with_access(writer="all", reader={"read": own}, seller={"read": own, "export": own})
        .with_list("name")
    )
    pack = a_pack("notes").with_role("writer").with_role("reader").with_role("seller").with_entity(note)
    with a_site(f"sqlite:///{folder}/x.db", folder, pack) as running:
        yield running


@pytest.fixture(scope="module")
def ids(site: Site) -> list[str]:
    rows = [a_row(name=f"Note {number:04}", size=number) for number in range(SELECTED + 20)]
    with site.services.database.write() as session:
        insert_records(session, site.served, "note", rows)
    return [str(row["id"]) for row in rows]


def send(client: FlaskClient, kind: str, ids: list[str]) -> TestResponse:
    """Send the selection as the button of the page does: its token, and the list as it is shown."""
    token = form_in(client.get(LIST).text, "/logout").values["csrf_token"]
    address = LIST.replace("/note?", f"/note/bulk/export.{kind}?")
    return client.post(address, data={"csrf_token": token, "id": ids}, buffered=True)


def lines_of(response: TestResponse, kind: str) -> list[list[str]]:
    assert response.status_code == 200, response.text
    if kind == "csv":
        return list(csv.reader(StringIO(response.data.decode("utf-8-sig"))))
    sheet = load_workbook(BytesIO(response.data)).worksheets[0]
    return [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_it_works(site: Site, ids: list[str], kind: str) -> None:
    client = client_of(site, site.caller("writer"))
    page = client.get(LIST).text
    assert f'formaction="/note/bulk/export.{kind}?' in page
    head, *lines = lines_of(send(client, kind, ids[:SELECTED]), kind)
    assert head == ["Size", "Name"]
    assert lines == [[str(number), f"Note {number:04}"] for number in reversed(range(SELECTED))]


def test_rows_that_one_may_not_export_are_left_out(site: Site, ids: list[str]) -> None:
    client = client_of(site, site.caller("seller"))
    _, *lines = lines_of(send(client, "csv", [ids[0], ids[1], new_id(), "junk"]), "csv")
    assert lines == [["1", "Note 0001"]]


def test_who_may_not_export_is_refused(site: Site, ids: list[str]) -> None:
    client = client_of(site, site.caller("reader"))
    assert "/note/bulk/export" not in client.get(LIST).text
    assert send(client, "csv", ids[:2]).status_code == 403


def test_a_selection_is_some_rows_but_not_endless_and_sent_by_our_page(site: Site, ids: list[str]) -> None:
    client = client_of(site, site.caller("writer"))
    assert send(client, "csv", []).status_code == 400
    assert send(client, "csv", [new_id() for _ in range(1001)]).status_code == 400
    assert client.post("/note/bulk/export.csv", data={"id": ids[:2]}).status_code == 400
