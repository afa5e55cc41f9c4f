import pytest

from kalip.fields.types.text import pattern_fault
from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("text").json("  Ada\tLovelace ") == "Ada Lovelace"


@pytest.mark.parametrize("blank", ["", "   ", "\t"])
def test_blank_is_none(blank: str) -> None:
    assert Tried("text").json(blank) is None


def test_it_is_one_line() -> None:
    assert Tried("text").refusal("a\nb") == "line_break"


def test_composed_and_decomposed_letters_are_one() -> None:
    assert Tried("text").json("e\u0301") == "\u00e9"


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", "\x1b[31m", "\x85"])
def test_what_databases_cannot_hold_is_refused(bad: str) -> None:
    assert Tried("text").refusal(bad) == "forbidden_character"


def test_lengths() -> None:
    short = Tried("text", min_length=2, max_length=3)
    assert [short.refusal(text) for text in ("a", "ab", "abc", "abcd")] == ["too_short", "", "", "too_long"]
    assert Tried("text").refusal("x" * 256) == "too_long"


def test_pattern_takes_the_whole_text() -> None:
    plate = Tried("text", pattern="[0-9]{2}[A-Z]+")
    assert [plate.refusal(text) for text in ("34ABC", "34ABC!", "x34A")] == ["", "pattern", "pattern"]


def test_options() -> None:
    assert Tried("text", min_length=9, max_length=3).option_faults() == ["/min_length"]
    assert Tried("text", pattern="(").option_faults() == ["/pattern"]
    assert Tried("text", pattern="[A-Z]{2}").option_faults() == []


@pytest.mark.parametrize("slow", [r"(.)\1", r"(?P<x>.)(?P=x)", "(?=a)b", "(?<!a)b", "a{201}"])
def test_patterns_that_know_no_bound_are_refused(slow: str) -> None:
    assert pattern_fault(slow)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a*)*b", "(a|a)*b", "(a|aa)+", "(x{1,9})*a", "(.*)(.*)(.*)(.*)(.*)b"])
def test_no_pattern_takes_for_ever(pattern: str) -> None:
    assert pattern_fault(pattern) == ""
    assert Tried("text", pattern=pattern, max_length=500).refusal("a" * 499 + "!") == "pattern"


def test_a_pattern_without_regard_to_case() -> None:
    code = Tried("text", pattern="(?i)ab|cd")
    assert [code.refusal(text) for text in ("AB", "cD", "abcd", "abx")] == ["", "", "pattern", "pattern"]


def test_filters_ignore_case() -> None:
    assert Tried("text").filter("contains", 'a"b') == 'it.lower().contains("a\\"b".lower())'
