"""A pack of a trade that no code knows is built, installed from its archive, and is at once a whole system."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from kalip.metadata import read_pack
from tests.support.forms import form_at
from tests.support.installed import application, archive_of, install, make_site
from tests.support.rows import Row, play
from tests.support.signed_in import client_of
from tests.support.source import ROOT
from tests.support.terminal import run
from tests.support.web_site import Site

CALLS = "/api/records/port_call"
VESSEL = {"name": "Yavuz", "imo": "9074729", "length": "190", "beam": "30", "draught": "9.25"}


@pytest.fixture
def port(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that was empty until the sea port came out of its archive."""
    monkeypatch.setenv("KALIP_DATABASE_URL", database_url)
    folder = tmp_path / "site"
    make_site(folder)
    install(folder, archive_of("port", tmp_path))
    with application(folder) as site:
        yield site


@pytest.fixture
def names(port: Site) -> dict[str, str]:
    """Ids of a vessel, an agency and the berths that came with the pack."""
    berths = port.admin.get("/api/records/berth?sort=code").json or {}
    small, large = (each["id"] for each in berths["items"])
    agency = port.admin.make("agency", name="Marmara Agency", credit={"amount": "5", "currency": "USD"})
    vessel = port.admin.make("vessel", **VESSEL, operator=agency["id"])
    return {"small": small, "large": large, "agency": agency["id"], "vessel": vessel["id"]}


def test_its_own_tests_pass_and_a_second_installation_has_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, archive = tmp_path / "site", archive_of("port", tmp_path)
    monkeypatch.setenv("KALIP_SITE", str(folder))
    make_site(folder)
    assert read_pack(archive).contents == read_pack(ROOT / "tests" / "packs" / "port").contents
    assert run("pack", "check", archive, "--json").data == {"ok": True, "diagnostics": []}
    assert run("pack", "test", archive, "--json").data["failed"] == 0
    assert run("pack", "install", archive, "--test", "--json").data["published"] == 2
    assert run("pack", "install", archive, "--json").data["published"] is None
    assert run("plan", "--json").data["steps"] == []


def test_its_pages_are_there_in_both_languages(port: Site, names: dict[str, str]) -> None:
    made = port.admin.make("port_call", vessel=names["vessel"], arrives_at="2026-12-01T06:00:00Z")
    english, turkish = client_of(port, port.admin), client_of(port, port.person("administrator", locale="tr"))
    for entity in port.served.model.entities.values():
        for path in (f"/{entity.name}", f"/{entity.name}/new", *(f"/{entity.name}/board/{b}" for b in entity.boards)):
            if entity.owned_by is None:
                assert english.get(path).status_code == 200, path
                page = turkish.get(path)
                assert page.status_code == 200, path
                assert entity.label.get("tr") in page.text or entity.plural.get("tr") in page.text, path
    page = turkish.get(f"/port_call/{made['id']}?tab=cargo")
    for text in (made["number"], "Yavuz", "Bildirildi", "Ortalama tarife"):
        assert text in page.text


def test_a_form_makes_a_record_with_its_lines_and_tells_what_is_wrong(port: Site, names: dict[str, str]) -> None:
    client = client_of(port, port.admin)
    form = form_at(client, "/port_call/new")
    lines = {"cargo~lines": "1", "cargo.0.goods": "Steel coils", "cargo.0.packages": "4", "cargo.0.weight": "12.5"}
    values = {
        "vessel": names["vessel"],
        "arrives_at": "2026-12-01T06:00",
        "leaves_at": "2026-12-02T18:30",
        "dues~amount": "1,000",
        "discount": "10",
        **lines,
    }
    wrong = form.send(client, {**values, "leaves_at": "2026-11-30T18:30", "cargo.0.packages": "many"})
    assert wrong.status_code == 422
    assert "many" in wrong.text
    assert port.admin.ids(CALLS) == []
    made = form.send(client, values)
    assert made.status_code == 302, made.text
    (only,) = port.admin.ids(CALLS)
    found = port.admin.get(f"{CALLS}/{only}").json or {}
    assert (found["line_count"], found["weight"], found["last_goods"]) == (1, "12.500", "Steel coils")
    assert (found["stay"], found["discount"], found["stage"]) == ("P1DT12H30M", "10.00", "announced")
    assert "Steel coils" in client.get(f"{made.location}?tab=cargo").text


