"""Actions of plugins."""

from kalip.base.text import Text
from kalip.runtime import Action, ActionResult


def test_an_action_asks_for_nothing_unless_it_says_so() -> None:
    action = Action("greet", Text.of("Greet"), lambda _: ActionResult({"greeted": True}))
    assert (dict(action.parameters), tuple(action.required)) == ({}, ())
    assert dict(ActionResult().values) == {}
    assert tuple(ActionResult().violations) == ()
