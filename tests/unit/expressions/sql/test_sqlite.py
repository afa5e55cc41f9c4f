"""SQL for SQLite."""

from tests.support.expressions import sql


def test_it_works() -> None:
    found = sql("amount > 10 && name == 'x'")
    assert found.text == '(("amount" > :e1) AND ("name" = :e2))'
    assert found.params == {"e1": 10_000_000, "e2": "x"}


def test_lists_are_unfolded() -> None:
    assert "json_each" in sql("'a' in tags").text


def test_moments_moved_by_a_constant_are_one_parameter() -> None:
    assert sql("at > now() - duration('1h')").context == {"ctx_now_minus_3600000000"}
