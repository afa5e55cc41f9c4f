"""REST of tasks and notifications: the inbox, what is refused, and what the caller is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import a_pack, an_entity
from tests.support.telling import catch_up
from tests.support.web_site import Caller, Site, a_site


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    thing = (
        an_entity("thing")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("amount", "integer")
        .with_access(rep="all")
    )
    with a_site(database_url, tmp_path, a_pack().with_role("rep", "guest").with_entity(thing)) as running:
        yield running


@pytest.fixture
def rep(site: Site) -> Caller:
    return site.person("rep", name="Bora Kaya")


def give(by: Caller, **values: Any) -> dict[str, Any]:
    response = by.call("POST", "/api/tasks", {"title": "Call", **values})
    assert response.status_code == 201, response.text
    return dict(response.json or {})


def post(by: Caller, task: str, verb: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    response = by.call("POST", f"/api/tasks/{task}/{verb}", body)
    return response.status_code, dict(response.json or {})


def test_it_works(site: Site, rep: Caller) -> None:
    """RC4"""
    thing = rep.make("thing", name="Loom")
    outcomes = {
        "ok": {"label": {"en": "Fine", "tr": "Tamam"}, "fields": ["amount"]},
        "no": {"label": "No", "comment": True},
    }
    given = give(
        site.admin, user=rep.user_id, entity="thing", record_id=thing["id"], due="2020-01-01T08:00:00+03:00",
        priority="urgent", note="Soon", outcomes=outcomes,
    )  # fmt: skip
    assert (given["due"], given["overdue"], given["record_title"]) == ("2020-01-01T05:00:00Z", True, "Loom")
    page = rep.get("/api/tasks?overdue=true&entity=thing&q=CAL").json or {}
    assert [each["id"] for each in page["items"]] == [given["id"]]
    assert page["items"][0]["may"] == ["complete", "delegate", "snooze"]
    status, problem = post(rep, given["id"], "complete", {"outcome": "ok"})
    assert (status, problem["violations"][0]["pointer"]) == (422, "/values/amount")
    status, done = post(rep, given["id"], "complete", {"outcome": "ok", "comment": "Counted", "values": {"amount": 3}})
    assert (status, done["state"], done["outcome"], done["done_by"]) == (200, "done", "ok", rep.user_id)
    assert (rep.get(f"/api/records/thing/{thing['id']}").json or {})["amount"] == 3
    events = (rep.get(f"/api/tasks/{given['id']}/events").json or {})["items"]
    assert [each["kind"] for each in events] == ["task.completed", "task.created"]
    assert events[0]["facts"]["comment"] == "Counted"


def test_of_two_who_end_a_task_the_other_is_told_why(site: Site, rep: Caller) -> None:
    other = site.person("rep", name="Cem Demir")
    task = give(rep, role="rep")["id"]
    assert post(rep, task, "complete")[0] == 200
    assert post(rep, task, "complete")[0] == 200
    status, problem = post(other, task, "complete")
    assert (status, problem["code"]) == (409, "W201")
    assert problem["detail"].startswith("Bora Kaya completed this task at ")


def test_a_queue_a_delegate_and_a_rest(site: Site, rep: Caller) -> None:
    """SB2"""
    other = site.person("rep", name="Cem Demir")
    task = give(site.admin, role="rep")["id"]
    assert rep.ids("/api/tasks?scope=groups") == [task]
    assert post(rep, task, "take")[0] == 200
    status, problem = post(other, task, "take")
    assert (status, problem["detail"]) == (409, "Bora Kaya took this task first.")
    assert post(rep, task, "snooze", {"until": "2100-01-01T00:00:00Z"})[1]["snoozed_until"] == "2100-01-01T00:00:00Z"
    assert (rep.ids("/api/tasks"), rep.ids("/api/tasks?scope=snoozed")) == ([], [task])
    assert post(rep, task, "snooze", {"until": None})[0] == 200
    assert post(rep, task, "assign", {"user": other.user_id, "delegate": True})[0] == 200
    assert (rep.ids("/api/tasks?scope=by_me"), other.ids("/api/tasks?scope=to_me")) == ([task], [task])
    assert post(other, task, "give-back")[0] == 200
    assert site.admin.call("PATCH", f"/api/tasks/{task}", {"title": "Write", "due": None}).status_code == 200
    assert post(site.admin, task, "cancel", {"comment": "Enough"})[1]["state"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        pytest.param({}, {"/title", "/user"}, id="nothing"),
        pytest.param({"title": 5, "role": "rep"}, {"/title"}, id="no text"),
        pytest.param({"title": "x", "role": 5}, {"/role"}, id="no name"),
        pytest.param({"title": "x", "role": "rep", "colour": "red", "key": "k"}, {"/colour", "/key"}, id="unknown"),
        pytest.param({"title": "x", "role": "rep", "due": "soon"}, {"/due"}, id="no moment"),
        pytest.param({"title": "x", "role": "rep", "due": "2026-01-01T08:00"}, {"/due"}, id="no zone"),
        pytest.param({"title": "x", "role": "rep", "outcomes": []}, {"/outcomes"}, id="no outcomes"),
        pytest.param({"title": "x", "role": "rep", "outcomes": {"a": {"tone": "x"}}}, {"/outcomes/a/tone"}, id="tone"),
        pytest.param(
            {"title": "x", "role": "rep", "outcomes": {"a": {"fields": [1]}}}, {"/outcomes/a/fields"}, id="fields"
        ),
        pytest.param({"title": "x", "role": "rep", "priority": "x"}, {"/priority"}, id="priority"),
        pytest.param({"title": "x", "user": "x"}, {"/user"}, id="nobody"),
    ],
)
def test_what_makes_no_task_is_refused(site: Site, rep: Caller, body: dict[str, Any], pointers: set[str]) -> None:
    response = rep.call("POST", "/api/tasks", body)
    assert response.status_code == 422, response.text
    assert {each["pointer"] for each in (response.json or {})["violations"]} == pointers


def test_what_is_not_there_or_not_ones_own(site: Site, rep: Caller) -> None:
    guest, task = site.person("guest"), give(rep, user=rep.user_id)["id"]
    for path in (f"/api/tasks/{task}", "/api/tasks/x", f"/api/tasks/{task}/events"):
        assert guest.get(path).status_code == 404
    assert post(guest, task, "complete")[0] == 404
    assert rep.get("/api/tasks?scope=all").status_code == 400
    assert rep.get("/api/tasks?cursor=x").status_code == 400


def test_what_one_is_told(site: Site, rep: Caller) -> None:
    """W30"""
    thing = rep.make("thing", name="Loom")["id"]
    other = site.person("rep", name="Cem Demir")
    assert other.call("PUT", f"/api/records/thing/{thing}/follow").status_code == 204
    assert site.person("guest").call("PUT", f"/api/records/thing/{thing}/follow").status_code in (403, 404)
    rep.call("POST", f"/api/records/thing/{thing}/comments", {"text": "See @Cem Demir"})
    rep.call("PATCH", f"/api/records/thing/{thing}", {"amount": 4})
    catch_up(site.services)
    page = other.get("/api/notifications").json or {}
    assert [(each["kind"], each["text"]) for each in page["items"]] == [
        ("changed", "Bora Kaya changed Loom: Amount"),
        ("mentioned", "Bora Kaya mentioned you in a comment on Loom."),
    ]
    assert page["unread"] == 2
    assert other.call("POST", "/api/notifications/read", {"ids": [page["items"][0]["id"]]}).json == {"read": 1}
    assert len(other.ids("/api/notifications?unread=true")) == 1
    assert other.call("POST", "/api/notifications/read").json == {"read": 1}
    assert other.call("POST", "/api/notifications/read", {"ids": "x"}).status_code == 422
    assert other.call("DELETE", f"/api/records/thing/{thing}/follow").status_code == 204
    rep.call("PATCH", f"/api/records/thing/{thing}", {"amount": 5})
    catch_up(site.services)
    assert other.ids("/api/notifications?unread=true") == []