def test_a_card_is_moved_on_its_board_by_the_rules_of_the_pack(port: Site, names: dict[str, str]) -> None:
    call = port.admin.make("port_call", vessel=names["vessel"], arrives_at="2026-12-01T06:00:00Z")
    client, address = client_of(port, port.admin), f"/port_call/{call['id']}"
    assert call["number"] in client.get("/port_call/board/default").text
    form = form_at(client, address)
    form.action = f"{address}/move/confirmed"
    asked = form.send(client, Accept="application/json")
    assert asked.json == {"ok": False, "dialog": f"{address}/move/confirmed?board=1"}
    dialog = form_at(client, f"{address}/move/confirmed?board=1", f"{address}/move/confirmed")
    small = {"berth": names["small"], "agency": names["agency"]}
    refused = dialog.send(client, small, Accept="application/json")
    assert refused.status_code == 422
    assert "The berth is too small for the vessel." in (refused.json or {})["message"]
    moved = dialog.send(client, {**small, "berth": names["large"]}, Accept="application/json")
    assert (moved.json or {})["ok"], moved.text
    assert (port.admin.get(f"{CALLS}/{call['id']}").json or {})["stage"] == "confirmed"
    lanes = client.get("/port_call/board/default/totals").json or {}
    assert (lanes["announced"]["count"], lanes["confirmed"]["count"]) == ("0", "1")


REST = (
    Row(
        f"POST {CALLS}",
        201,
        {
            "vessel": "{vessel}",
            "arrives_at": "2026-12-01T06:00:00+03:00",
            "dues": {"amount": "1000", "currency": "EUR"},
            "discount": 12.5,
            "labels": ["night", "reefer"],
            "cargo": [
                {"goods": "Paint", "weight": "2.5", "packages": 100, "hazard": "flammable", "un_number": 1263},
                {"goods": "Wheat", "weight": 30, "rate": "1.25"},
            ],
        },
        has=[
            '"arrives_at":"2026-12-01T03:00:00Z"',
            '"weight":"32.500"',
            '"hazardous_lines":1',
            '"net_dues":"875.00"',
            '"amount":"37.5',
            '"weight_each":"0.0250"',
            '"is_long":false',
        ],
        keep={"call": "id"},
        tells={"ETag": '"1"'},
    ),
    Row(f"GET {CALLS}/{{call}}", 200, has=['"number":"PC-20', '"mean_rate":"1.25'], tells={"ETag": '"1"'}),
    Row(f"PATCH {CALLS}/{{call}}", 200, {"berth": "{large}"}, sends={"If_Match": '"1"'}, has=['"is_long":false']),
    Row(f"PATCH {CALLS}/{{call}}", 412, {"berth": "{small}"}, sends={"If_Match": '"1"'}),
    Row(f"PATCH {CALLS}/{{call}}", 422, {"leaves_at": "2026-11-01T00:00:00Z"}, has=['"/leaves_at"', "leaves after"]),
    Row(f"PATCH {CALLS}/{{call}}", 422, {"dues": {"amount": "1", "currency": "XQX"}}, has=['"/dues/currency"']),
    Row(f"PATCH {CALLS}/{{call}}", 422, {"cargo": {"add": [{"goods": "Gas", "weight": 1, "hazard": "gas"}]}},
        has=['"pointer":"/cargo/add/0/un_number","code":"required"']),
    Row(f"PATCH {CALLS}/{{call}}", 422, {"dangerous": True}, has=['"pointer":"/hazards","code":"required"']),
    Row(f"POST {CALLS}/{{call}}/transitions/confirm", 422, {}, has=['"/agency"']),
    Row(f"POST {CALLS}/{{call}}/transitions/confirm", 200, {"agency": "{agency}"}, has=['"stage":"confirmed"']),
    Row(f"POST {CALLS}/{{call}}/transitions/moor", 200, has=['"stage":"berthed"'], lacks=['"berthed_at":null']),
    Row(f"POST {CALLS}/{{call}}/transitions/depart", 422, {"leaves_at": "2026-12-04T00:00:00Z"}, has=["declared"]),
    Row(f"PATCH {CALLS}/{{call}}", 200, {"dangerous": True, "hazards": ["flammable"], "urgency": 2}),
    Row(f"POST {CALLS}/{{call}}/transitions/depart", 200, {"leaves_at": "2026-12-04T00:00:00Z"},
        has=['"stage":"departed"', '"urgency":null', '"stay":"P2DT21H"']),
    Row(f"POST {CALLS}", 422, {"vessel": "{vessel}", "arrives_at": "2026-12-01T03:00:00Z"}, has=["not_unique"]),
    Row(f"POST {CALLS}", 201, {"vessel": "{vessel}", "arrives_at": "2027-01-01T03:00:00Z", "labels": ["day"]},
        keep={"later": "id"}),
    Row(f"GET {CALLS}?filter=weight%20%3E%2030&sort=-arrives_at&count=true", 200, has=["{call}", '"count":1']),
    Row(f"GET {CALLS}?filter=labels.exists(l,%20l%20%3D%3D%20'day')", 200, has=["{later}"], lacks=["{call}"]),
    Row(f"GET {CALLS}?filter=stay%20%3E%20days(2)&fields=stay,vessel.deck_area", 200, has=['area":"5700.00"']),
    Row(f"GET {CALLS}?filter=vessel.operator.trust%20%3D%3D%20null&sort=vessel.name,-net_dues", 200, has=["{later}"]),
    Row(f"GET {CALLS}?view=dangerous", 200, has=["{call}"], lacks=["{later}"]),
    Row("GET /api/search?q=reefer", 200, has=["{call}"]),
    Row("POST /api/records/incident", 201, {"title": "Scratch", "about": {"entity": "port_call", "id": "{call}"},
        "severity": 4, "lasted": "PT90M", "raw": {"wind": [1, 2.5, None]}, "witnesses": ["{vessel}"]},
        has=['"is_grave":true', '"parent_severity":4', '"lasted":"PT1H30M"'], keep={"incident": "id"}),
    Row("PATCH /api/records/incident/{incident}", 422, {"about": {"entity": "agency", "id": "{agency}"}},
        has=["wrong_entity"]),
    Row("PATCH /api/records/incident/{incident}", 200, {"parent": "{incident}"}, has=['"parent_severity":4']),
    Row("POST /api/records/berth", 422, {"code": "a1", "length": 5, "depth": "3.999"},
        has=['"/code","code":"pattern"', '"/length","code":"too_small"', '"/depth","code":"too_many_decimals"']),
    Row("GET /api/records/berth?filter=survey_due_on%20%3C%20today()", 200, has=['"items":[]']),
)  # fmt: skip


