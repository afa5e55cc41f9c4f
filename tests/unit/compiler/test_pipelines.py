"""Pipelines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from kalip.model import Outcome, Pipeline
from tests.support.builders import PackBuilder, a_compilation, a_model, a_pack, an_entity, told


@dataclass(frozen=True)
class Act:
    parameters: Mapping[str, Any] = field(
        default_factory=lambda: {"to": {"type": "string"}, "days": {"type": "integer"}}
    )
    required: tuple[str, ...] = ("to",)


ACTIONS = {"remind": Act()}
STAGES: dict[str, Any] = {
    "new": {"colour": "blue", "was": ["fresh"]},
    "won": {"outcome": "won", "probability": 100, "required": {"amount": {}}, "limit": 5, "ageing_days": 7},
}


def pack(move: dict[str, Any] | None = None, **keys: Any) -> PackBuilder:
    moves = {} if move is None else {"win": {"to": "won", **move}}
    entity = (
        an_entity("deal")
        .with_field("amount", "money", currency="TRY")
        .with_field("reason", "choice", choices="reason")
        .with_field("number", "autonumber")
        .with_field("who", "person_name")
        .with_field("twice", "computed", expression="amount * 2")
        .with_document("pipelines/flow", {"stages": STAGES, "transitions": moves, **keys})
    )
    return a_pack().with_entity(entity).with_role("boss").with_choices("reason", "price", "time")


def made(move: dict[str, Any]) -> Pipeline:
    return a_compilation(pack(move), actions=ACTIONS).required().entities["deal"].pipelines["flow"]


def faults(move: dict[str, Any] | None = None, **keys: Any) -> list[tuple[str, str]]:
    return told(a_compilation(pack(move, **keys), actions=ACTIONS).diagnostics)


def test_it_works() -> None:
    pipeline = made(
        {
            "from": {"new": {}},
            "guard": "amount > 0",
            "guard_message": "No amount.",
            "roles": {"boss": {}},
            "ask": {"reason": {}},
            "confirm": "Sure?",
            "effects": {
                "fill": {"set": {"reason": "'price'", "owner": "actor.id"}},
                "tell": {"action": "remind", "arguments": {"to": "me"}},
            },
        }
    )
    won, move = pipeline.stages["won"], pipeline.transitions["win"]
    assert (won.outcome, won.probability, won.required, won.limit, won.ageing_days) == (
        Outcome.WON,
        100,
        ("amount",),
        5,
        7,
    )
    assert pipeline.first.name == "new"
    assert (move.sources, move.target, move.roles, move.ask) == (("new",), "won", ("boss",), ("reason",))
    assert move.guard is not None
    assert (move.guard.source, str(move.guard_message), str(move.confirm)) == ("amount > 0", "No amount.", "Sure?")
    assert {name: each.source for name, each in move.effects[0].set.items()} == {
        "reason": "'price'",
        "owner": "actor.id",
    }
    assert (move.effects[1].action, dict(move.effects[1].arguments)) == ("remind", {"to": "me"})


@pytest.mark.parametrize(
    ("move", "fault"),
    [
        ({"to": "wn"}, ("C106", "/to")),
        ({"from": {"nwe": {}}}, ("C106", "/from/nwe")),
        ({"from": {"won": {}}}, ("C129", "/to")),
        ({"from": {"fresh": {}}}, ("C113", "/from/fresh")),
        ({"guard": "amount"}, ("C120", "/guard")),
        ({"guard_message": "x"}, ("C133", "/guard_message")),
        ({"roles": {"bos": {}}}, ("C107", "/roles/bos")),
        ({"ask": {"amont": {}}}, ("C102", "/ask/amont")),
        ({"ask": {"twice": {}}}, ("C131", "/ask/twice")),
        ({"ask": {"created_at": {}}}, ("C131", "/ask/created_at")),
        ({"effects": {"e": {}}}, ("C128", "/effects/e")),
        ({"effects": {"e": {"set": {"amount": "1"}, "action": "remind"}}}, ("C128", "/effects/e")),
        ({"effects": {"e": {"set": {"amont": "1"}}}}, ("C102", "/effects/e/set/amont")),
        ({"effects": {"e": {"set": {"amount": "'x'"}}}}, ("C120", "/effects/e/set/amount")),
        ({"effects": {"e": {"set": {"stage": "'won'"}}}}, ("C128", "/effects/e/set/stage")),
        ({"effects": {"e": {"set": {"number": "'x'"}}}}, ("C128", "/effects/e/set/number")),
        ({"effects": {"e": {"set": {"who": "'x'"}}}}, ("C128", "/effects/e/set/who")),
        ({"effects": {"e": {"set": {"twice": "1.0"}}}}, ("C128", "/effects/e/set/twice")),
        ({"effects": {"e": {"set": {"reason": "'prise'"}}}}, ("C104", "/effects/e/set/reason")),
        ({"effects": {"e": {"set": {"reason": "null"}, "arguments": {}}}}, ("C128", "/effects/e/arguments")),
        ({"effects": {"e": {"action": "remnd"}}}, ("C108", "/effects/e/action")),
        ({"effects": {"e": {"action": "remind"}}}, ("C127", "/effects/e")),
        ({"effects": {"e": {"action": "remind", "arguments": {"to": 5}}}}, ("C127", "/effects/e/arguments/to")),
        (
            {"effects": {"e": {"action": "remind", "arguments": {"to": "x", "day": 1}}}},
            ("C127", "/effects/e/arguments/day"),
        ),
    ],
)
def test_faults_of_moves(move: dict[str, Any], fault: tuple[str, str]) -> None:
    code, pointer = fault
    assert faults(move) == [(code, f"/transitions/win{pointer}")]


def test_faults_of_stages() -> None:
    assert faults(stages={"a": {"required": {"amont": {}}}}) == [("C102", "/stages/a/required/amont")]
    assert faults(stages={"a": {"required": {"twice": {}}}}) == [("C131", "/stages/a/required/twice")]
    assert faults(stages={"a": {}, "b": {"was": ["a"]}}) == [("C112", "/stages/b/was")]


def test_one_default_pipeline() -> None:
    entity = an_entity().with_pipeline("a", "x", default=True).with_pipeline("b", "y", default=True)
    assert told(a_compilation(entity).diagnostics) == [("C132", "/default")]
    entity = an_entity().with_pipeline("a", "x").with_pipeline("b", "y", default=True)
    default = a_model(entity).entities["thing"].default_pipeline
    assert default is not None
    assert default.name == "b"


def test_a_pipeline_is_understood_by_its_earlier_names() -> None:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_pipeline("sales", "new", "won", was=["inbound"])
        .with_document("views/board", {"pipeline": "inbound", "filter": "pipeline == 'inbound'"})
    )
    compilation = a_compilation(deal)
    assert told(compilation.diagnostics) == [("C113", "/pipeline"), ("C113", "/filter")]
    board = compilation.required().entities["deal"].boards["default"]
    assert (board.pipeline, board.filter.source if board.filter else "") == ("sales", "pipeline == 'sales'")


def test_an_earlier_name_of_a_pipeline_is_no_present_one() -> None:
    deal = an_entity("deal").with_pipeline("sales", "new", was=["inbound"]).with_pipeline("inbound", "new")
    assert ("C112", "/was") in told(a_compilation(deal).diagnostics)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"when": "amount"}, ("C120", "/when")),
        ({"roles": {"bos": {}}}, ("C107", "/roles/bos")),
        ({"accepts": {"flow": {}}}, ("C105", "/accepts/flow")),
        ({"accepts": {"other": {"stages": {"first": "wn"}}}}, ("C106", "/accepts/other/stages/first")),
        ({"accepts": {"other": {"stages": {"frist": "won"}}}}, ("C106", "/accepts/other/stages/frist")),
        ({"closed_field": "amount"}, ("C131", "/closed_field")),
        ({"closed_field": "created_at"}, ("C131", "/closed_field")),
        ({"probability_field": "reason"}, ("C131", "/probability_field")),
        ({"probability_field": "chans"}, ("C102", "/probability_field")),
    ],
)
def test_faults_of_pipelines(keys: dict[str, Any], fault: tuple[str, str]) -> None:
    shop = pack(**keys)
    shop.documents["entities/deal/pipelines/other.json"] = {"stages": {"first": {}}}
    assert told(a_compilation(shop, actions=ACTIONS).diagnostics) == [fault]


def test_what_a_pipeline_takes_and_keeps() -> None:
    """BX1, L04"""
    shop = pack(
        when="amount > 5",
        roles={"boss": {}},
        accepts={"other": {"stages": {"first": "won"}}},
        closed_field="ended",
        probability_field="chance",
        outcome_question="How did it end?",
    )
    shop.documents["entities/deal/pipelines/other.json"] = {"stages": {"first": {}}}
    fields = shop.documents["entities/deal/entity.json"]["fields"]
    fields |= {"ended": {"type": "date"}, "chance": {"type": "percent"}}
    pipeline = a_compilation(shop, actions=ACTIONS).required().entities["deal"].pipelines["flow"]
    assert pipeline.when is not None
    assert (pipeline.when.source, pipeline.roles) == ("amount > 5", ("boss",))
    assert pipeline.accepts is not None
    assert dict(pipeline.accepts["other"].stages) == {"first": "won"}
    assert (pipeline.closed_field, pipeline.probability_field) == ("ended", "chance")
    assert str(pipeline.outcome_question) == "How did it end?"
