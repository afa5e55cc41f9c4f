"""Moves that are undone over pages: an ordinary move back, refused with the reason where rules forbid it. W39."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.forms import form_in
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

JSON = {"Accept": "application/json"}
MOVES: dict[str, Any] = {
    "start": {"from": {"todo": {}}, "to": "doing"},
    "stop": {
        "from": {"doing": {}},
        "to": "todo",
        "guard": "size < 5",
        "guard_message": "It is too large to go back.",
    },
    "finish": {"from": {"todo": {}, "doing": {}}, "to": "done"},
}


def pack() -> PackBuilder:
    thing = (
        an_entity("thing")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("size", "integer")
        .with_access(rep="all", worker={"read": "all", "transition": "all"})
        .with_pipeline("flow", "todo", "doing", "done", transitions=MOVES)
        .with_list("name", "stage")
    )
    return a_pack().with_role("rep").with_role("worker").with_entity(thing)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, pack()) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("rep"))


def a_thing(site: Site, name: str, size: int = 1) -> str:
    return str(site.admin.make("thing", name=name, size=size)["id"])


def stages(site: Site, *ids: str) -> list[str]:
    return [(site.admin.get(f"/api/records/thing/{each}").json or {})["stage"] for each in ids]


def post(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    token = form_in(client.get("/thing").text, "/logout").values["csrf_token"]
    return client.post(address, data={"csrf_token": token}, headers=headers)


def move_in_bulk(client: FlaskClient, *things: str) -> TestResponse:
    token = form_in(client.get("/thing").text, "/logout").values["csrf_token"]
    return client.post("/thing/bulk/move", data={"csrf_token": token, "id": list(things), "stage": "doing"})


def test_it_works(site: Site, client: FlaskClient) -> None:
    thing = a_thing(site, "Small")
    said = post(client, f"/thing/{thing}/move/doing", **JSON).json or {}
    assert said["ok"]
    assert stages(site, thing) == ["doing"]
    assert (post(client, said["undo"], **JSON).json or {})["ok"]
    assert stages(site, thing) == ["todo"]


def test_the_record_s_page_offers_it_in_a_form(site: Site, client: FlaskClient) -> None:
    thing = a_thing(site, "Small")
    page = client.get(post(client, f"/thing/{thing}/move/doing").location or "").text
    undone = form_in(page, f"/thing/{thing}/move/todo?version=2").send(client)
    assert (undone.status_code, undone.location) == (302, f"/thing/{thing}")
    assert stages(site, thing) == ["todo"]
    assert "move/doing?version=3" in client.get(undone.location or "").text


def test_a_move_that_can_t_be_taken_back_offers_nothing(site: Site, client: FlaskClient) -> None:
    large, finished = a_thing(site, "Large", size=9), a_thing(site, "Finished")
    for thing, target in ((large, "doing"), (finished, "done")):
        assert "undo" not in (post(client, f"/thing/{thing}/move/{target}", **JSON).json or {})
    assert stages(site, large, finished) == ["doing", "done"]


def test_a_rule_that_forbids_the_way_back_says_why(site: Site, client: FlaskClient) -> None:
    thing = a_thing(site, "Grows")
    undo = (post(client, f"/thing/{thing}/move/doing", **JSON).json or {})["undo"]
    site.admin.call("PATCH", f"/api/records/thing/{thing}", {"size": 7}, If_Match="*")
    refused = post(client, undo.replace("version=2", "version=3"), **JSON)
    assert (refused.status_code, (refused.json or {})["message"]) == (422, "It is too large to go back.")
    assert stages(site, thing) == ["doing"]


@pytest.mark.parametrize("headers", [JSON, {"HX-Request": "true"}, {}], ids=["board", "toast", "form"])
def test_a_record_that_was_changed_since_stays(site: Site, client: FlaskClient, headers: dict[str, str]) -> None:
    thing = a_thing(site, "Changed")
    undo = (post(client, f"/thing/{thing}/move/doing", **JSON).json or {})["undo"]
    site.admin.call("PATCH", f"/api/records/thing/{thing}", {"name": "Otherwise"}, If_Match="*")
    refused = post(client, undo, **headers)
    assert refused.status_code == 409
    said = refused.json["message"] if refused.json else refused.text
    assert "changed meanwhile, so that its move can" in said
    assert stages(site, thing) == ["doing"]


def test_rows_are_moved_back_each_for_itself(site: Site, client: FlaskClient) -> None:
    """W09"""
    small, large, changed = a_thing(site, "Small"), a_thing(site, "Large", size=9), a_thing(site, "Changed")
    page = move_in_bulk(client, small, large, changed).text
    site.admin.call("PATCH", f"/api/records/thing/{changed}", {"name": "Otherwise"}, If_Match="*")
    result = form_in(page, "/thing/bulk/move-back").send(client).text
    assert "1 record changed." in result
    assert "It is too large to go back." in result
    assert "changed meanwhile" in result
    assert stages(site, small, large, changed) == ["todo", "doing", "doing"]


def test_rows_that_nothing_leads_back_offer_nothing(site: Site, client: FlaskClient) -> None:
    done = a_thing(site, "Done")
    post(client, f"/thing/{done}/move/done", **JSON)
    page = move_in_bulk(client, done).text
    assert "1 record was refused" in page
    with pytest.raises(LookupError):
        form_in(page, "/thing/bulk/move-back")


@pytest.mark.parametrize("change", [{"version": []}, {"version": "x"}, {"id": []}, {"version": "9" * 40}])
def test_a_way_back_that_makes_no_sense_is_refused(site: Site, client: FlaskClient, change: dict[str, Any]) -> None:
    thing = a_thing(site, "Small")
    form = form_in(move_in_bulk(client, thing).text, "/thing/bulk/move-back")
    assert form.send(client, change).status_code == 400
    assert stages(site, thing) == ["doing"]


def test_an_archived_record_comes_back_by_the_toast_s_own_request(site: Site, client: FlaskClient) -> None:
    thing = a_thing(site, "Archived")
    post(client, f"/thing/{thing}/archive")
    answer = post(client, f"/thing/{thing}/restore", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/thing/{thing}")
