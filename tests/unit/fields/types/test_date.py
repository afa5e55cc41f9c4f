from datetime import date

import pytest

from tests.support.fields import Tried

DAY = date(2026, 1, 31)


def test_it_works() -> None:
    assert Tried("date").json("2026-01-31") == DAY


@pytest.mark.parametrize(
    "wrong", ["2026-02-30", "2026-1-31", "20260131", "2026-W05-6", "31.01.2026", "0000-01-01", "", "２０２６-01-31"]
)
def test_json_is_iso_only(wrong: str) -> None:
    assert Tried("date").refusal(wrong) == "not_a_date"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("2026-01-31", "tr"),
        ("31.01.2026", "tr"),
        ("31.1.26", "ru"),
        ("1/31/2026", "en"),
        ("31/01/2026", "en-GB"),
        ("31 01 2026", "tr"),
    ],
)
def test_people_write_it_in_their_way(text: str, locale: str) -> None:
    assert Tried("date").text(text, locale) == DAY


def test_the_order_of_another_locale_is_refused() -> None:
    assert Tried("date").text_refusal("31/01/2026", "en") == "not_a_date"


def test_bounds() -> None:
    field = Tried("date", min="2026-01-01", max="2026-12-31")
    assert [field.refusal(day) for day in ("2025-12-31", "2026-06-01", "2027-01-01")] == ["too_small", "", "too_large"]
    assert Tried("date", min="2026-02-30").option_faults() == ["/min"]


def test_it_is_shown_by_locale() -> None:
    assert [Tried("date").shown(DAY, locale) for locale in ("en", "tr", "ru")] == [
        "Jan 31, 2026",
        "31 Oca 2026",
        "31 янв. 2026 г.",
    ]


def test_relative_days() -> None:
    assert Tried("date").filter("last_days", 30) == "it >= addDays(today(), 1 - 30) && it < addDays(today(), 1)"
    assert Tried("date").filter("older_than_days", 7) == "it < addDays(today(), -7)"
    assert Tried("date").filter("between", "2026-01-01", "2026-02-01") == (
        'it >= date("2026-01-01") && it <= date("2026-02-01")'
    )
