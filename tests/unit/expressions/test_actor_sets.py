"""Sets of the actor: asked only when they are reached, in SQL a subquery."""

from dataclasses import replace

import pytest

from tests.support.expressions import CONTEXT, compiled, faults, sql


class Sets:
    """Sets that note when they are asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def members(self, name: str) -> frozenset[str]:
        self.asked.append(name)
        return frozenset(("u1", "u2"))


def test_it_works() -> None:
    sets = Sets()
    found = compiled("name in actor.team || amount > 5")
    assert found.evaluate({"name": "u2"}, replace(CONTEXT, sets=sets)) is True
    assert found.evaluate({"name": "u3"}, replace(CONTEXT, sets=sets)) is False
    assert found.volatile
    assert sets.asked == ["team", "team"]


def test_a_set_is_not_asked_without_need() -> None:
    sets = Sets()
    assert compiled("name == 'x' || name in actor.unit").evaluate({"name": "x"}, replace(CONTEXT, sets=sets)) is True
    assert sets.asked == []


def test_without_sets_nobody_is_near() -> None:
    assert compiled("size(actor.unit_below)").evaluate({}, CONTEXT) == 0
    assert compiled("'board' in actor.groups").evaluate({}, CONTEXT) is False


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_sql(dialect: str) -> None:
    assert sql("name in actor.team", dialect).text == '("name" IN (SELECT member FROM "team"))'
    assert "SELECT DISTINCT member" in sql("size(actor.unit) > 2", dialect).text
    assert "EXISTS" in sql("actor.unit.exists(u, u == name)", dialect).text


def test_faults() -> None:
    assert faults("actor.team[0] == 'x'") == ["a set has no order: write x in actor.team"]
    assert faults("actor.team.name == 'x'")[0].startswith("a list has no fields of its own")
    assert faults("id in actor.shared.deal.read") == [
        "unknown name 'id'",
        (
            "unknown name 'shared': known are id, email, roles, locale, groups, team, unit, unit_below, "
            "own_groups, team_groups, unit_groups, unit_below_groups"
        ),
    ]
