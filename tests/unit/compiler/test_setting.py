"""Expressions that give fields their values, over the records of another entity."""

from tests.support.builders import told
from tests.support.ruled import a_rule, faults


def test_values_come_from_one_entity_and_go_to_another() -> None:
    (step,) = a_rule(
        then={"do": {"create": {"entity": "visit", "values": {"topic": "company.name", "deal": "id"}}}}
    ).steps
    values = getattr(step.action, "values")  # noqa: B009 - any action with values
    assert {name: set(expression.paths) for name, expression in values.items()} == {
        "topic": {"company.name"},
        "deal": {"id"},
    }


def test_a_field_of_the_wrong_side_is_told() -> None:
    create = {"create": {"entity": "visit", "values": {"topic": "topic", "note": "name"}}}
    found = told(tuple(faults(then={"do": create})))
    assert ("C120", "/rules/one/then/do/create/values/topic") in found
    assert ("C102", "/rules/one/then/do/create/values/note") in found