def test_rest(port: Site, names: dict[str, str]) -> None:
    play({"admin": port.admin}, REST, names)


RIGHTS = (
    Row(f"POST {CALLS}", 201, {"vessel": "{vessel}", "arrives_at": "2026-12-01T06:00:00Z"}, who="agent",
        keep={"own": "id"}),
    Row(f"GET {CALLS}?count=true", 200, who="agent", has=["{own}", '"count":1']),
    Row(f"GET {CALLS}?count=true", 200, who="other", has=['"count":0']),
    Row(f"GET {CALLS}/{{own}}", 404, who="other"),
    Row(f"GET {CALLS}/{{own}}", 404, who="auditor"),
    Row(f"PATCH {CALLS}/{{own}}", 200, {"berth": "{large}", "agency": "{agency}"}, who="agent"),
    Row(f"POST {CALLS}/{{own}}/transitions/confirm", 200, {}, who="agent"),
    Row(f"POST {CALLS}/{{own}}/transitions/moor", 422, {}, who="agent", has=['"W100"']),
    Row(f"POST {CALLS}/{{own}}/transitions/moor", 200, {}, who="master"),
    Row(f"PATCH {CALLS}/{{own}}", 403, {"remarks": "late"}, who="agent"),
    Row(f"POST {CALLS}/{{own}}/transitions/depart", 200, {"leaves_at": "2026-12-02T06:00:00Z"}, who="master"),
    Row(f"GET {CALLS}/{{own}}", 200, who="auditor"),
    Row("DELETE /api/records/berth/{small}", 403, who="agent"),
    Row("POST /api/records/agency", 403, {"name": "Mine"}, who="agent"),
)  # fmt: skip


def test_rights(port: Site, names: dict[str, str]) -> None:
    callers = {
        "agent": port.person("agent"),
        "other": port.person("agent"),
        "master": port.person("harbour_master"),
        "auditor": port.person("auditor"),
    }
    play(callers, RIGHTS, names)


def test_its_document_is_openapi_and_names_all_that_it_brings(port: Site) -> None:
    headers = {"Authorization": f"Bearer {port.admin.token}"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", port.app, headers=headers)
    schema.validate()
    document: dict[str, Any] = schema.raw_schema
    assert document["openapi"].startswith("3.1.")
    for path in ("/api/records/port_call", "/api/records/vessel/{id}", "/api/records/port_call/{id}/transitions/moor"):
        assert path in document["paths"]
    call = document["components"]["schemas"]["port_call"]
    Draft202012Validator.check_schema(call)
    assert {"cargo", "stay", "net_dues", "heaviest", "stage"} <= set(call["properties"])
