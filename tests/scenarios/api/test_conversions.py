"""Conversions by REST: planned, done once under a key, refused with every fault, undone, and by the hundred."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.converting import SalesSite, a_sales_site


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path) as site:
        yield site


def path(lead: str, more: str = "") -> str:
    return f"/api/records/lead/{lead}/conversions/qualify{more}"


def test_planned_then_done_once(sales: SalesSite) -> None:
    """L57"""
    lead = sales.lead()
    planned = sales.rep.call("POST", path(lead, "?dry_run=true"), {})
    assert planned.status_code == 200, planned.text
    plan = planned.json or {}
    assert plan["allowed"], planned.text
    assert {name for name, each in plan["targets"].items() if each["selected"]} == {"company", "contact", "deal"}
    assert sales.count("deal") == 0
    first = sales.rep.call("POST", path(lead), {}, Idempotency_Key="one")
    again = sales.rep.call("POST", path(lead), {}, Idempotency_Key="one")
    assert first.status_code == again.status_code == 200, first.text
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [sales.count(name) for name in ("company", "contact", "deal")] == [1, 1, 1]
    known = sales.rep.get(f"/api/records/lead/{lead}/conversions").json or {}
    assert [each["id"] for each in known["items"]] == [(first.json or {})["id"]]


def test_every_fault_is_told_and_nothing_made(sales: SalesSite) -> None:
    """L27 L31"""
    lead = sales.lead()
    body = {"targets": {"company": {"values": {"tax_number": "1"}}, "deal": {"values": {"expected_close": None}}}}
    answer = sales.rep.call("POST", path(lead), body)
    problem = answer.json or {}
    assert (answer.status_code, problem["code"]) == (422, "W110")
    assert {"/targets/company/values/tax_number", "/targets/deal/values/expected_close"} <= {
        each["pointer"] for each in problem["violations"]
    }
    dry = sales.rep.call("POST", path(lead, "?dry_run=true"), body).json or {}
    assert dry["violations"] == problem["violations"]
    assert dry["targets"]["deal"]["missing"] == ["expected_close"]
    assert sales.count("company") == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"target": {}}, "/target"),
        ({"targets": []}, "/targets"),
        ({"targets": {"deal": 1}}, "/targets/deal"),
        ({"targets": {"deal": {"vlaues": {}}}}, "/targets/deal/vlaues"),
        ({"targets": {"deal": {"values": 1}}}, "/targets/deal/values"),
        ({"targets": {"deal": {"existing": "x"}}}, "/targets/deal/existing"),
        ({"targets": {"deal": {"existing": None}}}, "/targets/deal/existing"),
        ({"targets": {"deal": {"new": 1}}}, "/targets/deal/new"),
        ({"targets": {"deal": {"overwrite": "name"}}}, "/targets/deal/overwrite"),
        ({"targets": {"deal": {"fill": "all"}}}, "/targets/deal/fill"),
        ({"targets": {"a/b": {}}}, "/targets/a~1b"),
        ({"steps": "some"}, "/steps"),
        ({"steps": ["all"]}, "/steps"),
        ({"duplicates": {}}, "/duplicates"),
        ({"values": {"nmae": 1}}, "/values/nmae"),
    ],
    ids=str,
)
def test_what_can_not_be_understood_is_named(shared: SalesSite, body: dict[str, object], pointer: str) -> None:
    """L57"""
    answer = shared.rep.call("POST", path(shared.lead(email="shared@example.org", mobile=None)), body)
    assert answer.status_code == 422, answer.text
    assert pointer in {each["pointer"] for each in (answer.json or {})["violations"]}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesSite]:
    folder = tmp_path_factory.mktemp("shared")
    with a_sales_site(f"sqlite:///{folder / 'kalip.sqlite3'}", folder) as site:
        yield site


def test_who_may_not(shared: SalesSite) -> None:
    """L11"""
    lead = shared.lead(email="rights@example.org", mobile=None)
    assert shared.site.person("marketing").call("POST", path(lead), {}).status_code == 403
    assert shared.site.person("sales_rep").call("POST", path(lead), {}).status_code == 404
    assert shared.site.person().call("POST", path(lead), {}).status_code == 404
    missing = shared.rep.call("POST", f"/api/records/lead/{lead}/conversions/qualfy", {})
    assert (missing.status_code, "did you mean 'qualify'?" in missing.text) == (404, True)
    assert shared.rep.call("POST", path(lead), {}, If_Match='"1"').status_code == 412
    assert shared.rep.call("POST", path("nobody"), {}).status_code == 404
    assert shared.rep.call("POST", path(lead, "?dry=1"), {}).status_code == 400


def test_a_move_to_the_stage_is_refused_by_name(shared: SalesSite) -> None:
    """L07"""
    lead = shared.lead(email="half@example.org", mobile=None)
    answer = shared.rep.call("POST", f"/api/records/lead/{lead}/transitions/qualify", {})
    assert (answer.status_code, (answer.json or {})["code"]) == (422, "W100")
    assert "The conversion 'Qualify'" in answer.text
    plan = shared.rep.call("POST", f"/api/records/lead/{lead}/transitions/qualify?dry_run=true", {}).json or {}
    assert plan["allowed"] is False


def test_undone_by_rest(sales: SalesSite) -> None:
    """L60"""
    lead = sales.lead()
    assert sales.rep.call("POST", path(lead, "/undo"), {}).status_code == 404
    done = sales.rep.call("POST", path(lead), {}).json or {}
    looked = sales.rep.call("POST", path(lead, "/undo?dry_run=true"), {}).json or {}
    assert (looked["possible"], looked["blockers"]) == (True, [])
    deal = next(each["id"] for each in done["results"] if each["target"] == "deal")
    sales.rep.call("PATCH", f"/api/records/deal/{deal}", {"notes": "Working on it"})
    refused = sales.rep.call("POST", path(lead, "/undo"), {})
    assert (refused.status_code, (refused.json or {})["code"]) == (422, "W113")
    assert "worked on" in refused.text
    other = sales.lead(topic="Other", email="o@example.org", mobile=None, name={"first": "O"}, company_name="O Ltd")
    sales.rep.call("POST", path(other), {})
    undone = sales.rep.call("POST", path(other, "/undo"), {}).json or {}
    assert undone["state"] == "undone"
    assert (sales.rep.get(f"/api/records/lead/{other}").json or {})["stage"] == "qualifying"


def test_step_by_step(sales: SalesSite) -> None:
    """L28 L29"""
    lead = sales.lead()
    first = sales.rep.call("POST", path(lead), {"steps": "next"}).json or {}
    assert (first["state"], first["pending"]) == ("open", ["deal"])
    told = sales.rep.get(f"/api/records/lead/{lead}/conversions").json or {}
    assert [each["state"] for each in told["items"]] == ["open"]
    last = sales.rep.call("POST", path(lead), {"steps": "next"}).json or {}
    assert (last["state"], last["id"]) == ("done", first["id"])


def test_many_at_once(sales: SalesSite) -> None:
    """L56"""
    leads = [
        sales.lead(topic=f"Lead {n}", email=f"lead{n}@example.org", mobile=None, company_name=f"Firm {n}")
        for n in range(110)
    ]
    thin = sales.lead("new", topic="Thin", email="thin@example.org", mobile=None)
    address = "/api/records/lead/conversions/qualify"
    refused = sales.rep.call("POST", address, {"ids": [leads[0], thin], "atomic": True})
    assert (refused.status_code, (refused.json or {})["code"]) == (422, "R125")
    assert sales.count("deal") == 0
    body = {"ids": [*leads, thin], "targets": {"deal": {}, "company": {}}, "duplicates": "make"}
    answer = sales.rep.call("POST", address, body, Idempotency_Key="night")
    told = answer.json or {}
    assert (answer.status_code, told["refused"]) == (200, 1)
    assert [each["status"] for each in told["items"]] == [200] * 110 + [422]
    assert told["items"][110]["error"]["code"] == "W110"
    again = sales.rep.call("POST", address, body, Idempotency_Key="night").json or {}
    assert [each.get("conversion") for each in again["items"]] == [each.get("conversion") for each in told["items"]]
    assert (sales.count("deal"), sales.count("company")) == (110, 110)
    assert sales.rep.call("POST", address, {"ids": ["x"]}).status_code == 422
    assert sales.rep.call("POST", address, {}).status_code == 400


def test_the_history_and_the_document_tell_of_it(sales: SalesSite) -> None:
    """L39"""
    lead = sales.lead()
    done = sales.rep.call("POST", path(lead), {}).json or {}
    events = sales.rep.get(f"/api/records/lead/{lead}/events").json or {}
    entry = next(each for each in events["items"] if each["kind"] == "record.converted")
    assert entry["facts"]["targets"]["deal"]["pipeline"] == "sales"
    assert entry["correlation"] == done["correlation"]
    document = sales.rep.get("/api/openapi.json").json or {}
    place = "/api/records/lead/{id}/conversions/qualify"
    assert {place, f"{place}/undo", "/api/records/lead/conversions/qualify"} <= set(document["paths"])
    marketer = sales.site.person("marketing").get("/api/openapi.json").json or {}
    assert place not in marketer["paths"]


ODD: tuple[dict[str, object], ...] = (
    {"targets": {"deal": {"values": {"lines": "x"}}}},
    {"targets": {"deal": {"values": {"lines": [1]}}}},
    {"targets": {"deal": {"values": {"lines": {"add": [{"nope": 1}]}}}}},
    {"targets": {"deal": {"values": {"stakeholders": [1]}}}},
    {"targets": {"deal": {"values": {"stakeholders": {"set": ["x"]}}}}},
    {"targets": {"deal": {"values": {"company": {"a": 1}}}}},
    {"targets": {"deal": {"values": {"owner": 5}}}},
    {"targets": {"deal": {"values": {"owner": "nobody"}}}},
    {"targets": {"deal": {"values": {"stage": "won"}}}},
    {"targets": {"deal": {"values": {"attachments": ["01890a5d-ac96-774b-bcce-b302099a8057"]}}}},
    {"targets": {"deal": {"values": {"name": "\u0000"}}}},
    {"targets": {"deal": {"pipeline": "\u0000"}}},
    {"targets": {"deal": {"pipeline": "x" * 5000}}},
    {"targets": {"company": {"overwrite": ["nope", "name"], "new": True}}},
    {"targets": {"company": {"existing": "01890a5d-ac96-774b-bcce-b302099a8057", "new": True}}},
    {"targets": {"": {}}},
    {"targets": {"x" * 5000: {}}},
    {"values": {"company": "x"}},
    {"values": {"contacts": "x"}},
    {"values": {"lines": [{"price": "x"}]}},
    {"values": {"budget": {"amount": "1e999"}}},
    {"values": {"stage": "qualified"}},
    {"values": {"result_deal": "01890a5d-ac96-774b-bcce-b302099a8057"}},
    {"values": {"company": "01890a5d-ac96-774b-bcce-b302099a8057"}},
)


@pytest.mark.parametrize("number", range(len(ODD)))
def test_odd_calls_are_refused_and_break_nothing(shared: SalesSite, number: int) -> None:
    """L31 L57"""
    lead = shared.lead(topic=f"Odd {number}", email=f"odd{number}@example.org", mobile=None, company_name=None)
    body = {"duplicates": "make", **ODD[number]}
    assert shared.rep.call("POST", path(lead, "?dry_run=true"), body).status_code in (200, 400, 422)
    answer = shared.rep.call("POST", path(lead), body)
    assert answer.status_code in (200, 400, 422), answer.text
    source = shared.get("lead", lead)
    if answer.status_code != 200:
        assert (source["stage"], source["version"]) == ("qualifying", 2)


@pytest.mark.parametrize("address", ["qualify", "qualify?dry_run=true", "qualify/fields"])
def test_odd_calls_for_many_are_refused(shared: SalesSite, address: str) -> None:
    """L56"""
    bodies: tuple[dict[str, object], ...] = (
        {},
        {"ids": []},
        {"ids": [1]},
        {"filter": "nope("},
        {"filter": "true", "ids": 1},
        {"atomic": 1, "ids": []},
        {"carry": {"deal": 1}},
        {"carry": [], "decline": {}},
        {"decline": ["nope"]},
    )
    for body in bodies:
        assert shared.boss.call("POST", f"/api/records/lead/conversions/{address}", body).status_code in (200, 400, 422)
