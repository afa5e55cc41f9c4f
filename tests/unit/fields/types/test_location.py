from decimal import Decimal

import pytest

from kalip.fields import Location
from tests.support.fields import Tried

HERE = Location(Decimal("41.008200"), Decimal("28.978400"))


def test_it_works() -> None:
    assert Tried("location").json({"latitude": "41.0082", "longitude": 28.9784}) == HERE


def test_finer_degrees_are_rounded() -> None:
    assert Tried("location").json({"latitude": 41.00820000001234, "longitude": "28.9784000000"}) == HERE


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        ("41,28", "wrong_type"),
        ({"latitude": "41"}, "missing/longitude"),
        ({"latitude": "90.1", "longitude": "0"}, "out_of_range/latitude"),
        ({"latitude": "0", "longitude": "-181"}, "out_of_range/longitude"),
        ({"latitude": "north", "longitude": "0"}, "not_a_number/latitude"),
        ({"latitude": "0", "longitude": "0", "altitude": "0"}, "unknown_key"),
    ],
)
def test_faults_say_the_place(raw: object, refusal: str) -> None:
    assert Tried("location").refusal(raw) == refusal


@pytest.mark.parametrize("text", ["41.0082, 28.9784", "41.0082 28.9784", "41.0082;28.9784"])
def test_text_as_maps_show_it(text: str) -> None:
    assert Tried("location").text(text) == HERE


def test_there_is_no_negative_zero() -> None:
    assert str(Tried("location").json({"latitude": "-0.0000001", "longitude": "0"}).latitude) == "0.000000"
