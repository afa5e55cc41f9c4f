"""Cells that no spreadsheet runs, in whatever country it is opened, and that come back as they were."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.records.transfer.guarding import csv_text, guarded, unguarded

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-1", "-1"),
        ("-1,234.50", "-1,234.50"),
        ("+90 532 123 45 67", "+90 532 123 45 67"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\t=1", "\t'=1"),
        ("\r=1", "\r'=1"),
        ("  =1", "  '=1"),
        ("\ufeff=1", "\ufeff'=1"),
        ("a;=1+1;b", "a;'=1+1;b"),
        ("a\n=1", "a\n'=1"),
        ("a; -5", "a; -5"),
        ("'=1", "''=1"),
        ("a=1", "a=1"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_it_works(text: str, expected: str) -> None:
    assert guarded(text) == expected
    assert unguarded(expected) == text


@given(st.text(alphabet=f"{SIGNS}'; \t\n\r|1a.,\ufeff", max_size=12))
def test_a_text_comes_back_and_no_cell_of_it_is_a_formula(text: str) -> None:
    safe = guarded(text)
    assert unguarded(safe) == text
    for cell in re.split(r"[;|\t\r\n]", safe):
        begun = cell.lstrip(" \ufeff")
        number = begun[:1] in ("+", "-") and re.sub("[ .,]", "", begun[1:]).isdigit()
        assert number or not begun.startswith(tuple(SIGNS))


def test_lines_of_a_file_are_guarded_cell_by_cell() -> None:
    rows: list[list[object]] = [["name", "=SUM(A1)"], [None, True, -5, "a;=1"]]
    assert csv_text(rows) == "name,'=SUM(A1)\r\n,True,-5,a;'=1\r\n"
