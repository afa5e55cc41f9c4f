"""Rules as packs write them: SB6, BX3; every fault has its place."""

from datetime import timedelta
from typing import Any

import pytest

from kalip.compiler import where_used
from kalip.model import On, Span
from tests.support.builders import a_compilation, an_entity, told
from tests.support.ruled import SET, a_rule, a_ruled_pack, compiled, deals, faults


def test_it_works() -> None:
    """BX3, SB6"""
    rule = a_rule(
        when={"stuck": {"stages": {"talk": {}}, "for": "P3D", "calendar": "office"}},
        if_="amount > 1000",
        repeat={"every": "P1D", "times": 3, "then": {"tell": {"notify": {"to": {"roles": {"rep": {}}}, "text": "!"}}}},
    )
    assert (rule.when.on, rule.when.stages, rule.when.span) == (On.STUCK, ("talk",), Span(3))
    assert rule.condition is not None
    assert rule.repeat is not None
    assert (rule.repeat.times, len(rule.repeat.steps)) == (3, 1)


def test_a_date_is_watched() -> None:
    rules = {"one": {"when": {"reached": {"field": "due", "before": "P3D", "at": "09:00"}}, "then": SET}}
    deal = deals(compiled({"rules": rules}))
    assert (deal.rules["one"].when.at, deal.rules["one"].when.before) == (540, True)


def test_a_calendar_gives_its_zone() -> None:
    assert a_rule(when={"reached": {"field": "due", "calendar": "office"}}).when.timezone == "Europe/Istanbul"


def test_waits_and_parameters() -> None:
    """BX3, L58"""
    rule = a_rule(
        wait="PT10M",
        stop_when_stage_changes=True,
        parameters={"discount": {"type": "decimal", "required": True}},
        skip={"rep": {}},
        then={"mark": {"set": {"note": "string(given.discount)"}}},
    )
    assert (rule.wait, rule.stops, rule.skippable) == (Span(0, timedelta(minutes=10)), True, ("rep",))
    assert rule.parameters["discount"].required


def test_messages_are_known_where_they_come_in() -> None:
    hooks = {"shop": {"secret": "shop", "find": {"name": "string(message.name)"}}, "bare": {"secret": "shop"}}
    rules = {
        "found": {"when": {"hook": {"name": "shop"}}, "if": "amount > 1", "then": SET},
        "made": {
            "when": {"hook": {"name": "bare"}},
            "then": {"new": {"create": {"entity": "deal", "values": {"name": "string(message.order.name)"}}}},
        },
    }
    deal = deals(compiled({"rules": rules, "hooks": hooks}))
    assert deal.hooks["shop"].find["name"].paths == {"message"}
    assert [rule.when.hook for rule in deal.rules.values()] == ["shop", "bare"]


def test_uses_are_put_down() -> None:
    rules = {
        "one": {
            "when": {"entered": {"stages": {"won": {}}}},
            "then": {"go": {"transition": {"to": "new"}}, "give": {"assign": {"role": "rep"}}},
        },
        "two": {"when": {"changed": {"reason": {"to": "price"}}}, "calendar": "office", "wait": "P1D", "then": SET},
    }
    model = compiled({"rules": rules}).required()
    for thing in ("stage:deal.flow.won", "stage:deal.flow.new", "role:rep", "choice:reason.price", "calendar:office"):
        assert [use.user for use in where_used(model, thing) if use.user.endswith("deal/rules")], thing


@pytest.mark.parametrize(
    ("keys", "code", "pointer"),
    [
        pytest.param({"when": {"changed": {"nothing": {}}}}, "C102", "/when/changed/nothing", id="field"),
        pytest.param({"when": {"changed": {"twice": {}}}}, "C172", "/when/changed/twice", id="computed"),
        pytest.param({"when": {"changed": {"reason": {"to": "pri"}}}}, "C134", "/when/changed/reason/to", id="choice"),
        pytest.param({"when": {"entered": {"stages": {"one": {}}}}}, "C106", "/when/entered/stages/one", id="stage"),
        pytest.param(
            {"when": {"entered": {"pipeline": "x", "stages": {"won": {}}}}},
            "C105",
            "/when/entered/pipeline",
            id="pipeline",
        ),
        pytest.param({"when": {"stuck": {"stages": {"won": {}}, "for": "PT0M"}}}, "C172", "/when/stuck/for", id="zero"),
        pytest.param({"when": {"reached": {"field": "name"}}}, "C172", "/when/reached/field", id="no-date"),
        pytest.param({"when": {"reached": {"field": "meeting", "at": "09:00"}}}, "C172", "/when/reached/at", id="time"),
        pytest.param(
            {"when": {"reached": {"field": "due", "before": "P1D", "after": "P1D"}}}, "C172", "/when/reached", id="both"
        ),
        pytest.param({"when": {"schedule": {"cron": "* * * * * *"}}}, "C172", "/when/schedule/cron", id="cron"),
        pytest.param(
            {"when": {"schedule": {"cron": "0 9 * * *", "timezone": "Mars"}}},
            "C171",
            "/when/schedule/timezone",
            id="zone",
        ),
        pytest.param({"when": {"hook": {"name": "shopp"}}}, "C174", "/when/hook/name", id="hook"),
        pytest.param({"when": {"hook": {"name": "bare"}}, "then": SET}, "C172", "/then/mark/set", id="no-record"),
        pytest.param({"if": "amount > 'x'"}, "C120", "/if", id="condition"),
        pytest.param({"if": "old.amount > 1"}, "C120", "/if", id="old-of-created"),
        pytest.param({"wait": "PT1H", "calendar": "offic"}, "C170", "/calendar", id="calendar"),
        pytest.param(
            {"when": {"reached": {"field": "due"}}, "run_as": "actor"}, "C172", "/run_as", id="nobody-causes-it"
        ),
        pytest.param({"when": {"reached": {"field": "due"}}, "wait": "PT1H"}, "C172", "/wait", id="timed-waits"),
        pytest.param({"stop_when_stage_changes": True}, "C133", "/stop_when_stage_changes", id="nothing-to-stop"),
        pytest.param({"skip": {"rep": {}}}, "C133", "/skip", id="nothing-to-skip"),
        pytest.param({"repeat": {"every": "PT0M", "times": 1}}, "C172", "/repeat/every", id="repeat-at-once"),
    ],
)
def test_faults_have_a_place(keys: dict[str, Any], code: str, pointer: str) -> None:
    found = told(tuple(faults(**keys)))
    assert (code, f"/rules/one{pointer}") in found, found


def test_a_hook_has_one_address() -> None:

    pack = a_ruled_pack({"hooks": {"shop": {"secret": "shop"}}})
    pack.with_entity(an_entity("zone").with_document("rules", {"hooks": {"shop": {"secret": "shop"}}}))
    assert ("C112", "/hooks/shop") in told(a_compilation(pack).diagnostics)
