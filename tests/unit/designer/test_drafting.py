"""Drafts of administrators: kept, edited, settled with what others publish, thrown away."""

import threading
from typing import Any

import pytest

from kalip.access import Actor
from kalip.base.errors import AccessDenied, Conflict, NotFound
from kalip.designer import (
    Clash,
    Edit,
    Move,
    PutDocument,
    Remove,
    Rename,
    Reset,
    SetValue,
    Site,
    discard,
    edit_draft,
    open_draft,
    resolve,
)
from kalip.storage import list_revisions
from tests.unit.designer.conftest import LEAD, Publish

pytestmark = pytest.mark.usefixtures("crm")
LIST = "entities/lead/views/list"


def at(drafted: Any, pointer: str, address: str = LEAD) -> Any:
    value = drafted.stack.documents[address].data
    for step in pointer.split("/")[1:]:
        value = value[step]
    return value


def test_it_works(site: Site, ada: Actor) -> None:
    assert open_draft(site, ada).draft.is_empty
    edits: list[Edit] = [
        SetValue(LEAD, "/fields/budget", {"type": "money", "label": "Budget"}),
        SetValue(LEAD, "/fields/email/required", True),
        Move(LEAD, "/fields/budget", "name"),
        Rename(LEAD, "/fields/phone", "telephone"),
        Remove(LIST, "/columns/email"),
    ]
    saved = edit_draft(site, ada, edits)
    again = open_draft(site, ada)
    assert again.draft.documents == saved.draft.documents
    assert again.draft.version == 1
    assert list(at(again, "/fields")) == ["name", "budget", "email", "telephone"]
    assert again.stack.documents[LEAD].origin("/fields/email/required").layer == "site"
    assert again.served is not None
    assert again.served.model.entities["lead"].fields["email"].required
    assert [(each.kind, each.pointer) for each in again.changes if each.address == LEAD] == [
        ("added", "/fields/budget"),
        ("added", "/fields/email/required"),
        ("added", "/fields/telephone"),
        ("removed", "/fields/phone"),
    ]
    assert not site.services.runtime.refresh().model.entities["lead"].fields["email"].required
    reset = edit_draft(site, ada, [Reset(LEAD), Reset(LIST)])
    assert reset.draft.is_empty


def test_a_draft_may_be_faulty_and_says_where(site: Site, ada: Actor) -> None:
    faulty = edit_draft(site, ada, [SetValue(LEAD, "/fields/email/type", "emial")])
    assert faulty.served is None
    assert [(each.where.file, each.where.pointer) for each in faulty.diagnostics if each.where] == [
        (f"site/{LEAD}.json", "/fields/email/type")
    ]
    unread = edit_draft(site, ada, [PutDocument(f"{LIST}.json", '{"extends": "crm/lead", }')])
    assert {each.where.file for each in unread.diagnostics if each.where} == {f"site/{LEAD}.json", f"site/{LIST}.json"}
    assert open_draft(site, ada).text(f"{LIST}.json") == '{"extends": "crm/lead", }'
    mended = edit_draft(site, ada, [PutDocument(f"{LIST}.json", None), Reset(LEAD, "/fields/email/type")])
    assert mended.draft.is_empty
    assert mended.diagnostics == ()


