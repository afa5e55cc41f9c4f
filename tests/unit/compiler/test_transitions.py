"""Transitions: what they ask and demand. Guards, roles and effects are tested with their pipelines."""

from typing import Any

import pytest

from kalip.model import Reason
from tests.support.builders import a_compilation, told
from tests.support.cases import case_pack


def changed(move: dict[str, Any]) -> Any:
    pack = case_pack()
    pack.documents["entities/case/pipelines/long.json"]["transitions"]["drop"] |= move
    return a_compilation(pack)


def test_it_works() -> None:
    """L03"""
    moves = a_compilation(case_pack()).required().entities["case"].pipelines["long"].transitions
    assert (moves["settle"].ask, moves["settle"].demands) == (("note", "refund"), ("refund",))
    assert moves["drop"].reason == Reason("reason", ("price", "time"))
    assert (moves["drop"].ask, moves["drop"].demands) == (("reason", "note"), ("reason",))


@pytest.mark.parametrize(
    ("move", "fault"),
    [
        ({"reason": {"field": "resaon"}}, ("C102", "/reason/field/resaon")),
        ({"reason": {"field": "note"}}, ("C131", "/reason/field")),
        ({"reason": {"field": "reason", "choices": {"prise": {}}}}, ("C104", "/reason/choices/prise")),
    ],
)
def test_faults_of_reasons(move: dict[str, Any], fault: tuple[str, str]) -> None:
    code, pointer = fault
    assert told(changed(move).diagnostics) == [(code, f"/transitions/drop{pointer}")]
