"""Stages: what is demanded, shown and done in them."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from kalip.model import Queue, Span, Stage, TimeLimit
from tests.support.builders import a_compilation, told
from tests.support.cases import case_pack


def compiled(stage: str, keys: dict[str, Any], pipeline: str = "long") -> Any:
    pack = case_pack()
    path = f"entities/case/pipelines/{pipeline}.json"
    document = deepcopy(pack.documents[path])
    document["stages"][stage] |= keys
    pack.documents[path] = document
    return a_compilation(pack)


def stage_of(name: str, pipeline: str = "long") -> Stage:
    return a_compilation(case_pack()).required().entities["case"].pipelines[pipeline].stages[name]


def test_it_works() -> None:
    """RC1, CR2"""
    opened, examined, settled = stage_of("opened"), stage_of("examined"), stage_of("settled")
    assert opened.time_limit == TimeLimit(Span(time=timedelta(hours=8)), "office")
    assert examined.time_limit == TimeLimit(Span(days=2))
    assert [set(each.hidden) for each in (opened, examined, settled)] == [{"refund"}, {"refund"}, set()]
    assert examined.readonly == {"amount"}
    assert [(each.name, str(each.message)) for each in examined.entry] == [("amount", "There is nothing to examine.")]
    assert [each.expression.source for each in examined.exit] == ["note != null"]
    assert list(examined.steps) == ["call", "report", "photo", "approve"]
    assert (examined.steps["report"].follows, examined.steps["approve"].roles) == (("call",), ("boss",))
    assert examined.added_steps
    assert stage_of("asked", "short").queue == Queue("owner", ("viewer",))


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"hidden": {"amont": {}}}, ("C102", "/hidden/amont")),
        ({"visible": {"amont": {}}}, ("C102", "/visible/amont")),
        ({"readonly": {"amont": {}}}, ("C102", "/readonly/amont")),
        ({"required": {"refund": {}}, "hidden": {"refund": {}}}, ("C132", "/required/refund")),
        ({"time_limit": {"within": "P0D"}}, ("C152", "/time_limit/within")),
        ({"time_limit": {"within": "P1D", "calendar": "offize"}}, ("C139", "/time_limit/calendar")),
        ({"entry": {"x": {"condition": "amount", "message": "x"}}}, ("C120", "/entry/x/condition")),
        ({"exit": {"x": {"condition": "amont > 0", "message": "x"}}}, ("C120", "/exit/x/condition")),
        ({"responsible": {"field": "note"}}, ("C131", "/responsible/field")),
        ({"responsible": {"field": "created_by"}}, ("C131", "/responsible/field")),
        ({"responsible": {"queue": {"bos": {}}}}, ("C107", "/responsible/queue/bos")),
        ({"steps": {"a": {"follows": {"b": {}}}}}, ("C150", "/steps/a/follows/b")),
        ({"steps": {"a": {"follows": {"a": {}}}}}, ("C130", "/steps/a/follows")),
        ({"steps": {"a": {"when": "amount"}}}, ("C120", "/steps/a/when")),
        ({"steps": {"a": {"roles": {"bos": {}}}}}, ("C107", "/steps/a/roles/bos")),
    ],
)
def test_faults(keys: dict[str, Any], fault: tuple[str, str]) -> None:
    code, pointer = fault
    found = told(compiled("opened", keys).diagnostics)
    if pointer == "/time_limit/calendar":
        assert [where for _, where in found] == [f"/stages/opened{pointer}"]
    else:
        assert found == [(code, f"/stages/opened{pointer}")]


def test_nobody_is_left_out_of_a_field_that_is_always_required() -> None:
    pack = case_pack()
    pack.documents["entities/case/entity.json"]["fields"]["handler"]["required"] = True
    document = pack.documents["entities/case/pipelines/short.json"]
    document["stages"]["asked"]["responsible"] = {"field": "handler", "queue": {"viewer": {}}}
    assert told(a_compilation(pack).diagnostics) == [("C132", "/stages/asked/responsible/queue")]


def test_two_steps_that_wait_for_each_other() -> None:
    steps: dict[str, Any] = {"a": {"follows": {"b": {}}}, "b": {"follows": {"a": {}}}, "c": {"follows": {"a": {}}}}
    found = told(compiled("opened", {"steps": steps}).diagnostics)
    assert found == [("C130", f"/stages/opened/steps/{name}/follows") for name in "abc"]
