"""An imported pack is at once a whole system: it installs, and its lists, forms and boards open and save."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.installed import application, make_site
from tests.support.signed_in import client_of
from tests.support.terminal import run
from tests.support.web_site import Site


def a_field(name: str, kind: str = "Data", **more: Any) -> dict[str, Any]:
    return {"fieldname": name, "fieldtype": kind, "label": name.title(), **more}


FRAPPE: Mapping[str, Any] = {
    "city": {
        "doctype": "DocType",
        "name": "City",
        "autoname": "field:city",
        "fields": [a_field("city", in_list_view=1)],
    },
    "stop": {
        "doctype": "DocType",
        "name": "Stop",
        "istable": 1,
        "fields": [
            a_field("city", "Link", options="City", in_list_view=1, reqd=1),
            a_field("mayor", fetch_from="city.city", read_only=1),
        ],
    },
    "stay": {"doctype": "DocType", "name": "Stay", "fields": [a_field("trip", "Link", options="Trip")]},
    "trip": {
        "doctype": "DocType",
        "name": "Trip",
        "autoname": "TRIP-.YYYY.-.####",
        "title_field": "town",
        "search_fields": "subject",
        "fields": [
            a_field("subject", reqd=1, in_list_view=1),
            a_field("to", "Link", options="City", in_list_view=1),
            a_field("status", "Select", options="Planned\nDriven\nCancelled", in_list_view=1),
            a_field(
                "why",
                "Small Text",
                mandatory_depends_on="eval:doc.status == 'Cancelled'",
                depends_on="eval:doc.status != 'Planned'",
            ),
            a_field("money", "Section Break"),
            a_field("fee", "Currency", options="currency"),
            a_field("column", "Column Break"),
            a_field("paid", "Check"),
            a_field("more", "Tab Break"),
            a_field("stops", "Table", options="Stop"),
            a_field("kind", "Link", options="DocType"),
            a_field("about", "Dynamic Link", options="kind"),
            a_field("colour", "Color"),
            a_field("length", "Duration"),
            a_field("file", "Attach"),
            a_field("town", fetch_from="to.city", read_only=1),
        ],
        "permissions": [{"role": "Driver", "read": 1, "write": 1, "create": 1}],
    },
}
ESPO: Mapping[str, Any] = {
    "metadata/entityDefs/Club": {
        "fields": {
            "name": {"type": "varchar", "required": True},
            "home": {"type": "address"},
            "fee": {"type": "currency"},
            "level": {"type": "enum", "options": ["New", "Old"], "default": "New"},
            "members": {"type": "linkMultiple"},
            "mail": {"type": "email"},
        },
        "links": {"members": {"type": "hasMany", "entity": "Member", "foreign": "clubs"}},
    },
    "metadata/entityDefs/Member": {
        "fields": {
            "name": {"type": "personName"},
            "status": {"type": "enum", "options": ["New", "Active", "Gone"], "style": {"Active": "success"}},
            "best": {"type": "link"},
            "bestLevel": {"type": "foreign", "link": "best", "field": "level"},
            "about": {"type": "linkParent", "entityList": ["Club", "Member"]},
            "starts": {"type": "datetime"},
            "ends": {"type": "datetime"},
            "length": {"type": "duration", "start": "starts", "end": "ends", "notStorable": True},
            "assignedUser": {"type": "link"},
        },
        "links": {
            "clubs": {"type": "hasMany", "entity": "Club", "foreign": "members"},
            "best": {"type": "belongsTo", "entity": "Club"},
        },
    },
    "metadata/scopes/Member": {"entity": True, "statusField": "status"},
    "metadata/logicDefs/Member": {
        "fields": {"ends": {"visible": {"conditionGroup": [{"type": "isNotEmpty", "attribute": "starts"}]}}}
    },
    "layouts/Member/detail": [
        {"label": "Who", "rows": [[{"name": "name"}, {"name": "best"}], [{"name": "starts"}, {"name": "ends"}]]}
    ],
    "layouts/Member/list": [{"name": "name"}, {"name": "bestLevel"}, {"name": "assignedUser"}, {"name": "length"}],
}


@pytest.fixture
def site(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """A site in which the pack made of another system's files was installed."""
    system, files = request.param
    for path, data in files.items():
        file = tmp_path / "source" / f"{path}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(data))
    monkeypatch.setenv("KALIP_DATABASE_URL", database_url)
    made = run("import", "metadata", "--from", system, tmp_path / "source", "--out", tmp_path / "pack", "--json")
    assert (made.code, run("pack", "check", tmp_path / "pack", "--json").data) == (0, {"ok": True, "diagnostics": []})
    folder = tmp_path / "site"
    make_site(folder)
    done = run("pack", "install", tmp_path / "pack", "--site", folder)
    assert done.code == 0, done.err
    with application(folder) as found:
        yield found


def opens_everything(site: Site) -> None:
    """Every list, form and board of every entity answers, and so does a record of each."""
    client = client_of(site, site.admin)
    for entity in site.served.model.entities.values():
        if entity.owned_by is not None:
            continue
        for path in (
            f"/{entity.name}",
            f"/{entity.name}/new",
            *(f"/{entity.name}/board/{each}" for each in entity.boards),
        ):
            assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("site", [("frappe", FRAPPE)], indirect=True)
def test_frappe(site: Site) -> None:
    opens_everything(site)
    assert list(site.served.model.entities["trip"].boards) == ["default"]
    bursa = site.admin.make("city", city="Bursa")
    trip = site.admin.make(
        "trip",
        subject="Away",
        to=bursa["id"],
        fee={"amount": "5", "currency": "TRY"},
        stops=[{"city": bursa["id"]}],
        about={"entity": "city", "id": bursa["id"]},
        length="PT2H",
    )
    assert trip["number"].startswith("TRIP-2")
    assert (trip["stage"], trip["stops"][0]["mayor"]) == ("planned", "Bursa")
    refused = site.admin.call("POST", f"/api/records/trip/{trip['id']}/transitions/to_cancelled", {})
    assert (refused.status_code, "/why" in refused.text) == (422, True)
    client = client_of(site, site.admin)
    page = client.get(f"/trip/{trip['id']}")
    assert (page.status_code, "Away" in page.text) == (200, True)
    assert "Bursa" in client.get("/trip").text
    picked = client.get("/stay/pick/trip?q=Burs")
    assert (picked.status_code, "Bursa" in picked.text) == (200, True)
    assert "Planned" in client.get("/trip/board/default").text


@pytest.mark.parametrize("site", [("espocrm", ESPO)], indirect=True)
def test_espocrm(site: Site) -> None:
    opens_everything(site)
    club = site.admin.make(
        "club", name="Rowers", fee={"amount": "5", "currency": "TRY"}, home={"city": "Van", "country": "TR"}
    )
    member = site.admin.make(
        "member",
        name={"first": "Ada", "last": "Yılmaz"},
        best=club["id"],
        starts="2026-01-01T10:00:00Z",
        ends="2026-01-01T12:00:00Z",
    )
    assert (member["best_level"], member["length"], member["stage"]) == ("new", "PT2H", "new")
    client = client_of(site, site.admin)
    for path in (f"/member/{member['id']}", "/member", "/member/board/default", f"/club/{club['id']}"):
        page = client.get(path)
        assert page.status_code == 200, path
    assert "Yılmaz" in client.get("/member").text
