"""Intakes as they are kept."""

from kalip.model import Intake, Receiving


def test_an_intake_says_nothing_unless_told() -> None:
    assert Intake() == Intake((), None, None)
    assert (Receiving("intake").known, Receiving("intake").fields) == ("record", {})
