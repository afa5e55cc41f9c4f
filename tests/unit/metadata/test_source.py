"""JSON text with places."""

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.metadata.source import MAX_DEPTH, lines_of, parse, scan, value_at

KEYS = st.text(string.ascii_letters + '/~"\\ é\n', max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(-1e9, 1e9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def test_it_works() -> None:
    assert parse('{"a": [1, true, null, "x"]}') == ({"a": [1, True, None, "x"]}, ())


@given(VALUES, st.sampled_from([None, 1, 2]))
def test_healthy_text_is_read_as_the_standard_library_reads_it(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    if "\\u0000" in text:
        assert [fault.code for fault in parse(text)[1]]
    else:
        assert parse(text) == (value, ())


@given(VALUES, st.sampled_from([None, 1, 2]))
def test_both_scanners_see_the_same_places(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert lines_of(text) == scan(text).lines


@given(VALUES)
def test_every_pointer_leads_to_a_value(value: Any) -> None:
    for pointer, line in lines_of(json.dumps(value, indent=1)).items():
        assert line >= 1
        found = value_at(value, pointer)
        assert found is not None or "null" in json.dumps(value)


def test_lines_are_those_of_keys() -> None:
    text = '{\n  "a": {\n    "b": [\n      1,\n      {"c/d": 2}\n    ]\n  }\n}\n'
    assert lines_of(text) == {"": 1, "/a": 2, "/a/b": 3, "/a/b/0": 4, "/a/b/1": 5, "/a/b/1/c~1d": 5}


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        ('{"a": 1,\n "a": 2}', "M103", 2, "line 1"),
        ('{"a": 1,\n}', "M102", 2, "remove the comma"),
        ("[1, 2,]", "M102", 1, "remove the comma"),
        ('{"a": 1\n "b": 2}', "M102", 2, "comma missing"),
        ("{'a': 1}", "M102", 1, "double quotes"),
        ('{"a": 1 // why\n}', "M102", 1, "no comments"),
        ('{"a": "x\ny"}', "M102", 1, "not closed"),
        ('{"a": "\\q"}', "M102", 1, "bad escape"),
        ('{"a": 1', "M102", 1, "still open"),
        ("", "M102", 1, "empty"),
        ('{"a": tru}', "M102", 1, ""),
        ('{"a": 01}', "M102", 1, ""),
        ('{"a": 1} {"b": 2}', "M102", 1, ""),
        ('{"a":\n NaN}', "M106", 2, "leave the key out"),
        ('{"a": -Infinity}', "M106", 1, "leave the key out"),
        ('{"a": 1e999}', "M106", 1, "as text"),
        ('{"a": 0.1234567890123456789}', "M106", 1, "as text"),
        ('{"a": ' + "9" * 5000 + "}", "M106", 1, "as text"),
        ('{"a": "\\ud800"}', "M107", 1, "remove"),
        ('{"a": "\\u0000"}', "M107", 1, "remove"),
        ("[" * 100_000, "M104", 1, "flatten"),
        ('{"a":' * 100_000, "M104", 1, "flatten"),
    ],
)
def test_faults_are_located(text: str, code: str, line: int, hint: str) -> None:
    value, faults = parse(text)
    assert value is None
    assert (faults[0].code, faults[0].line) == (code, line)
    assert hint in faults[0].hint


def test_all_faults_but_those_behind_a_syntax_fault_are_told() -> None:
    _, faults = parse('{"a": 1,\n"a": NaN,\n"b": 1e999}')
    assert [(fault.code, fault.line) for fault in faults] == [("M103", 2), ("M106", 2)]
    _, faults = parse('{"a": 1,\n"a": 2,\n"a": 3,\n"b": 1e999}')
    assert [(fault.code, fault.line) for fault in faults] == [("M103", 2), ("M103", 3), ("M106", 4)]


@given(st.text(alphabet='{}[]",:\\ntrue0123-.e \n', max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    value, faults = parse(text)
    if not faults:
        assert value == json.loads(text)


def test_the_deepest_allowed_nesting_is_read() -> None:
    value, faults = parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert faults == ()
    assert value is not None
    assert parse("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))[1][0].code == "M104"


def test_value_at_a_pointer() -> None:
    value = {"a/b": [{"~": 1}]}
    assert value_at(value, "/a~1b/0/~0") == 1
    assert value_at(value, "/a~1b/7") is None
    assert value_at(value, "/x/y") is None
    assert value_at(value, "") == value
