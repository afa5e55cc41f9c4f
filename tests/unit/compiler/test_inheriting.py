"""Pipelines that are like another of their entity."""

from typing import Any

from kalip.model import Pipeline
from tests.support.builders import PackBuilder, a_compilation, a_pack, an_entity, told

FULL: dict[str, Any] = {
    "label": "Full",
    "closed_field": "closed",
    "stages": {
        "new": {"label": "New"},
        "check": {"label": "Check", "required": {"loss": {}}},
        "done": {"outcome": "won"},
    },
    "transitions": {
        "look": {"label": "Look", "from": {"new": {}}, "to": "check"},
        "end": {"label": "End", "from": {"check": {}}, "to": "done", "ask": {"loss": {}}},
    },
}


def pack(**pipelines: dict[str, Any]) -> PackBuilder:
    entity = an_entity("claim").with_field("name", "text").with_field("loss", "integer").with_field("closed", "date")
    for name, data in {"full": FULL, **pipelines}.items():
        entity.with_document(f"pipelines/{name}", data)
    return a_pack().with_role("boss").with_entity(entity)


def made(**pipelines: dict[str, Any]) -> dict[str, Pipeline]:
    return dict(a_compilation(pack(**pipelines)).required().entities["claim"].pipelines)


def test_a_sub_workflow_inherits_states() -> None:
    """SB5: stages and moves of the other, its own changes key by key, its own additions after them."""
    small = {
        "like": "full",
        "label": "Small",
        "stages": {"check": {"required": {"name": {}}}, "sent": {"label": "Sent back"}},
        "transitions": {"end": {"to": "done", "roles": {"boss": {}}}, "send": {"from": {"check": {}}, "to": "sent"}},
    }
    tiny = {"like": "small", "label": "Tiny"}
    found = made(small=small, tiny=tiny)
    for name in ("small", "tiny"):
        each = found[name]
        assert list(each.stages) == ["new", "check", "done", "sent"]
        assert list(each.transitions) == ["look", "end", "send"]
        assert (each.stages["check"].label.get("en"), each.stages["check"].required) == ("Check", ("name",))
        assert (each.transitions["end"].ask, each.transitions["end"].roles) == (("loss",), ("boss",))
        assert (each.closed_field, each.default) == ("closed", False)
    assert (found["tiny"].label.get("en"), found["full"].stages["check"].required) == ("Tiny", ("loss",))


def test_faults_of_what_is_inherited_lead_to_where_it_stands() -> None:
    wrong = {**FULL, "transitions": {"look": {"from": {"new": {}}, "to": "nowhere"}}}
    found = a_compilation(pack(other=wrong, small={"like": "other"})).diagnostics
    files = {(each.where.file, each.where.pointer) for each in found if each.where is not None}
    assert files == {("shop/entities/claim/pipelines/other.json", "/transitions/look/to")}


def test_what_is_not_there_and_circles_are_reported() -> None:
    assert told(a_compilation(pack(small={"like": "ful"})).diagnostics) == [("C105", "/like")]
    circle = a_compilation(pack(a={"like": "b"}, b={"like": "a"})).diagnostics
    assert set(told(circle)) == {("C130", "/like")}
    assert told(a_compilation(pack(small={"label": "Nothing"})).diagnostics)
