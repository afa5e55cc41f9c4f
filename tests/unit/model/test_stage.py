from kalip.base.text import Text
from kalip.model import Outcome, Stage, StepPlan, TunnelMode


def test_a_stage_has_steps_when_some_are_declared_or_may_be_added() -> None:
    assert not Stage("new", Text.of("New")).has_steps
    assert Stage("new", Text.of("New"), added_steps=True).has_steps
    assert Stage("new", Text.of("New"), steps={"call": StepPlan("call", Text.of("Call"))}).has_steps


def test_outcomes_and_modes_are_the_words_of_metadata() -> None:
    assert [str(outcome) for outcome in Outcome] == ["open", "won", "lost"]
    assert [str(mode) for mode in TunnelMode] == ["move", "copy", "create"]
