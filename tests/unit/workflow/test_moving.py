"""Effects by plugin actions: what they set goes through the same checks, what they refuse refuses the move."""

from collections.abc import Iterator, Mapping

import pytest

from kalip.base.errors import TransitionRefused, Violation
from kalip.base.text import Text
from kalip.runtime import Action, ActionContext, ActionResult
from kalip.workflow import ApplyTransition, apply_transition
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site


def assign(context: ActionContext) -> ActionResult:
    people = context.records.users("rep")
    count = context.records.count(context.entity, where="stage == 'done'")
    values: Mapping[str, object] = {"note": f"{context.arguments['word']} {count} {people[0]['name']}", "level": "1"}
    if context.values["name"] == "bad":
        return ActionResult(violations=[Violation("/name", "bad_name", "Not this one.")])
    return ActionResult({**values, "level": 99} if context.values["name"] == "high" else {**values, "level": 1})


@pytest.fixture
def tickets(database_url: str) -> Iterator[Site]:
    transitions = {
        "finish": {
            "from": {"open": {}},
            "to": "done",
            "effects": {"note": {"action": "note_down", "arguments": {"word": "done"}}},
        }
    }
    ticket = (
        an_entity("ticket")
        .with_field("name", "text")
        .with_field("note", "text")
        .with_field("level", "integer", max=5)
        .with_pipeline("flow", "open", "done", transitions=transitions)
        .with_access(rep="all")
    )
    action = Action(
        "note_down", Text.of("Note"), assign, {"word": {"type": "string", "title": "Word", "description": "A word"}}
    )
    pack = a_pack().with_role("rep").with_role("boss", administrator=True).with_entity(ticket)
    with a_site(database_url, pack, actions={"note_down": action}) as site:
        yield site


def test_it_works(tickets: Site) -> None:
    ticket = tickets.save("bora", "ticket", {"name": "x"}).id
    tickets.act("bora", lambda work: apply_transition(work, ApplyTransition("ticket", ticket, target="done")))
    record = tickets.get("bora", "ticket", ticket)
    assert (record["stage"], record["note"], record["level"]) == ("done", "done 0 Bora", 1)


@pytest.mark.parametrize(("name", "fault"), [("bad", ("/name", "bad_name")), ("high", ("/level", "too_large"))])
def test_faults_of_an_action_refuse_the_move(tickets: Site, name: str, fault: tuple[str, str]) -> None:
    ticket = tickets.save("bora", "ticket", {"name": name}).id
    with pytest.raises(TransitionRefused) as caught:
        tickets.act("bora", lambda work: apply_transition(work, ApplyTransition("ticket", ticket, target="done")))
    assert [(each.pointer, each.code) for each in caught.value.violations] == [fault]
    assert tickets.get("bora", "ticket", ticket)["stage"] == "open"
