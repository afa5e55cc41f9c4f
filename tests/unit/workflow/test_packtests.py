"""Pack tests: what they can say, and that a wrong expectation is told."""

from pathlib import Path
from typing import Any

import pytest

from kalip.fields import builtin_types
from kalip.metadata import read_pack
from kalip.runtime import Served
from kalip.workflow import run_pack_tests
from tests.support.builders import a_compilation, a_served
from tests.support.ruled import Act, a_ruled_pack
from tests.support.site import sales_pack

TINY = Path(__file__).parents[2] / "packs" / "tiny"

GIVEN: dict[str, Any] = {
    "actors": {"rep": {"roles": {"rep": {}}}, "viewer": {"roles": {"viewer": {}}}},
    "given": {
        "acme": {"entity": "company", "values": {"name": "Acme", "country": "TR"}},
        "mine": {"entity": "deal", "owner": "rep", "values": {"name": "Mine", "company": {"record": "acme"}}},
        "other": {"entity": "deal", "values": {"name": "Other"}, "stage": "won"},
        "gone": {"entity": "deal", "owner": "rep", "values": {"name": "Gone"}, "archived": True},
    },
}


@pytest.fixture(scope="module")
def served() -> Served:
    return a_served(sales_pack())


def run_case(served: Served, **case: Any) -> str:
    document = {**GIVEN, "cases": {"case": {"actor": "rep", **case}}}
    (result,) = run_pack_tests(served, {"tests/x.json": document})
    assert result.passed is (result.message == "")
    return result.message


@pytest.mark.parametrize(
    ("when", "then"),
    [
        (
            {"create": {"entity": "deal", "values": {"name": "N"}}},
            {"stage": "new", "version": 1, "values": {"name": "N"}},
        ),
        ({"create": {"entity": "deal"}}, {"refused": True, "violations": {"/name": "required"}, "exactly": True}),
        ({"update": {"record": "mine", "values": {"discount": "60"}}}, {"refused": True, "message": "at most half"}),
        ({"update": {"record": "other", "values": {"name": "x"}}}, {"denied": True}),
        (
            {"update": {"record": "mine", "values": {"owner": {"actor": "viewer"}}}},
            {"denied": True, "values": {"name": "Mine"}},
        ),
        (
            {"transition": {"record": "mine", "name": "make_offer", "values": {"amount": {"amount": "5"}}}},
            {"stage": "offer"},
        ),
        ({"transition": {"record": "mine", "to": "won"}}, {"refused": True, "message": "no move", "stage": "new"}),
        ({"list": {"entity": "deal"}}, {"count": 1, "records": ["mine"], "lacks": ["other", "gone"]}),
        ({"list": {"entity": "deal", "filter": "name == 'x'"}}, {"count": 0}),
        ({"search": {"text": "acme"}}, {"contains": ["acme"]}),
        ({"archive": {"record": "mine"}}, {"version": 2}),
        ({"restore": {"record": "gone"}}, {"values": {"archived_at": None}}),
        ({"get": {"record": "other"}}, {"denied": True}),
        (
            {"preview": {"entity": "deal", "values": {"rush": True}}},
            {
                "visible": ["rush_reason"],
                "required": ["rush_reason", "name"],
                "optional": ["amount"],
                "readonly": ["number"],
            },
        ),
        (
            [
                {"create": {"entity": "deal", "values": {"name": "a"}, "as": "a"}},
                {"update": {"record": "a", "values": {"name": "b"}}},
            ],
            {"values": {"name": "b", "owner": {"actor": "rep"}}, "version": 2},
        ),
    ],
)
def test_what_holds_passes(served: Served, when: Any, then: Any) -> None:
    assert run_case(served, when=when, then=then) == ""


@pytest.mark.parametrize(
    ("when", "then", "told"),
    [
        ({"create": {"entity": "deal"}}, {"stage": "new"}, "refused: The record has errors. [/name required"),
        ({"get": {"record": "mine"}}, {"refused": True}, "it was not refused"),
        ({"get": {"record": "mine"}}, {"values": {"name": "Yours"}}, "name is 'Mine', not 'Yours'"),
        ({"list": {"entity": "deal"}}, {"records": ["other"]}, "not given: other; given too: mine"),
        ({"get": {"record": "mien"}}, {"version": 1}, "did you mean 'mine'?"),
        ({"list": {"entity": "dael"}}, {"count": 1}, "There is no entity 'dael'."),
        ({"preview": {"entity": "deal"}}, {"hidden": ["name"]}, "name is not hidden"),
        ([{"create": {"entity": "deal"}}, {"list": {"entity": "deal"}}], {"count": 1}, "step 1 was refused"),
        ({"create": {"entity": "deal"}}, {"refused": True, "violations": {"/x": "y"}}, "no violation y at '/x'"),
    ],
)
def test_what_does_not_hold_is_told(served: Served, when: Any, then: Any, told: str) -> None:
    assert told in run_case(served, when=when, then=then)


def test_the_clock_is_set(served: Served) -> None:
    when = {"create": {"entity": "deal", "values": {"name": "x"}}}
    then = {"values": {"created_at": "2031-03-02T09:00:00Z", "number": "D-2031-0004"}}
    assert run_case(served, when=when, then=then, now="2031-03-02T09:00:00Z") == ""


def test_a_shipped_test_runs() -> None:
    documents = {
        path: document.data for path, document in read_pack(TINY).documents.items() if path.startswith("tests/")
    }
    assert documents


def test_rules_run_where_a_case_says_so() -> None:
    """DY4, SB6: at once, as time goes by, and in the order written."""
    document = {
        "rules": {
            "made": {"when": {"created": {}}, "then": {"m": {"set": {"note": "'made'"}}}},
            "stuck": {
                "when": {"stuck": {"stages": {"new": {}}, "for": "P3D"}},
                "then": {"m": {"set": {"note": "note + ', stuck'"}}},
            },
            "waits": {"when": {"created": {}}, "wait": "P1D", "then": {"m": {"set": {"amount": "amount + 1"}}}},
        },
        "clocks": {
            "answer": {
                "start": "stage == 'new'",
                "stop": "stage == 'won'",
                "targets": {"all": {"within": "P5D"}},
                "alarms": {"late": {"share": 100, "then": {"m": {"set": {"note": "note + ', late'"}}}}},
            }
        },
    }
    served = Served(a_compilation(a_ruled_pack(document), actions={"remind": Act()}).required(), builtin_types())
    make = {"create": {"entity": "deal", "as": "one", "values": {"name": "Bolts"}}}

    def case(*steps: dict[str, Any], **then: Any) -> dict[str, Any]:
        return {"when": [make, *steps], "then": {"record": "one", **then}}

    cases = {
        "quiet": case({"get": {"record": "one"}}, values={"note": None}),
        "at_once": case({"rules": {}}, values={"note": "made"}),
        "later": case({"rules": {"after": "P4D"}}, values={"note": "made, stuck"}),
        "late": case({"rules": {"after": "P6D"}}, values={"note": "made, stuck, late"}),
    }
    data = {"now": "2026-11-24T12:00:00Z", "cases": cases}
    results = run_pack_tests(served, {"tests/rules.json": data})
    assert [each.message for each in results] == [""] * 4