def test_everybody_has_a_draft_of_ones_own_and_only_administrators(site: Site, ada: Actor, ben: Actor) -> None:
    edit_draft(site, ada, [SetValue(LEAD, "/label", "Prospect")])
    assert open_draft(site, ben).draft.is_empty
    rep = Actor("nobody", "Rep", "rep@example.com", ("rep",))
    for act in (
        lambda: open_draft(site, rep),
        lambda: edit_draft(site, rep, []),
        lambda: resolve(site, rep, LEAD, "", "mine"),
        lambda: discard(site, rep),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_edits_of_two_windows_at_once_are_both_kept(site: Site, ada: Actor) -> None:
    def edit(name: str) -> None:
        edit_draft(site, ada, [SetValue(LEAD, f"/fields/{name}", {"type": "text"})])

    threads = [threading.Thread(target=edit, args=(f"own_{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"own_0", "own_1", "own_2"} <= set(at(open_draft(site, ada), "/fields"))


def test_a_window_that_says_what_it_saw_is_told_of_another(site: Site, ada: Actor) -> None:
    first = edit_draft(site, ada, [SetValue(LEAD, "/label", "A")], version=0)
    edit_draft(site, ada, [SetValue(LEAD, "/label", "B")], version=first.draft.version)
    with pytest.raises(Conflict, match="changed in another window"):
        edit_draft(site, ada, [SetValue(LEAD, "/label", "C")], version=first.draft.version)
    assert at(open_draft(site, ada), "/label") == "B"


def test_what_others_publish_elsewhere_survives_on_both_sides(site: Site, ada: Actor, published: Publish) -> None:
    """U1"""
    edit_draft(
        site, ada, [SetValue(LEAD, "/fields/email/label", "Mail"), SetValue(LEAD, "/fields/own", {"type": "text"})]
    )
    published(SetValue(LEAD, "/fields/email/required", True), SetValue(LEAD, "/label", "Prospect"))
    drafted = open_draft(site, ada)
    assert drafted.conflicts == ()
    assert (at(drafted, "/fields/email"), at(drafted, "/label")) == (
        {"type": "email", "label": "Mail", "required": True},
        "Prospect",
    )
    assert [each.pointer for each in drafted.changes] == ["/fields/email/label", "/fields/own"]
    kept = edit_draft(site, ada, [SetValue(LEAD, "/fields/own/label", "Own")])
    with site.services.database.read() as session:
        assert kept.draft.base == list_revisions(session, 1)[0]


def test_what_others_changed_too_is_a_conflict_until_it_is_resolved(site: Site, ada: Actor, published: Publish) -> None:
    edit_draft(site, ada, [SetValue(LEAD, "/label", "Mine"), SetValue(LEAD, "/fields/email/help", "My help")])
    published(SetValue(LEAD, "/label", "Theirs"), Remove(LEAD, "/fields/email"), Remove(LIST, "/columns/email"))
    drafted = open_draft(site, ada)
    email = {"type": "email"}
    assert drafted.conflicts == (
        Clash(LEAD, "/label", "Lead", "Mine", "Theirs"),
        Clash(LEAD, "/fields/email", email, {**email, "help": "My help"}, None),
    )
    # Saving moves the draft to the new base, and forgets no conflict.
    edit_draft(site, ada, [SetValue(LEAD, "/fields/phone/help", "x")])
    assert {each.pointer for each in open_draft(site, ada).conflicts} == {"/fields/email", "/label"}
    kept = resolve(site, ada, LEAD, "/label", "mine")
    assert at(kept, "/label") == "Mine"
    taken = resolve(site, ada, LEAD, "/fields/email", "theirs")
    assert "email" not in at(taken, "/fields")
    assert open_draft(site, ada).conflicts == ()
    with pytest.raises(NotFound, match="no conflict at '/label'"):
        resolve(site, ada, LEAD, "/label", "mine")


def test_a_pack_upgraded_meanwhile_is_a_conflict_too(site: Site, ada: Actor, upgraded: Any) -> None:
    """U1 U3"""
    edit_draft(site, ada, [SetValue(LEAD, "/label", "Mine"), SetValue(LEAD, "/fields/phone/help", "Call")])
    upgraded(label="Prospect", phone="Mobile")
    drafted = open_draft(site, ada)
    assert [(each.pointer, each.mine, each.theirs) for each in drafted.conflicts] == [("/label", "Mine", "Prospect")]
    assert at(drafted, "/fields/phone") == {"type": "phone", "label": "Mobile", "help": "Call"}
    assert resolve(site, ada, LEAD, "/label", "theirs").stack.documents[LEAD].data["label"] == "Prospect"


def test_a_text_that_is_no_json_hides_nothing_that_others_change(site: Site, ada: Actor, published: Publish) -> None:
    path = f"{LEAD}.json"
    opened = open_draft(site, ada).text(path)
    edit_draft(site, ada, [PutDocument(path, "{", seen=opened)])
    published(SetValue(LEAD, "/label", "Theirs"))
    assert [each.place for each in open_draft(site, ada).conflicts] == [(LEAD, "")]
    taken = resolve(site, ada, LEAD, "", "theirs")
    assert at(taken, "/label") == "Theirs"
    assert (taken.conflicts, taken.diagnostics, taken.changes) == ((), (), ())
    # A window that was opened before is told.
    with pytest.raises(Conflict, match="changed since you opened it"):
        edit_draft(site, ada, [PutDocument(path, '{"extends": "crm/lead"}', seen=opened)])


def test_orders_that_both_changed(site: Site, ada: Actor, published: Publish) -> None:
    edit_draft(site, ada, [Move(LEAD, "/fields/phone", None)])
    published(Move(LEAD, "/fields/email", None))
    clash = open_draft(site, ada).conflicts[0]
    assert (clash.is_order, clash.mine, clash.theirs) == (True, ["phone", "name", "email"], ["email", "name", "phone"])
    taken = resolve(site, ada, LEAD, "/fields", "theirs")
    assert list(at(taken, "/fields")) == ["email", "name", "phone"]
    assert taken.changes == ()


def test_a_draft_is_thrown_away_whole_or_by_document(site: Site, ada: Actor) -> None:
    edit_draft(site, ada, [SetValue(LEAD, "/label", "A"), Remove(LIST, "/columns/email")])
    discard(site, ada, LIST)
    assert {each.address for each in open_draft(site, ada).changes} == {LEAD}
    discard(site, ada)
    assert open_draft(site, ada).draft.is_empty
    discard(site, ada)
