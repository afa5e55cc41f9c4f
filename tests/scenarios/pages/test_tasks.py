"""Tasks, notifications and calendars as a browser without JavaScript, and as htmx, asks for them; and junk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.forms import form_at
from tests.support.signed_in import client_of
from tests.support.telling import catch_up
from tests.support.web_site import Caller, Site, a_site

HTMX = {"HX_Request": "true"}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, "crm") as running:
        yield running


@pytest.fixture
def rep(site: Site) -> Caller:
    return site.person("sales_rep", name="Bora Kaya")


@pytest.fixture
def client(site: Site, rep: Caller) -> FlaskClient:
    return client_of(site, rep)


def give(site: Site, to: Caller, title: str = "Call", **more: object) -> str:
    response = site.admin.call("POST", "/api/tasks", {"title": title, "user": to.user_id, **more})
    assert response.status_code == 201, response.text
    return str((response.json or {})["id"])


def test_it_works(site: Site, client: FlaskClient, rep: Caller) -> None:
    """RC4: everything works without JavaScript first."""
    task = give(site, rep, outcomes={"no": {"label": "No", "comment": True}})
    page = f"/tasks?task={task}"
    refused = form_at(client, page, f"/tasks/{task}/complete").send(client, {"outcome": "no"})
    assert refused.status_code == 422
    assert "This outcome needs a comment." in refused.text
    sent = form_at(client, page, f"/tasks/{task}/complete").send(client, {"outcome": "no", "comment": "Because"})
    assert (sent.status_code, sent.location) == (303, "/tasks")
    assert "Because" in client.get(f"/tasks/{task}").text
    assert "Call" in client.get("/tasks?scope=done").text
    assert "Nothing to do here" in client.get("/tasks").text


def test_a_task_is_made_changed_and_handed_on_by_forms(site: Site, client: FlaskClient, rep: Caller) -> None:
    other = site.person("sales_rep", name="Cem Demir")
    made = form_at(client, "/tasks/new", "/tasks/new").send(client, {"title": "Write", "due": "2031-01-02T08:00"})
    assert made.location == "/tasks"
    (task,) = rep.ids("/api/tasks")
    changed = form_at(client, f"/tasks/{task}/change", f"/tasks/{task}/change").send(client, {"title": "Write soon"})
    assert changed.status_code == 303
    strange = form_at(client, f"/tasks/{task}/change", f"/tasks/{task}/change").send(client, {"due": "never"})
    assert (strange.status_code, "There is no such day or time." in strange.text) == (422, True)
    given = form_at(client, f"/tasks/{task}/assign", f"/tasks/{task}/assign").send(client, {"user": other.user_id})
    assert given.status_code == 303
    assert other.ids("/api/tasks") == [task]
    assert "Write soon" in client.get("/").text or rep.ids("/api/tasks") == []


def test_what_waits_is_on_every_page(site: Site, client: FlaskClient, rep: Caller) -> None:
    """W30"""
    give(site, rep, "Overdue one", due="2020-01-01T00:00:00Z")
    catch_up(site.services)
    home = client.get("/").text
    assert "Overdue one" in home
    assert "1 unread notification" in home
    bell = client.get("/notifications/bell", headers=HTMX)
    assert (bell.status_code, "hx-swap-oob" in bell.text, "1 overdue" in bell.text) == (200, True, True)
    (told,) = (rep.get("/api/notifications").json or {})["items"]
    opened = client.get(f"/notifications/{told['id']}")
    assert opened.location.startswith("/tasks/")
    assert "1 unread notification" not in client.get("/").text
    assert site.app.test_client().get("/notifications/bell", headers=HTMX).status_code == 204


def test_what_is_strange_breaks_nothing(site: Site, client: FlaskClient, rep: Caller) -> None:
    task = give(site, rep)
    foreign = give(site, site.person("sales_rep"))
    for address, status in (
        ("/tasks?scope=all&entity=nothing&overdue=x&task=x", 200),
        ("/tasks?q=%25_\\", 200),
        ("/tasks?cursor=x", 400),
        (f"/tasks/{foreign}", 404),
        (f"/tasks/{foreign}/assign", 404),
        (f"/tasks/{foreign}/change", 404),
        (f"/tasks/{task}/change", 404),
        ("/tasks/x/preview", 302),
        ("/tasks/new?entity=nothing&record_id=x", 404),
        ("/tasks/people?q=%25&entity=deal/x", 200),
        ("/tasks/panel?record=deal", 404),
        ("/notifications?cursor=x", 400),
        ("/notifications?kind=nothing&unread=2", 200),
        ("/notifications/x", 404),
        ("/people/x", 404),
        ("/activity/calendar?span=century&day=soon", 200),
        ("/activity/calendar?day=0001-01-01", 200),
        ("/activity/calendar?day=9999-12-31&span=agenda", 200),
        ("/activity/calendar/nothing", 404),
        ("/company/calendar", 404),
        ("/activity/calendar?filter=(", 400),
        ("/activity/x/calendar/default", 404),
    ):
        assert (address, client.get(address).status_code) == (address, status)
    form = form_at(client, f"/tasks?task={task}", f"/tasks/{task}/complete")
    for path, values, status in (
        (f"/tasks/{task}/snooze", {"until": "soon"}, 422),
        (f"/tasks/{task}/take", {}, 303),
        (f"/tasks/{foreign}/complete", {}, 404),
        ("/tasks/many", {"id": ["x", foreign], "outcome": "done"}, 200),
        ("/tasks/many/form", {}, 422),
        ("/notifications/choices", {"hour": "99"}, 422),
        ("/notifications/choices", {"rhythm": "never"}, 422),
        ("/activity/x/calendar/default", {"day": "2031-01-01"}, 404),
        ("/activity/x/calendar/default", {"day": "soon"}, 400),
    ):
        form.action = path
        assert (path, form.send(client, values).status_code) == (path, status)


def test_many_end_at_once_each_for_itself(site: Site, client: FlaskClient, rep: Caller) -> None:
    """W09"""
    first, second = give(site, rep, "First"), give(site, rep, "Second")
    form = form_at(client, "/tasks/new", "/tasks/new")
    form.action = "/tasks/many/form"
    choosing = form.send(client, {"id": [first, second]})
    assert "2 tasks are selected." in choosing.text
    rep.call("POST", f"/api/tasks/{second}/complete")
    site.admin.call("POST", f"/api/tasks/{first}/cancel")
    form.action = "/tasks/many"
    ended = form.send(client, {"id": [first, second], "outcome": "done"})
    assert "1 task ended." in ended.text
    assert "cancelled this task at" in ended.text
