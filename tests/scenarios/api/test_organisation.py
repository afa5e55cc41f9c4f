"""REST and pages of the organisation: the tree, people, absences with their warnings, substitutes in the inbox."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from werkzeug.test import EnvironBuilder

from kalip.records.transfer.tables import LONGEST_CELL
from kalip.storage.organisation import Unit, add_unit
from kalip.storage.own import KalipAbsence, KalipPosition, KalipUser, table_of
from tests.support.builders import a_pack, an_entity
from tests.support.signed_in import client_of
from tests.support.telling import catch_up
from tests.support.web_site import Caller, Site, a_site

AT = "/api/organisation"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    thing = (
        an_entity("thing")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_access(rep={"all": "own", "create": "all"}, viewer={"read": "all"})
    )
    with a_site(database_url, tmp_path, a_pack().with_role("rep", "viewer").with_entity(thing)) as running:
        yield running


def sent(by: Caller, method: str, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    response = by.call(method, path, body)
    assert response.status_code == status, response.text
    return dict(response.json or {})


def moment(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def stand_in(absent: Caller, substitute: Caller, kind: str, **more: Any) -> dict[str, Any]:
    body = {"substitute": substitute.user_id, "starts": moment(-1), "ends": moment(3), "kind": kind, **more}
    return sent(absent, "POST", f"{AT}/substitutions", body, 201)


def test_it_works(site: Site) -> None:
    admin, bora = site.admin, site.person("rep", name="Bora Kaya")
    top = sent(admin, "POST", f"{AT}/units", {"code": "ACME", "name": "Acme"}, 201)
    sales = sent(admin, "POST", f"{AT}/units", {"code": "SALES", "name": "Sales", "parent": top["id"]}, 201)
    place = {"user": bora.user_id, "unit": sales["id"], "title": "Head", "head": True, "since": "2026-01-01"}
    made = sent(admin, "POST", f"{AT}/positions", place, 201)
    assert [each["people_below"] for each in sent(admin, "GET", f"{AT}/units")["items"]] == [1, 1]
    shown = sent(admin, "GET", f"{AT}/units/{sales['id']}")
    assert (shown["path"], shown["leads"]) == ([top["id"], sales["id"]], [bora.user_id])
    assert sent(admin, "PATCH", f"{AT}/positions/{made['id']}", {"head": False})["title"] == "Head"
    assert sent(admin, "PATCH", f"{AT}/units/{sales['id']}", {"manager": bora.user_id})["leads"] == [bora.user_id]
    circle = sent(admin, "PATCH", f"{AT}/units/{top['id']}", {"parent": sales["id"]}, 422)
    assert circle["violations"][0]["pointer"] == "/parent"
    assert sent(admin, "POST", f"{AT}/units", {"code": "X", "name": 1, "nam": ""}, 422)["violations"]
    group = sent(admin, "POST", f"{AT}/groups", {"code": "crew", "name": "Crew", "members": [bora.user_id]}, 201)
    mine = sent(bora, "GET", f"{AT}/people/me")
    assert ([each["code"] for each in mine["groups"]], mine["manager"]) == (["crew"], None)
    for path in ("units", f"units/{sales['id']}", "groups", f"groups/{group['id']}", "positions?unit=1"):
        sent(bora, "GET", f"{AT}/{path}", status=403)
    sent(bora, "GET", f"{AT}/people/{admin.user_id}", status=403)
    sent(admin, "DELETE", f"{AT}/units/{sales['id']}", status=409)
    sent(admin, "DELETE", f"{AT}/positions/{made['id']}", status=204)
    sent(admin, "DELETE", f"{AT}/units/{sales['id']}", status=204)
    sent(admin, "DELETE", f"{AT}/groups/{group['id']}", status=204)


def test_who_gives_work_to_one_who_is_away_is_warned(site: Site) -> None:
    """EL8"""
    bora, cem, eda = (site.person("rep", name=name) for name in ("Bora Kaya", "Cem Ak", "Eda Su"))
    absence = {"starts": moment(-1), "ends": moment(2), "reason": "illness"}
    made = sent(bora, "POST", f"{AT}/absences", absence, 201)
    stand_in(bora, cem, "tasks")
    given = sent(eda, "POST", "/api/tasks", {"title": "Call", "user": bora.user_id}, 201)
    (warning,) = given["warnings"]
    assert (warning["user"], warning["stand_ins"]) == (bora.user_id, [cem.user_id])
    assert "Cem Ak stands in" in warning["message"]
    assert "illness" not in str(given)
    assert sent(eda, "GET", f"{AT}/away?users={bora.user_id},{cem.user_id}")["items"] == [warning]
    made_for = site.admin.call("POST", "/api/records/thing", {"name": "Loom", "owner": bora.user_id})
    assert made_for.headers["Kalip-Away"] == bora.user_id
    assert "Kalip-Away" not in bora.call("POST", "/api/records/thing", {"name": "Reed"}).headers
    other = sent(eda, "POST", "/api/tasks", {"title": "Call", "user": cem.user_id}, 201)
    assert other["warnings"] == []
    assert sent(eda, "POST", f"/api/tasks/{other['id']}/assign", {"user": bora.user_id})["warnings"] == [warning]
    sent(eda, "PATCH", f"{AT}/absences/{made['id']}", {"reason": "other"}, 404)
    sent(bora, "DELETE", f"{AT}/absences/{made['id']}", status=204)
    assert sent(eda, "GET", f"{AT}/away?users={bora.user_id}")["items"] == []


def test_a_substitute_sees_and_ends_tasks_and_is_told(site: Site) -> None:
    """EL7, SB8"""
    bora, cem, eda = (site.person("rep", name=name) for name in ("Bora Kaya", "Cem Ak", "Eda Su"))
    made = stand_in(bora, cem, "tasks")
    task = sent(eda, "POST", "/api/tasks", {"title": "Approve", "user": bora.user_id}, 201)
    kept = sent(eda, "POST", "/api/tasks", {"title": "Sign", "user": bora.user_id}, 201)
    catch_up(site.services)
    told = sent(cem, "GET", "/api/notifications")["items"]
    assert told[0]["on_behalf"] == bora.user_id
    assert told[0]["text"].startswith("For Bora Kaya: ")
    assert cem.ids("/api/tasks") == []
    assert set(cem.ids("/api/tasks?scope=stand_in")) == {task["id"], kept["id"]}
    assert cem.ids(f"/api/tasks?scope=stand_in&holder={eda.user_id}") == []
    assert eda.ids("/api/tasks?scope=stand_in") == []
    ended = sent(cem, "POST", f"/api/tasks/{task['id']}/complete", {})
    assert (ended["done_by"], ended["on_behalf"]) == (cem.user_id, bora.user_id)
    (event, *_) = sent(bora, "GET", f"/api/tasks/{task['id']}/events")["items"]
    assert (event["actor"], event["on_behalf"]) == (cem.user_id, bora.user_id)
    assert sent(cem, "POST", f"{AT}/substitutions/{made['id']}/end", {})["state"] == "over"
    assert cem.ids("/api/tasks?scope=stand_in") == []
    sent(cem, "POST", f"/api/tasks/{kept['id']}/complete", {}, 404)
    assert bora.ids("/api/tasks") == [kept["id"]]


def test_pages_of_absence_and_of_acting_for_another(site: Site) -> None:
    """RC6, EL7"""
    bora, cem = (site.person("rep", name=name) for name in ("Bora Kaya", "Cem Ak"))
    site.app.config["WTF_CSRF_ENABLED"] = False
    his, hers = client_of(site, bora), client_of(site, cem)
    today = datetime.now(UTC).date()
    form = {
        "user": bora.user_id, "first": today.isoformat(), "last": (today + timedelta(days=2)).isoformat(),
        "reason": "vacation", "substitute": cem.user_id, "kind": "all",
    }  # fmt: skip
    assert "Choose who stands in" in his.post("/account/away", data=form | {"substitute": "", "reason": ""}).text
    assert his.post("/account/away", data=form | {"last": "2020-01-01"}).status_code == 422
    assert his.post("/account/away", data=form).status_code == 302
    page = his.get("/account/away").text
    assert "Vacation" in page
    assert "Cem Ak" in page
    assert "Act for Bora Kaya" in hers.get("/account/away").text
    assert hers.post("/account/acting", data={"user": bora.user_id}).status_code == 302
    acting = hers.get("/tasks").text
    assert "You act for Bora Kaya" in acting
    assert hers.post("/account/away", data=form | {"user": bora.user_id}).status_code == 403
    assert hers.post("/thing/new", data={"name": "Loom"}).status_code in (302, 303)
    (thing,) = sent(bora, "GET", "/api/records/thing")["items"]
    assert (thing["owner"], thing["created_by"]) == (bora.user_id, cem.user_id)
    (event,) = sent(bora, "GET", f"/api/records/thing/{thing['id']}/events")["items"]
    assert (event["actor"], event["on_behalf"]) == (cem.user_id, bora.user_id)
    assert "Cem Ak for Bora Kaya" in his.get(f"/thing/{thing['id']}").text
    assert hers.post("/account/acting/stop").status_code == 302
    assert "You act for" not in hers.get("/tasks").text
    assert his.get("/admin/organisation").status_code == 403


def test_pages_of_the_organisation(site: Site) -> None:
    bora = site.person("rep", name="Bora Kaya")
    site.app.config["WTF_CSRF_ENABLED"] = False
    admin = client_of(site, site.admin)
    at = "/admin/organisation"
    assert "No units yet" in admin.get(at).text
    assert "Name is required" in admin.post(f"{at}/units", data={"code": "ACME"}).text
    unit = admin.post(f"{at}/units", data={"code": "ACME", "name": "Acme"}).location
    assert admin.post(f"{unit}/positions", data={"user": "nobody"}).status_code == 422
    assert admin.post(f"{unit}/positions", data={"user": bora.user_id, "title": "Boss", "head": "1"}).status_code == 302
    assert "Bora Kaya" in admin.get(unit).text
    assert admin.post(unit, data={"code": "ACME", "name": "Acme A.Ş."}).status_code == 302
    assert admin.post(unit, data={"code": "", "name": "Acme"}).status_code == 422
    below = admin.post(f"{at}/units", data={"code": "S", "name": "Sales", "parent": unit.rpartition("/")[2]}).location
    assert "Acme A.Ş." in admin.get(below).text
    assert admin.post(f"{below}/remove").status_code == 302
    group = admin.post(f"{at}/groups", data={"code": "crew", "name": "Crew"}).location
    assert admin.post(f"{at}/groups", data={"code": "crew", "name": "Again"}).status_code == 422
    assert admin.post(f"{group}/members", data={"user": bora.user_id}).status_code == 302
    assert "Bora Kaya" in admin.get(group).text
    person = admin.get(f"{at}/people/{bora.user_id}").text
    assert "Crew" in person
    assert "Boss" in person
    assert "Absence of Bora Kaya" in admin.get(f"/account/away?user={bora.user_id}").text
    assert admin.post(f"{group}/remove").status_code == 302


def test_people_are_brought_from_a_file_in_the_browser(site: Site) -> None:
    site.app.config["WTF_CSRF_ENABLED"] = False
    admin, at = client_of(site, site.admin), "/admin/organisation/import"
    assert "Columns: email, name" in admin.get(at).text

    def sent_file(text: str, do: str) -> str:
        data = {"file": (BytesIO(text.encode()), "people.csv"), "missing": "1", "do": do}
        environ = EnvironBuilder(at, method="POST", data=data, content_type="multipart/form-data").get_environ()
        with environ["wsgi.input"]:
            return admin.open(environ).text

    rows = "email,unit,groups\neda@x.co,ACME,crew\nwrong,,\n"
    checked = sent_file(rows, "check")
    assert "nothing was kept" in checked
    assert "1 refused" in checked
    assert "eda@x.co" not in admin.get("/admin/users").text
    assert "1 new" in sent_file(rows, "import")
    assert "eda@x.co" in admin.get("/admin/users").text
    assert "no column" in sent_file("mail\na@x.co\n", "check")
    # Of a long file no more is read than tells that it is too long: its end is no CSV.
    assert "More than 2000 rows" in sent_file("email\n" + "a@x.co\n" * 2_001 + "x" * (LONGEST_CELL + 1), "check")
    assert admin.post(at, data={"do": "check"}).status_code == 422
    assert client_of(site, site.person("rep")).post(at, data={"do": "import"}).status_code == 403


def test_who_acts_for_some_entities_sees_tasks_about_these_alone(site: Site) -> None:
    bora, cem = site.person("rep", name="Bora Kaya"), site.person("rep", name="Cem Ak")
    site.app.config["WTF_CSRF_ENABLED"] = False
    thing = bora.make("thing", name="Loom")["id"]
    for more in ({"entity": "thing", "record_id": thing, "title": "Oil the loom"}, {"title": "Private errand"}):
        sent(bora, "POST", "/api/tasks", {**more, "user": bora.user_id}, 201)
    stand_in(bora, cem, "all", entities=["thing"])
    hers = client_of(site, cem)
    assert hers.post("/account/acting", data={"user": bora.user_id}).status_code == 302
    page = hers.get("/tasks").text
    assert "Oil the loom" in page
    assert "Private errand" not in page
    assert '1<span class="sr-only"> open task' in page


def test_who_leads_has_a_list_of_absences_and_sees_where_nobody_stands_in(site: Site) -> None:
    """EL8"""
    head, bora, cem, other = (site.person("rep", name=name) for name in ("Head Han", "Bora Kaya", "Cem Ak", "Other Oz"))
    top = sent(site.admin, "POST", f"{AT}/units", {"code": "ACME", "name": "Acme"}, 201)["id"]
    sales = sent(site.admin, "POST", f"{AT}/units", {"code": "SALES", "name": "Sales", "parent": top}, 201)["id"]
    for person, unit, leads in ((head, top, True), (bora, sales, False), (cem, sales, False)):
        place = {"user": person.user_id, "unit": unit, "head": leads}
        sent(site.admin, "POST", f"{AT}/positions", place, 201)
    for person, first in ((bora, 5), (cem, -1), (other, -1)):
        away = {"user": person.user_id, "starts": moment(first), "ends": moment(9), "reason": "illness"}
        sent(person, "POST", f"{AT}/absences", away, 201)
    sent(cem, "POST", f"{AT}/absences", {"starts": moment(-9), "ends": moment(-8), "reason": "illness"}, 201)
    stand_in(cem, head, "tasks")

    def listed(by: Caller) -> list[str]:
        return [each["user"] for each in sent(by, "GET", f"{AT}/absences?led=true")["items"]]

    assert listed(head) == [cem.user_id, bora.user_id]
    assert set(listed(site.admin)) == {bora.user_id, cem.user_id, other.user_id}
    assert listed(bora) == listed(other) == []
    page = client_of(site, head).get("/account/away").text
    shown = page[page.index('id="others"') : page.index("New absence or substitute")]
    assert "Cem Ak" in shown
    assert "Who stands in: Head Han" in shown
    assert "Nobody stands in." in shown
    assert "Everybody whom you lead" in shown
    assert "Other Oz" not in shown
    assert 'id="others"' not in client_of(site, bora).get("/account/away").text
    assert "Other Oz" in client_of(site, site.admin).get("/account/away").text
    assert client_of(site, head).get(f"/account/away?user={bora.user_id}").status_code == 200


def test_who_leads_very_many_sees_the_first_of_them(site: Site) -> None:
    """They are more than a statement may have parameters."""
    head, count, now = site.person("rep", name="Head Han"), 33_000, datetime.now(UTC)
    people = [f"p{number:05}" for number in range(count)]
    rest = {"roles": [], "locale": "en", "timezone": "UTC", "active": True, "created_at": now}
    away = {"starts": now, "ends": now + timedelta(days=9), "reason": "travel", "note": "", "created_at": now}
    with site.services.database.write() as session:
        add_unit(session, Unit("u", "u", "Unit", manager=head.user_id))
        users = [{**rest, "id": each, "name": each, "email": each, "email_key": each} for each in people]
        session.write(insert(table_of(KalipUser)), users)
        places = [{"id": each, "user_id": each, "unit": "u", "title": "", "head": False} for each in people]
        session.write(insert(table_of(KalipPosition)), places)
        absences = [{**away, "id": each, "user_id": each} for each in people[:300]]
        session.write(insert(table_of(KalipAbsence)), absences)
    text = client_of(site, head).get("/account/away").text
    assert f'class="badge">{count}<' in text
    assert text.count("The first 200 are shown.") == 2
    assert len(sent(head, "GET", f"{AT}/absences?led=true")["items"]) == 200
