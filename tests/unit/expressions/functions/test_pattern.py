"""Patterns that take linear time."""

import time

import pytest

from kalip.expressions.functions.pattern import Pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^A.*z$", "Abz", True),
        ("b+", "abbb", True),
        ("^b", "ab", False),
        ("[0-9]{2,3}", "a12", True),
        ("a|c", "c", True),
    ],
)
def test_it_works(pattern: str, text: str, found: bool) -> None:
    compiled = Pattern.of(pattern)
    assert compiled is not None
    assert compiled.found_in(text) is found


@pytest.mark.parametrize("broken", ["(", "[a", "a{2", "*a"])
def test_what_is_no_pattern(broken: str) -> None:
    assert Pattern.of(broken) is None


def test_no_pattern_takes_for_ever() -> None:
    compiled = Pattern.of("^(a+)+$")
    assert compiled is not None
    began = time.process_time()
    assert not compiled.found_in("a" * 2_000 + "b")
    assert time.process_time() - began < 5
