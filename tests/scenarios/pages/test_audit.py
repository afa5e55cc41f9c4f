"""The page of the event log, and “why may I not” on a record: by page and by REST."""

import csv
import io
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kalip.access import SYSTEM
from kalip.records import run
from kalip.records.accounts import set_user_roles
from kalip.records.audit import seal_events
from tests.support.builders import a_pack, an_entity
from tests.support.forms import form_in
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site


@pytest.fixture(scope="module")
def site(made_sqlite: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("audit")
    note = (
        an_entity("note")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("tin", "text", audit_reads=True)
        .with_field("city", "text")
        .with_access(writer="all", reader={"read": {"scope": "all", "where": "city == 'Bursa'"}})
        .with_list("name", "city")
    )
    with a_site(
        f"sqlite:///{folder / 'site.db'}", folder, a_pack().with_role("writer", "reader").with_entity(note)
    ) as running:
        yield running


@pytest.fixture(scope="module")
def writer(site: Site) -> Caller:
    return site.person("writer", name="Bora")


@pytest.fixture(scope="module")
def note(writer: Caller) -> str:
    return str(writer.make("note", name="=Stock", tin="123", city="Bursa")["id"])


@pytest.fixture
def admin(site: Site) -> FlaskClient:
    return client_of(site, site.admin)


def test_it_works(site: Site, admin: FlaskClient, writer: Caller, note: str) -> None:
    writer.get(f"/api/records/note/{note}")
    seal_events(site.services)
    page = admin.get("/admin/audit").text
    assert "Seal 1 of" in page
    assert "Record made" in page
    assert "Logged field read" in page
    assert "=Stock" in page
    assert "Bora" in page


def test_the_filter_finds(admin: FlaskClient, writer: Caller, note: str) -> None:
    writer.get(f"/api/records/note/{note}")
    found = admin.get("/admin/audit", query_string={"kind": "record.read", "person": writer.user_id, "record": note})
    assert f'href="/note/{note}"' in found.text
    assert "audit-details" in found.text
    for nothing in ({"text": "nowhere to be found"}, {"until": "2001-01-01"}, {"since": "9999-01-01"}, {"entity": "x"}):
        assert "There is nothing here." in admin.get("/admin/audit", query_string=nothing).text
    wrong = admin.get("/admin/audit", query_string={"since": "yesterday"})
    assert wrong.status_code == 400
    assert "is no day" in wrong.text
    assert admin.get("/admin/audit?below=x").status_code == 200


def test_changes_of_rights_are_in_the_log(site: Site, admin: FlaskClient, writer: Caller, note: str) -> None:
    """DY11: what the organisation, an entity and a field were up to, roles and shares with it."""
    person = site.person("reader", name="Ela")
    run(site.services, SYSTEM, lambda work: set_user_roles(work, person.user_id, ("writer",)))
    shared = {"user": person.user_id, "verbs": ["update"], "reason": "helps"}
    assert site.admin.call("POST", f"/api/records/note/{note}/shares", shared).status_code == 201
    roles = admin.get("/admin/audit", query_string={"entity": "user", "text": "reader"}).text
    assert "Roles changed" in roles
    assert "writer" in roles
    assert "helps" in admin.get("/admin/audit", query_string={"kind": "record.shared", "record": note}).text


def test_the_log_is_taken_along_as_csv(admin: FlaskClient, note: str) -> None:
    sent = admin.get("/admin/audit/events.csv?kind=record.created")
    rows = list(csv.reader(io.StringIO(sent.text.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["id", "at", "kind"]
    assert {row[2] for row in rows[1:]} == {"record.created"}
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert "Export begun" in admin.get("/admin/audit?entity=&kind=export").text


def test_the_log_is_for_administrators(site: Site, writer: Caller, note: str) -> None:
    client = client_of(site, writer)
    assert client.get("/admin/audit").status_code == 403
    assert client.get("/admin/audit/events.csv").status_code == 403


def test_why_on_a_record(site: Site, admin: FlaskClient, writer: Caller, note: str) -> None:
    reader = site.person("reader", name="Cem")
    mine = client_of(site, reader).get(f"/note/{note}/rights?verb=update", headers={"HX-Request": "true"}).text
    assert "Cem: “Change” is not permitted." in mine
    assert "The role Reader says nothing of it." in mine
    assert 'name="user"' not in mine
    page = admin.get(f"/note/{note}/rights?verb=read&user={reader.user_id}&field=tin").text
    assert "Cem: “Read” is permitted." in page
    assert "It holds that city == &#39;Bursa&#39;. (City: Bursa)" in page
    # Another choice answers where one is: in the dialog, or on this page.
    place = 'aria-labelledby="dialog-title"'
    assert f'rights-card" {place}' in page
    assert "hx-target=\"closest [aria-labelledby='dialog-title']\"" in page
    assert f'href="/people/{reader.user_id}"' in admin.get(f"/admin/organisation/people/{reader.user_id}").text
    assert "Rights" in client_of(site, reader).get(f"/note/{note}").text
    assert client_of(site, reader).get(f"/note/{note}/rights?user={writer.user_id}").status_code == 403
    assert client_of(site, reader).get(f"/note/{note}/rights?verb=fly").status_code == 400


def test_why_by_rest(site: Site, writer: Caller, note: str) -> None:
    turk = site.person("reader", name="Ayşe", locale="tr")
    told = turk.get(f"/api/records/note/{note}/why?verb=update").json or {}
    assert (told["allowed"], told["verb"], told["entity"], told["id"]) == (False, "update", "note", note)
    assert "İzin veren bir şey yok." in [each["text"] for each in told["because"]]
    whole = site.admin.get(f"/api/records/note/why?verb=read&user={turk.user_id}").json or {}
    assert (whole["allowed"], whole["person"], whole["id"]) == (True, "Ayşe", None)
    assert turk.get(f"/api/records/note/{note}/why").status_code == 400
    assert turk.get(f"/api/records/note/{note}/why?verb=read&field=nothing").status_code == 400
    assert turk.get(f"/api/records/note/{note}/why?verb=read&user={writer.user_id}").status_code == 403
    other = writer.make("note", name="Elsewhere", city="İzmir")["id"]
    assert turk.get(f"/api/records/note/{other}/why?verb=read").status_code == 404


def test_an_administrator_sees_what_another_sees(site: Site, admin: FlaskClient, writer: Caller, note: str) -> None:
    page = admin.get(f"/people/{writer.user_id}").text
    assert "See what this person sees" in page
    assert form_in(page, f"/people/{writer.user_id}/see").send(admin).status_code == 302
    seen = admin.get(f"/note/{note}").text
    assert "You look with the eyes of Bora." in seen
    assert admin.get("/admin/audit").status_code == 403
    assert form_in(seen, f"/note/{note}/archive").send(admin).status_code == 403
    other = client_of(site, site.admin)
    assert "Began to act for another" in other.get("/admin/audit?kind=acting").text
    assert "See what this person sees" not in client_of(site, writer).get(f"/people/{site.admin.user_id}").text
