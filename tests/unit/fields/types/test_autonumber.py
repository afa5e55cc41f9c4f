from datetime import date

import pytest

from kalip.fields.types.autonumber import AutonumberType
from tests.support.fields import Tried, a_field

DAY = date(2026, 3, 9)
TYPE = AutonumberType()


@pytest.mark.parametrize(
    ("format_", "number"),
    [
        (None, "00042"),
        ("L-{year}-{number:05}", "L-2026-00042"),
        ("{day}.{month}.{year}/{number}", "09.03.2026/42"),
        ("N{number:3}", "N042"),
    ],
)
def test_it_works(format_: str | None, number: str) -> None:
    assert TYPE.number(a_field("autonumber", format=format_), 42, DAY) == number


@pytest.mark.parametrize(
    ("period", "name"), [(None, ""), ("never", ""), ("year", "2026"), ("month", "2026-03"), ("day", "2026-03-09")]
)
def test_periods(period: str | None, name: str) -> None:
    assert TYPE.period(a_field("autonumber", period=period), DAY) == name


def test_a_number_too_long_for_its_width_is_not_cut() -> None:
    assert TYPE.number(a_field("autonumber", format="{number:02}"), 12345, DAY) == "12345"


@pytest.mark.parametrize(
    "wrong",
    [{"format": "L-{year}"}, {"format": "{number}{number}"}, {"format": "{nummer}-{number}"}, {"format": "{number}}"}],
)
def test_formats(wrong: dict[str, str]) -> None:
    assert Tried("autonumber", **wrong).option_faults()


def test_numbers_that_would_repeat_are_refused() -> None:
    assert Tried("autonumber", format="{number}", period="year").option_faults() == ["/format"]
    assert Tried("autonumber", format="{month}-{number}", period="month").option_faults() == ["/format"]
    assert Tried("autonumber", format="{year}{month}-{number}", period="month").option_faults() == []


def test_the_system_gives_it() -> None:
    assert TYPE.readonly
