"""Functions of lists skip what is null."""

from datetime import timedelta
from decimal import Decimal

from kalip.expressions.functions.lists import average_integers, greatest, item_at, join, least, same_list, sum_durations


def test_it_works() -> None:
    assert (least([3, None, 1]), greatest([3, None, 1])) == (1, 3)
    assert (least([]), greatest([None])) == (None, None)


def test_sums_and_means() -> None:
    assert average_integers([1, None, 2]) == Decimal("1.5")
    assert average_integers([]) is None
    assert sum_durations([timedelta(1), None]) == timedelta(1)


def test_joining_and_taking() -> None:
    assert join(["a", None, "b"], "-") == "a-b"
    assert item_at(("a",), 0) == "a"
    assert item_at(("a",), 5) is None


def test_sameness() -> None:
    assert same_list((1, 2), (1, 2))
    assert not same_list((1, 2), (2, 1))
    assert same_list(None, None)
