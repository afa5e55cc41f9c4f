"""Names and what may follow them."""

import pytest

from kalip.expressions import TEXT, ExpressionError, MappingScope, compile_expression
from tests.support.expressions import assert_gives, compiled, faults


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
    assert_gives(source, record, expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("nmae == 'x'", "unknown name 'nmae': did you mean 'name'?"),
        ("old.nmae == 'x'", "unknown name 'nmae': did you mean 'name'?"),
        ("old == null", "the record before the change is not a value: write old.amount"),
        ("name.x == 'a'", "text has no 'x'"),
        ("lines[0] == null", "a collection of records has no positions: write exists, filter or map"),
        ("today == due", "unknown name 'today': write today()"),
        ("tags.exists(t, true) && t == 'a'", "unknown name 't': did you mean 'at'?"),
        (
            "actor.nmae == 'x'",
            (
                "unknown name 'nmae': known are id, email, roles, locale, groups, team, unit, unit_below, "
                "own_groups, team_groups, unit_groups, unit_below_groups"
            ),
        ),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]


def test_a_fault_stands_at_the_wrong_segment() -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled("open && old.nmae == 'x'")
    assert [(fault.offset, fault.length) for fault in caught.value.faults] == [(12, 4)]


def test_without_a_record_before_the_change_old_is_unknown() -> None:
    with pytest.raises(ExpressionError, match="'old' is not known here: there is no record before the change"):
        compile_expression("old.name == 'x'", MappingScope({"name": TEXT}))
