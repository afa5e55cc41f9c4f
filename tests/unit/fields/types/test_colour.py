import pytest

from tests.support.fields import Tried


@pytest.mark.parametrize(("raw", "value"), [("#1F6FEB", "#1f6feb"), ("#abc", "#aabbcc"), ("1f6feb", "#1f6feb")])
def test_it_works(raw: str, value: str) -> None:
    assert Tried("colour").json(raw) == value


@pytest.mark.parametrize("wrong", ["red", "#12", "#12345g", "url(x)"])
def test_others_are_refused(wrong: str) -> None:
    assert Tried("colour").refusal(wrong) == "not_a_colour"
