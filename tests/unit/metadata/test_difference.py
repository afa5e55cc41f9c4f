"""What differs between documents."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kalip.metadata import Change, ChangeKind, diff, diff_packs
from tests.support.builders import a_pack, an_entity

VALUES = st.recursive(
    st.integers(0, 2), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8
)
SETS = st.dictionaries(st.sampled_from("xy"), st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), max_size=2)


def test_it_works() -> None:
    before = a_pack().with_entity(an_entity("a").with_field("x", "text").with_field("y", "date"))
    after = a_pack(version="1.1.0").with_entity(
        an_entity("a").with_field("y", "date").with_field("x", "text", help="h")
    )
    assert diff_packs(before.build(), after.build()) == (
        Change(ChangeKind.ADDED, "entities/a/entity", "/fields/x/help", None, "h"),
        Change(ChangeKind.MOVED, "entities/a/entity", "/fields", ("x", "y"), ("y", "x")),
        Change(ChangeKind.CHANGED, "pack", "/version", "1.0.0", "1.1.0"),
    )


def test_whole_documents() -> None:
    assert diff({"a": {"x": 1}}, {"b": {"x": 1}}) == (
        Change(ChangeKind.REMOVED, "a", "", {"x": 1}),
        Change(ChangeKind.ADDED, "b", "", None, {"x": 1}),
    )


def test_true_is_not_one() -> None:
    assert [each.kind for each in diff({"a": {"x": 1}}, {"a": {"x": True}})] == [ChangeKind.CHANGED]


@given(SETS)
def test_nothing_differs_from_itself(documents: dict[str, Any]) -> None:
    assert diff(documents, documents) == ()


@given(SETS, SETS)
def test_the_way_back_is_the_way_there_turned_round(before: dict[str, Any], after: dict[str, Any]) -> None:
    there = {(each.address, each.pointer) for each in diff(before, after)}
    back = {(each.address, each.pointer) for each in diff(after, before)}
    assert there == back
    assert (there == set()) == (_ordered(before) == _ordered(after))


def _ordered(value: Any) -> Any:
    """A value whose equality knows the order of keys, except that of whole documents."""
    if not isinstance(value, dict):
        return value
    return [(key, _inner(each)) for key, each in sorted(value.items())]


def _inner(value: Any) -> Any:
    return [(key, _inner(each)) for key, each in value.items()] if isinstance(value, dict) else value
