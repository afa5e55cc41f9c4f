"""SB7: service levels as packs write them."""

from typing import Any

import pytest

from kalip.model import Clock, Span
from tests.support.builders import told
from tests.support.ruled import SET, compiled, deals

CLOCK: dict[str, Any] = {
    "start": "stage == 'new'",
    "stop": "stage == 'won'",
    "calendar": "office",
    "targets": {"big": {"if": "amount > 1000", "within": "PT2H"}, "all": {"within": "P1D"}},
    "alarms": {
        "late": {"after": "PT0M", "then": SET},
        "breach": {"share": 100, "then": SET},
        "nag": {"after": "PT2H", "every": "P1D", "times": 3, "then": SET},
        "warn": {"share": 75, "then": SET},
    },
}


def made(**keys: Any) -> Clock:
    return deals(compiled({"clocks": {"answer": {**CLOCK, **keys}}})).clocks["answer"]


def test_it_works() -> None:
    """SB7"""
    clock = made()
    assert [alarm.name for alarm in clock.alarms] == ["warn", "breach", "late", "nag"]
    assert [target.within for target in clock.targets][1] == Span(1)
    assert clock.alarms[-1].times == 3
    assert clock.address == "deal.answer"


@pytest.mark.parametrize(
    ("keys", "code", "pointer"),
    [
        pytest.param({"start": "stage"}, "C120", "/start", id="start"),
        pytest.param({"stop": CLOCK["start"]}, "C173", "/stop", id="at-once"),
        pytest.param({"calendar": "x"}, "C170", "/calendar", id="calendar"),
        pytest.param({"targets": {"all": {"within": "PT0M"}}}, "C173", "/targets/all/within", id="no-time"),
        pytest.param(
            {"targets": {"all": {"within": "P1D"}, "more": {"within": "P1D"}}}, "C133", "/targets/more", id="never"
        ),
        pytest.param({"alarms": {"a": {"then": SET}}}, "C173", "/alarms/a", id="no-moment"),
        pytest.param({"alarms": {"a": {"share": 5, "after": "P1D", "then": SET}}}, "C173", "/alarms/a", id="two"),
        pytest.param({"alarms": {"a": {"share": 5, "times": 2, "then": SET}}}, "C133", "/alarms/a/times", id="times"),
        pytest.param(
            {"alarms": {"a": {"share": 5, "every": "PT0M", "then": SET}}}, "C173", "/alarms/a/every", id="every"
        ),
    ],
)
def test_faults_have_a_place(keys: dict[str, Any], code: str, pointer: str) -> None:
    found = told(compiled({"clocks": {"answer": {**CLOCK, **keys}}}).diagnostics)
    assert (code, f"/clocks/answer{pointer}") in found, found
