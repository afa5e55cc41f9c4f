from datetime import timedelta

import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("duration").json("PT2H30M") == timedelta(hours=2, minutes=30)


@pytest.mark.parametrize("wrong", ["P", "PT", "P1Y", "P1M", "2:30", "", "P1DT", "PT1.5H", "1d"])
def test_json_is_iso_without_months(wrong: str) -> None:
    assert Tried("duration").refusal(wrong) == "not_a_duration"


def test_the_longest() -> None:
    assert [Tried("duration").refusal(each) for each in ("P1000000D", "P1000001D", "P999999999D")] == [
        "",
        "too_long",
        "too_long",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2:30", timedelta(hours=2, minutes=30)),
        ("1d 2h 30min", timedelta(days=1, hours=2, minutes=30)),
        ("1,5 saat", timedelta(hours=1, minutes=30)),
        ("2 ч 15 мин", timedelta(hours=2, minutes=15)),
        ("90s", timedelta(seconds=90)),
        ("-0:15", timedelta(minutes=-15)),
    ],
)
def test_people_write_it_in_their_way(text: str, value: timedelta) -> None:
    assert Tried("duration").text(text) == value


def test_a_number_without_unit_says_nothing() -> None:
    assert Tried("duration").text_refusal("90") == "not_a_duration"


def test_bounds() -> None:
    field = Tried("duration", min="PT0S", max="PT8H")
    assert [field.refusal(each) for each in ("-PT1S", "PT8H", "PT9H")] == ["too_small", "", "too_large"]
    assert Tried("duration", min="PT9H", max="PT8H").option_faults() == ["/min"]


def test_it_is_shown_in_units() -> None:
    length = timedelta(days=1, hours=2, minutes=30)
    assert [Tried("duration").shown(length, locale) for locale in ("en", "tr")] == [
        "1 day 2 hr 30 min",
        "1 gün 2 sa. 30 dk.",
    ]
    assert Tried("duration").shown(timedelta()) == "0 min"
