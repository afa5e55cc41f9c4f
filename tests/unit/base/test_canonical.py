import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.base.canonical import canonical_text, content_hash, pretty_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_both_texts_read_back(value: object) -> None:
    assert json.loads(canonical_text(value)) == json.loads(pretty_text(value)) == value


def test_order_means_something() -> None:
    assert canonical_text({"b": 1, "a": 2}) == '{"b":1,"a":2}'
    assert canonical_text({"b": 1, "a": 2}) != canonical_text({"a": 2, "b": 1})


def test_letters_stay_readable() -> None:
    assert canonical_text("İ ж") == '"İ ж"'


def test_files_end_with_a_line() -> None:
    assert pretty_text({"a": [1]}) == '{\n  "a": [\n    1\n  ]\n}\n'


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_text(float("nan"))


def test_hashes() -> None:
    assert content_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert content_hash("ğ") != content_hash("g")
