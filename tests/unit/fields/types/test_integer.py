import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("integer").json(42) == 42


@pytest.mark.parametrize("wrong", ["42", True, 1.5, [], {}, 1e300])
def test_only_whole_json_numbers(wrong: object) -> None:
    assert Tried("integer").refusal(wrong) == "wrong_type"


def test_a_float_without_fraction_is_whole() -> None:
    assert Tried("integer").json(3.0) == 3


def test_64_bits() -> None:
    assert [Tried("integer").refusal(number) for number in (2**63 - 1, 2**63, -(2**63) - 1)] == [
        "",
        "too_large",
        "too_large",
    ]


@pytest.mark.parametrize(
    ("text", "locale", "value"), [("1,234", "en", 1234), ("1.234", "tr", 1234), ("1 234", "ru", 1234), ("−5", "en", -5)]
)
def test_people_write_it_in_their_way(text: str, locale: str, value: int) -> None:
    assert Tried("integer").text(text, locale) == value


def test_a_group_in_the_wrong_place_is_refused() -> None:
    assert Tried("integer").text_refusal("1.23", "tr") == "not_a_number"
    assert Tried("integer").text_refusal("1.5") == "not_whole"


def test_bounds() -> None:
    field = Tried("integer", min=1, max=5)
    assert [field.refusal(number) for number in (0, 1, 5, 6)] == ["too_small", "", "", "too_large"]
    assert Tried("integer", min=5, max=1).option_faults() == ["/min"]


def test_it_is_shown_in_groups() -> None:
    assert [Tried("integer").shown(1234567, locale) for locale in ("en", "tr", "ru")] == [
        "1,234,567",
        "1.234.567",
        "1 234 567",
    ]
