"""Taking a change back from a state that has moved on."""

from copy import deepcopy
from typing import Any

from hypothesis import example, given

from kalip.base.canonical import canonical_text
from kalip.metadata import Change, ChangeKind, undo
from tests.unit.metadata.test_difference import SETS

BEFORE = {"lead": {"label": "Lead", "fields": {"name": {}, "email": {"width": 2}, "phone": {}}}}


def after(**changes: Any) -> dict[str, Any]:
    state: dict[str, Any] = deepcopy(BEFORE)
    for path, value in changes.items():
        *around, last = path.split("__")
        place = state["lead"]
        for step in around:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return state


def test_it_works() -> None:
    now = after(label="Prospect", fields__email__width=5)
    assert undo(now, BEFORE, after(label="Prospect")) == (after(fields__email__width=5), ())


def test_what_was_changed_again_is_a_conflict_and_stays() -> None:
    now = after(label="Suspect")
    conflict = Change(ChangeKind.CHANGED, "lead", "/label", "Lead", "Prospect")
    assert undo(now, BEFORE, after(label="Prospect")) == (now, (conflict,))


def test_what_was_removed_comes_back_to_its_place() -> None:
    changed = after(fields__email=None)
    now = after(fields__email=None, fields__city={})
    state, conflicts = undo(now, BEFORE, changed)
    assert list(state["lead"]["fields"]) == ["name", "email", "phone", "city"]
    assert state["lead"]["fields"]["email"] == {"width": 2}
    assert conflicts == ()


def test_what_was_added_goes_unless_it_was_changed_since() -> None:
    changed = after(fields__city={"width": 1})
    assert undo(changed, BEFORE, changed) == (BEFORE, ())
    _, conflicts = undo(after(fields__city={"width": 2}), BEFORE, changed)
    assert [each.pointer for each in conflicts] == ["/fields/city"]


def test_an_order_comes_back_around_what_is_new() -> None:
    turned = {"lead": {**BEFORE["lead"], "fields": {"phone": {}, "name": {}, "email": {"width": 2}}}}
    now = {"lead": {**BEFORE["lead"], "fields": {"phone": {}, "city": {}, "name": {}, "email": {"width": 2}}}}
    state, conflicts = undo(now, BEFORE, turned)
    assert list(state["lead"]["fields"]) == ["name", "city", "email", "phone"]
    assert conflicts == ()


def test_an_order_that_was_changed_again_is_a_conflict() -> None:
    turned = {"lead": {**BEFORE["lead"], "fields": {"phone": {}, "name": {}, "email": {"width": 2}}}}
    again = {"lead": {**BEFORE["lead"], "fields": {"phone": {}, "email": {"width": 2}, "name": {}}}}
    _, conflicts = undo(again, BEFORE, turned)
    assert [each.kind for each in conflicts] == [ChangeKind.MOVED]


def test_nothing_inside_what_is_gone_can_come_back() -> None:
    changed = after(fields__email__width=5)
    _, conflicts = undo(after(fields__email=None), BEFORE, changed)
    assert [each.pointer for each in conflicts] == ["/fields/email/width"]


@given(SETS, SETS)
@example({"x": {"c": 0, "a": 0, "b": 0}}, {"x": {"a": 0, "c": 0}})
def test_the_latest_change_can_always_be_taken_back(before: dict[str, Any], changed: dict[str, Any]) -> None:
    state, conflicts = undo(changed, before, changed)
    assert conflicts == ()
    assert sorted(state) == sorted(before)
    assert all(canonical_text(state[name]) == canonical_text(before[name]) for name in before)


@given(SETS, SETS, SETS)
def test_a_state_is_never_harmed(before: dict[str, Any], changed: dict[str, Any], present: dict[str, Any]) -> None:
    kept = deepcopy(present)
    undo(present, before, changed)
    assert canonical_text(present) == canonical_text(kept)
