"""The queue of a team: records that a group owns are listed, and taken by REST, at the page and over a selection."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site

TICKETS = "/api/records/ticket"
GROUPS = "/api/organisation/groups"
RIGHTS = {"read": "own", "update": "own", "create": "all"}


def pack() -> PackBuilder:
    ticket = (
        an_entity("ticket")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("team", "group", label="Team")
        .with_document("access", {"owners": {"team": {}}, "permissions": {"rep": RIGHTS}})
        .with_list("name", "team", "owner")
    )
    return a_pack("desk").with_role("rep").with_entity(ticket)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(f"sqlite:///{tmp_path / 'k.db'}", tmp_path, pack(), config={"WTF_CSRF_ENABLED": False}) as made:
        yield made


def a_team(site: Site, code: str, name: str, *people: Caller) -> str:
    members = [each.user_id for each in people]
    made: Any = site.admin.call("POST", GROUPS, {"code": code, "name": name, "members": members}).json
    return str(made["id"])


def waiting(site: Site, team: str, name: str = "Lamp") -> str:
    return str(site.admin.make("ticket", name=name, team=team, owner=None)["id"])


def test_rest(site: Site) -> None:
    """DY8, SB2"""
    first, second, other = (site.person("rep", name=name) for name in ("Olga", "Efe", "Ida"))
    north = a_team(site, "north", "North", first, second)
    ticket = waiting(site, north)
    assert first.ids(TICKETS) == second.ids(TICKETS) == [ticket]
    assert other.ids(TICKETS) == []
    assert other.call("POST", f"{TICKETS}/{ticket}/take").status_code == 404
    taken = first.call("POST", f"{TICKETS}/{ticket}/take")
    assert (taken.status_code, taken.json["owner"], taken.json["team"]) == (200, first.user_id, north)  # type: ignore[index]
    late = second.call("POST", f"{TICKETS}/{ticket}/take")
    assert (late.status_code, late.json["detail"]) == (409, "Olga has taken the record already.")  # type: ignore[index]
    alone = waiting(site, north)
    site.admin.call("PATCH", f"{TICKETS}/{alone}", {"team": None})
    assert site.admin.call("POST", f"{TICKETS}/{alone}/take").status_code == 422
    assert f"{TICKETS}/{{id}}/take" in first.get("/api/openapi.json").json["paths"]  # type: ignore[index]
    wrong = first.call("PATCH", f"{TICKETS}/{ticket}", {"team": first.user_id})
    assert [each["pointer"] for each in wrong.json["violations"]] == ["/team"]  # type: ignore[index]


def test_the_page(site: Site) -> None:
    """DY8, SB2"""
    person = site.person("rep", name="Olga")
    north, south = a_team(site, "north", "Day shift", person), a_team(site, "south", "Night shift")
    lamp, door = waiting(site, north), waiting(site, north, "Door")
    browser = client_of(site, person)
    assert browser.get("/ticket").text.count("Day shift") == 2
    shown = browser.get("/ticket?filter=team+in+actor.own_groups").text
    assert "is one of mine" in shown
    assert f'action="/ticket/{lamp}/take"' in browser.get(f"/ticket/{lamp}").text
    assert browser.post(f"/ticket/{lamp}/take").status_code == 302
    assert f'action="/ticket/{lamp}/take"' not in browser.get(f"/ticket/{lamp}").text
    assert "/ticket/bulk/take" in browser.get("/ticket").text
    assert browser.post("/ticket/bulk/take", data={"id": [lamp, door]}).status_code == 200
    assert [site.admin.get(f"{TICKETS}/{each}").json["owner"] for each in (lamp, door)] == [person.user_id] * 2  # type: ignore[index]
    picked: Any = browser.get("/ticket/pick/team?q=NIGHT").json
    assert picked == {"options": [{"id": south, "title": "Night shift", "note": "south"}], "create": False}
    why = browser.get(f"/ticket/{lamp}/rights?verb=update").text
    assert "Team: Day shift" in why


def test_a_team_that_is_gone(site: Site) -> None:
    person = site.person("rep", name="Olga")
    north = a_team(site, "north", "Day shift", person)
    lamp = waiting(site, north)
    client_of(site, person).post(f"/ticket/{lamp}/take")
    assert site.admin.call("DELETE", f"{GROUPS}/{north}").status_code == 204
    browser = client_of(site, person)
    assert "(no longer there)" in browser.get("/ticket").text
    page = browser.get(f"/ticket/{lamp}").text
    assert 'value="(no longer there)"' in page
    assert person.call("PATCH", f"{TICKETS}/{lamp}", {"name": "Lamp 2", "team": north}).status_code == 200
