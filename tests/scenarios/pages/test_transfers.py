"""Files of rows in and out of a list, by plain forms: columns looked at, rows checked, a job that tells. W09"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.jobs import Background, Bell, Crew, Office, Timing
from kalip.records.transfer import jobs as transfers
from kalip.storage import insert_records
from kalip.web.lists import transfers as pages
from tests.support.builders import a_pack, an_entity
from tests.support.forms import form_at, form_in
from tests.support.records import a_row
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

FILE = "Title,Pieces,Odd\nBolts,5,x\nNuts,many,y\n"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    note = (
        an_entity("note")
        .with_keys(title="title")
        .with_field("title", "text", required=True)
        .with_field("pieces", "integer", label={"en": "Pieces", "tr": "Adet", "ru": "Штук"})
        .with_access(writer="all", reader={"read": "all"})
        .with_list("title", "pieces")
    )
    with a_site(database_url, tmp_path, a_pack().with_role("writer", "reader").with_entity(note)) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("writer"))


def run_all(site: Site) -> None:
    """Run what is due, as a server does."""
    office = Office(site.services, Background(dict(transfers.JOB_HANDLERS)), Timing(poll=timedelta(seconds=0.01)))
    crew = Crew(office, Bell(), runners=0)
    while crew.run_next("tester"):
        pass


def test_a_file_is_checked_and_imported(site: Site, client: FlaskClient) -> None:
    listed = client.get("/note").text
    assert 'href="/note/import"' in listed
    columns = form_at(client, "/note/import").send(client, {"file": (FILE.encode(), "notes.csv")}).location
    page = client.get(columns).text
    assert "notes.csv" in page
    assert "Bolts, Nuts" in page
    form = form_in(page, columns)
    chosen = {name: each for name, each in form.values.items() if name.startswith("column") and each != [""]}
    assert chosen == {"column.0": ["title"], "column.1": ["pieces"]}
    job = form.send(client, {"check": "1"}).location
    waiting = client.get(job).text
    assert "Waiting for its turn" in waiting
    # What is swapped in below when the work is done leaves the page's head as it is.
    assert ">waiting</span>" not in waiting
    run_all(site)
    checked = client.get(job).text
    assert ">done</span>" in checked
    assert "Only checked; nothing was saved." in checked
    assert "1 new record." in checked
    assert re.search(r"Line 3 — Pieces: ", checked)
    assert (site.admin.get("/api/records/note").json or {})["items"] == []
    (again,) = re.findall(r'href="(/note/import/[^"]+)"', checked)
    form = form_at(client, again.replace("&amp;", "&"), columns)
    job = form.send(client, {"import": "1"}).location
    run_all(site)
    done = client.get(job).text
    assert "1 new record." in done
    assert "1 record was refused:" in done
    assert [each["title"] for each in (site.admin.get("/api/records/note").json or {})["items"]] == ["Bolts"]
    assert client.get(columns).status_code == 404


@pytest.mark.parametrize(
    ("locale", "reason"),
    [
        ("tr", "Satır 3 — Adet: &#39;many&#39; bir sayı değil; şöyle yazın: 1.234,5."),
        ("ru", "Строка 3 — Штук: «many» — не число; напишите как 1\N{NO-BREAK SPACE}234,5."),
    ],
)
def test_refusals_are_told_in_the_readers_language(site: Site, locale: str, reason: str) -> None:
    client = client_of(site, site.person("writer", locale=locale))
    columns = form_at(client, "/note/import").send(client, {"file": (FILE.encode(), "notes.csv")}).location
    job = form_at(client, columns).send(client, {"check": "1"}).location
    run_all(site)
    assert reason in client.get(job).text


def test_what_is_no_file_of_rows_is_told(site: Site, client: FlaskClient) -> None:
    form = form_at(client, "/note/import")
    for sent in ({}, {"file": (b"", "a.csv")}, {"file": (b"PK no sheet", "a.xlsx")}):
        refused = form.send(client, sent)
        assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    columns = form.send(client, {"file": (FILE.encode(), "notes.csv")}).location
    nothing = {f"column.{place}": "" for place in range(3)}
    assert form_at(client, columns).send(client, {**nothing, "import": "1"}).status_code == 422
    other = client_of(site, site.person("writer"))
    assert other.get(columns).status_code == 404
    reader = client_of(site, site.caller("reader"))
    assert "/note/import" not in reader.get("/note").text
    assert reader.get("/note/import").status_code == 403


def test_a_long_list_is_exported_in_the_background(
    site: Site, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [a_row(title=f"Note {number}", pieces=number) for number in range(5)]
    with site.services.database.write() as session:
        insert_records(session, site.served, "note", rows)
    assert client.get("/note/export.csv").mimetype == "text/csv"
    monkeypatch.setattr(pages, "AT_ONCE", 4)
    address = "/note/export.csv?sort=-title"
    page = client.get(address).text
    assert "This list is long" in page
    (action,) = re.findall(r'action="(/note/export\.csv[^"]*)"', page)
    job = form_in(page, action).send(client).location
    assert client.get(f"{job}/file").status_code == 404
    run_all(site)
    assert f'href="{job}/file"' in client.get(job).text
    file = client.get(f"{job}/file", buffered=True)
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.text.splitlines()[1].startswith("Note 4,")
    assert client_of(site, site.person("writer")).get(f"{job}/file").status_code == 404
