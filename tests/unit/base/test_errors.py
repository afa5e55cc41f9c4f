import pytest

from kalip.base import errors
from kalip.base.errors import (
    Diagnostic,
    DiagnosticsError,
    KalipError,
    RecordRejected,
    StaleVersion,
    Violation,
    Where,
    fill,
)


def test_it_works() -> None:
    error = KalipError("no '{name}' here", hint="look elsewhere", params={"name": "lead"}, code="X1")
    assert str(error) == error.message == "no 'lead' here"
    assert (error.hint, error.code) == ("look elsewhere", "X1")


def test_a_family_has_its_code() -> None:
    assert KalipError("x").code == "K000"
    assert errors.NotFound("x").code == "R104"


def test_codes_are_distinct() -> None:
    families = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, KalipError)]
    own = [each.code for each in families if "code" in vars(each)]
    assert len(set(own)) == len(own)


def test_a_place_is_written_like_compilers_do() -> None:
    assert str(Where("entities/lead/entity.json", 12, "/fields/x")) == "entities/lead/entity.json:12 /fields/x"
    assert str(Where("pack.json")) == "pack.json"


def test_a_diagnostic_says_place_fault_and_way_out() -> None:
    told = Diagnostic("C105", "unknown type 'tekst'", "did you mean 'text'?", Where("a.json", 3))
    assert str(told) == "a.json:3: error C105: unknown type 'tekst': did you mean 'text'?"
    assert str(Diagnostic("C105", "odd", severity="warning")) == "warning C105: odd"


def test_every_diagnostic_is_carried() -> None:
    error = DiagnosticsError("2 faults", [Diagnostic("A", "one"), Diagnostic("B", "two")])
    assert str(error) == "2 faults\nerror A: one\nerror B: two"


def test_rejections_and_stale_versions() -> None:
    violation = Violation("/name", "too_long", "At most {limit} characters.", {"limit": 5})
    assert violation.message == "At most 5 characters."
    assert RecordRejected([violation]).violations == (violation,)
    assert StaleVersion("changed", current=7).current == 7


@pytest.mark.parametrize(
    ("template", "params", "text"),
    [
        ("a {b}", {"b": 1}, "a 1"),
        ("a {b}", {}, "a {b}"),
        ("a {b} {c}", {"b": 1}, "a 1 {c}"),
        ("{b}", {"b": "{c}"}, "{c}"),
    ],
)
def test_filling(template: str, params: dict[str, object], text: str) -> None:
    assert fill(template, params) == text
