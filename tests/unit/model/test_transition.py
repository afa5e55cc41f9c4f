import dataclasses

import pytest

from kalip.base.text import Text
from kalip.model import Reason, Transition


def test_a_transition_asks_for_nothing_unless_said() -> None:
    move = Transition("win", Text.of("Win"), "won")
    assert (move.ask, move.demands, move.reason, move.effects) == ((), (), None, ())


def test_a_reason_allows_all_choices_unless_some_are_named() -> None:
    reason = Reason("lost_reason")
    assert reason.choices == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        reason.field = "other"  # type: ignore[misc]
