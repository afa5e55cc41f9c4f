from datetime import time

import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("time").json("08:30") == time(8, 30)
    assert Tried("time").json("08:30:15") == time(8, 30, 15)


@pytest.mark.parametrize("wrong", ["24:00", "8:30", "08:60", "08:30:00.5", "08:30Z", "", "٠٨:٣٠", "08.30"])
def test_json_is_iso_only(wrong: str) -> None:
    assert Tried("time").refusal(wrong) == "not_a_time"


@pytest.mark.parametrize(
    ("text", "value"),
    [("8:30", time(8, 30)), ("8.30", time(8, 30)), ("8:30 pm", time(20, 30)), ("12:05 AM", time(0, 5))],
)
def test_people_write_it_in_their_way(text: str, value: time) -> None:
    assert Tried("time").text(text) == value


def test_there_is_no_thirteen_pm() -> None:
    assert Tried("time").text_refusal("13:00 pm") == "not_a_time"


def test_it_is_shown_by_locale() -> None:
    assert [Tried("time").shown(time(20, 30), locale) for locale in ("en", "tr", "ru")] == ["8:30 PM", "20:30", "20:30"]
