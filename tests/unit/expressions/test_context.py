"""How the moment, the day and the actor are bound."""

from datetime import date, timedelta

import pytest

from kalip.expressions import context_params
from kalip.expressions.context import shifted_name
from tests.support.expressions import CONTEXT, compiled, value


def test_it_works() -> None:
    assert context_params(CONTEXT, ["ctx_today"], "sqlite") == {"ctx_today": "2026-11-24"}
    assert context_params(CONTEXT, ["ctx_today"], "postgresql") == {"ctx_today": date(2026, 11, 24)}
    assert context_params(CONTEXT, ["ctx_actor_roles"], "sqlite") == {"ctx_actor_roles": "[]"}


@pytest.mark.parametrize(("days", "day"), [(7, "2026-12-01"), (-24, "2026-10-31")])
def test_a_moved_day_is_one_parameter(days: int, day: str) -> None:
    name = shifted_name("today", timedelta(days=days))
    assert context_params(CONTEXT, [name], "sqlite") == {name: day}


def test_beyond_the_calendar_is_null() -> None:
    name = shifted_name("today", timedelta(days=900_000_000))
    assert context_params(CONTEXT, [name], "postgresql") == {name: None}


def test_the_actor_is_known() -> None:
    assert value("actor.id") == "u1"
    assert value("actor.email") == "ada@example.com"
    assert compiled("actor.id == name").volatile
