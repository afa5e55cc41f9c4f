"""Names and what may follow them."""

import pytest

from tests.support.expressions import faults, values


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("extra.a.b", {"extra": {"a": {"b": 1}}}, 1),
        ("extra['a']", {"extra": {"a": "z"}}, "z"),
        ("old.name", {"old.name": "before"}, "before"),
        ("actor.email", {}, "ada@example.com"),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    found = values(source, record)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("nmae == 'x'", "unknown name 'nmae': did you mean 'name'?"),
        ("actor.nmae == 'x'", "unknown name 'nmae': known are id, email, roles, locale"),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]
