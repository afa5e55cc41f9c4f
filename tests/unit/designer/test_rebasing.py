"""Three states of the packs: both sides' changes survive where they touch different properties, in every kind."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kalip.designer import Clash, Edit, Move, Remove, SetValue
from kalip.designer.commands import apply_edits
from kalip.designer.rebasing import effective, rebase, renewed, take
from kalip.fields import builtin_types
from kalip.metadata import Pack, SiteEditor, diff, stack
from kalip.metadata.source import value_at
from tests.support.builders import a_pack, an_entity

TYPES = builtin_types()
LEAD, FOLDER = "entities/lead/entity", "entities/lead"
PACK = (
    a_pack("crm")
    .with_role("rep", label="Rep")
    .with_choices("source", "web", "fair")
    .with_entity(
        an_entity("lead")
        .with_keys(label="Lead")
        .with_field("name", "text")
        .with_field("email", "email", help="Where to")
        .with_field("phone", "phone")
        .with_list("name", "email", "phone")
        .with_access(rep="own")
        .with_pipeline("sales", "new", "open", "won")
    )
    .build()
)
PLACES = [
    (LEAD, "/label"),
    (LEAD, "/fields/email"),
    (LEAD, "/fields/email/help"),
    (LEAD, "/fields/email/required"),
    (LEAD, "/fields/own"),
    (LEAD, "/fields/own/help"),
    (f"{FOLDER}/views/list", "/columns/email"),
    (f"{FOLDER}/views/list", "/columns/email/width"),
    (f"{FOLDER}/pipelines/sales", "/stages/open/label"),
    (f"{FOLDER}/pipelines/sales", "/stages/lost"),
    (f"{FOLDER}/access", "/permissions/rep/all"),
    ("choices/source", "/choices/web/label"),
    ("choices/source", "/choices/mail"),
    ("roles/rep", "/label"),
    ("roles/boss", ""),
]
VALUES = {"/fields/email": {"type": "text"}, "/fields/own": {"type": "text"}}
MAPS = ("/stages/lost", "/choices/mail", "/columns/email", "")


def an_edit(place: tuple[str, str], number: int) -> Edit:
    """A change of a place; 0 takes out what is there."""
    address, pointer = place
    if number == 0 and pointer:
        return Remove(address, pointer)
    if pointer in VALUES:
        return SetValue(address, pointer, {**VALUES[pointer], "label": f"L{number}"})
    return SetValue(address, pointer, {"label": f"L{number}"} if pointer in MAPS else f"v{number}")


EDITS = st.lists(st.builds(an_edit, st.sampled_from(PLACES), st.integers(0, 2)), max_size=5)


def site_of(base: Sequence[Pack], edits: Sequence[Edit]) -> Pack:
    editor = SiteEditor(base, TYPES)
    for edit in edits:
        apply_edits(editor, [edit])
    return editor.pack()


def states(*packs: Pack) -> dict[str, Any]:
    return dict(effective(stack(packs)))


@settings(max_examples=150)
@given(EDITS, EDITS, EDITS)
def test_nothing_is_lost_and_nothing_is_overwritten_in_silence(
    first: list[Edit], mine: list[Edit], theirs: list[Edit]
) -> None:
    """U1"""
    ground = site_of([PACK], first)
    base = [PACK, ground]
    my_site, their_site = site_of(base, mine), site_of(base, theirs)
    rebased = rebase(base, my_site, [PACK, their_site], TYPES)
    before, wanted, others, merged = (states(PACK, each) for each in (ground, my_site, their_site, rebased.site))
    mine_changed, theirs_changed = diff(before, wanted), diff(before, others)
    for change in mine_changed:
        assert loose(at(merged, change.address, change.pointer), at(wanted, change.address, change.pointer))
    clashes = {each.place for each in rebased.conflicts}
    for change in theirs_changed:
        overlapping = [each for each in mine_changed if overlaps(each, change)]
        if not overlapping:
            assert at(merged, change.address, change.pointer) == at(others, change.address, change.pointer)
        elif at(merged, change.address, change.pointer) != at(others, change.address, change.pointer):
            assert any(lies_on(clash, change.address, change.pointer) for clash in clashes)
    for each in rebased.conflicts:
        assert each.mine != each.theirs
    # What is published again changes nothing more.
    assert rebase([PACK, their_site], rebased.site, [PACK, their_site], TYPES).conflicts == ()


@given(EDITS, EDITS)
def test_taking_theirs_everywhere_leaves_no_conflict(mine: list[Edit], theirs: list[Edit]) -> None:
    base = [PACK]
    present = [PACK, site_of(base, theirs)]
    rebased = rebase(base, site_of(base, mine), present, TYPES)
    editor = SiteEditor([PACK, rebased.site], TYPES)
    for each in rebased.conflicts:
        take(editor, each)
    taken = states(PACK, editor.pack())
    for each in rebased.conflicts:
        assert at(taken, *each.place) == each.theirs
    assert renewed(rebased.conflicts, [PACK, editor.pack()]) == ()


def test_it_works() -> None:
    mine = site_of([PACK], [SetValue(LEAD, "/label", "Mine"), Move(LEAD, "/fields/phone", None)])
    theirs = site_of([PACK], [SetValue(LEAD, "/label", "Theirs"), SetValue(LEAD, "/fields/phone/help", "Call")])
    rebased = rebase([PACK], mine, [PACK, theirs], TYPES)
    assert rebased.conflicts == (Clash(LEAD, "/label", "Lead", "Mine", "Theirs"),)
    fields = states(PACK, rebased.site)[LEAD]["fields"]
    assert list(fields) == ["phone", "name", "email"]
    assert fields["phone"] == {"type": "phone", "help": "Call"}


def test_translations_are_documents_of_the_site_alone() -> None:
    label = "/entities~1lead~1entity/label"
    mine = site_of([PACK], [SetValue("lang/tr", label, "Aday")])
    theirs = site_of([PACK], [SetValue("lang/ru", label, "Лид"), SetValue(LEAD, "/fields/email/help", "Call")])
    rebased = rebase([PACK], mine, [PACK, theirs], TYPES)
    assert rebased.conflicts == ()
    assert states(PACK, rebased.site)[LEAD]["label"] == {"en": "Lead", "ru": "Лид", "tr": "Aday"}


def test_a_faulty_overlay_is_taken_along() -> None:
    text = '{"extends": "crm/laed", "label": "x"}'
    mine = SiteEditor([PACK], TYPES)
    mine.put_text("entities/laed/entity.json", text)
    theirs = site_of([PACK], [SetValue(LEAD, "/label", "Theirs")])
    rebased = rebase([PACK], mine.pack(), [PACK, theirs], TYPES)
    assert rebased.site.documents["entities/laed/entity.json"].text == text
    assert states(PACK, rebased.site)[LEAD]["label"] == "Theirs"


def at(found: dict[str, Any], address: str, pointer: str) -> Any:
    return value_at(found.get(address), pointer)


def loose(one: Any, other: Any) -> bool:
    """Whether a value holds all of another: what others put inside of a new entry is beside it."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(key in one and loose(one[key], value) for key, value in other.items())
    return bool(one == other)


def overlaps(one: Any, other: Any) -> bool:
    inner, outer = sorted((one.pointer, other.pointer), key=len, reverse=True)
    return bool(one.address == other.address and (inner == outer or inner.startswith(f"{outer}/")))


def lies_on(place: tuple[str, str], address: str, pointer: str) -> bool:
    inner, outer = sorted((place[1], pointer), key=len, reverse=True)
    return place[0] == address and (inner == outer or inner.startswith(f"{outer}/"))
