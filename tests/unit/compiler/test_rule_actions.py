"""The actions of rules: each kind, and what is wrong with it."""

from typing import Any

import pytest

from kalip.compiler.rule_actions import MAKERS
from kalip.metadata import Kind
from kalip.metadata.schemas import source_schema
from kalip.model import (
    AssignUser,
    CallHook,
    CreateRecord,
    CreateTask,
    MakeTransition,
    NotifyUsers,
    RunAction,
    SendMail,
    SetFields,
    UpdateRelated,
)
from tests.support.builders import told
from tests.support.ruled import a_rule, faults

PEOPLE: dict[str, Any] = {"roles": {"rep": {}}, "fields": {"owner": {}, "seller": {}}}


@pytest.mark.parametrize(
    ("action", "made"),
    [
        pytest.param({"set": {"note": "name", "amount": "5"}}, SetFields, id="set"),
        pytest.param(
            {"create": {"entity": "visit", "values": {"topic": "name", "deal": "id"}}}, CreateRecord, id="create"
        ),
        pytest.param({"update": {"reference": "company", "set": {"last_deal": "due"}}}, UpdateRelated, id="update"),
        pytest.param(
            {"update": {"entity": "visit", "by": "deal", "where": "done != true", "set": {"done": "true"}}},
            UpdateRelated,
            id="update-back",
        ),
        pytest.param({"transition": {"name": "to_won"}}, MakeTransition, id="transition"),
        pytest.param({"transition": {"to": "won", "values": {"reason": "'price'"}}}, MakeTransition, id="to-stage"),
        pytest.param(
            {"task": {"title": "Call {company.name}", "for": PEOPLE, "due": "P1D", "calendar": "office"}},
            CreateTask,
            id="task",
        ),
        pytest.param({"assign": {"role": "rep", "by": "turn"}}, AssignUser, id="assign"),
        pytest.param({"notify": {"to": PEOPLE, "text": {"en": "{name}", "tr": "{amount}"}}}, NotifyUsers, id="notify"),
        pytest.param({"mail": {"to": PEOPLE, "subject": "Hello {name}", "body": "…"}}, SendMail, id="mail"),
        pytest.param(
            {"call": {"url": "https://example.com/x", "secret": "shop", "values": {"amount": "amount"}}},
            CallHook,
            id="call",
        ),
        pytest.param({"run": {"action": "remind", "arguments": {"days": 3}}}, RunAction, id="run"),
    ],
)
def test_every_kind_is_made(action: dict[str, Any], made: type) -> None:
    (step,) = a_rule(then={"do": {"if": "amount > 1", **action}}).steps
    assert isinstance(step.action, made)
    assert step.condition is not None


def test_makers_and_schema_know_the_same_kinds() -> None:
    known = set(source_schema(Kind.RULES)["$defs"]["step"]["properties"])
    assert known == {"if", *MAKERS}


@pytest.mark.parametrize(
    ("action", "code", "pointer"),
    [
        pytest.param({}, "C172", "", id="nothing"),
        pytest.param({"set": {"note": "name"}, "assign": {"role": "rep"}}, "C172", "", id="two-things"),
        pytest.param({"if": "amount", "set": {"note": "name"}}, "C120", "/if", id="condition"),
        pytest.param({"set": {"twice": "1"}}, "C128", "/set/twice", id="computed"),
        pytest.param({"set": {"stage": "'won'"}}, "C128", "/set/stage", id="stage"),
        pytest.param({"set": {"reason": "'pri'"}}, "C104", "/set/reason", id="choice"),
        pytest.param({"set": {"due": "name"}}, "C120", "/set/due", id="type"),
        pytest.param({"create": {"entity": "visit"}}, "C172", "/create/values", id="required"),
        pytest.param({"create": {"entity": "visits"}}, "C101", "/create/entity", id="entity"),
        pytest.param({"update": {"set": {"name": "name"}}}, "C172", "/update", id="which"),
        pytest.param(
            {"update": {"reference": "name", "set": {"name": "name"}}}, "C172", "/update/reference", id="no-reference"
        ),
        pytest.param({"update": {"entity": "visit", "set": {"done": "true"}}}, "C172", "/update", id="by-what"),
        pytest.param(
            {"update": {"entity": "visit", "by": "topic", "set": {"done": "true"}}}, "C172", "/update/by", id="by"
        ),
        pytest.param({"transition": {}}, "C172", "/transition", id="no-move"),
        pytest.param({"transition": {"to": "one"}}, "C106", "/transition/to", id="stage-unknown"),
        pytest.param({"convert": {"name": "qualify"}}, "C163", "/convert/name", id="conversion"),
        pytest.param({"assign": {"field": "name", "role": "rep"}}, "C172", "/assign/field", id="no-user"),
        pytest.param({"assign": {"role": "reps"}}, "C107", "/assign/role", id="role"),
        pytest.param(
            {"notify": {"to": {"fields": {"company": {}}}, "text": "x"}},
            "C172",
            "/notify/to/fields/company",
            id="people",
        ),
        pytest.param({"notify": {"to": PEOPLE, "text": "{nam}"}}, "C120", "/notify/text", id="place"),
        pytest.param({"mail": {"subject": "x", "body": "x"}}, "C172", "/mail", id="to-nobody"),
        pytest.param({"mail": {"to": PEOPLE}}, "C172", "/mail", id="nothing-said"),
        pytest.param({"mail": {"to": PEOPLE, "template": "no"}}, "C175", "/mail/template", id="template"),
        pytest.param({"mail": {"address": {"x": "amount"}, "subject": "x"}}, "C120", "/mail/address/x", id="address"),
        pytest.param({"run": {"action": "remin"}}, "C108", "/run/action", id="action"),
        pytest.param({"run": {"action": "remind"}}, "C127", "/run", id="arguments"),
    ],
)
def test_faults_have_a_place(action: dict[str, Any], code: str, pointer: str) -> None:
    found = told(tuple(faults(then={"do": action})))
    assert (code, f"/rules/one/then/do{pointer}") in found, found
