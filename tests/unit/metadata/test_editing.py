"""Changes of effective documents as the site's own."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.base.errors import BadRequest, NotFound
from kalip.fields import builtin_types
from kalip.metadata import REMOVED, SITE, Pack, SiteEditor, edit, move, rename, stack
from kalip.metadata.source import value_at
from tests.support.builders import PackBuilder, a_pack, an_entity

TYPES = builtin_types()
LEAD = "entities/lead/entity"
LIST = "entities/lead/views/list"
CRM = (
    a_pack("crm")
    .with_choices("source", "web", "fair")
    .with_entity(
        an_entity("lead")
        .with_keys(label="Lead")
        .with_field("name", "text", required=True)
        .with_field("email", "email", label={"en": "E-mail", "tr": "E-posta"})
        .with_field("phone", "phone")
        .with_list("name", "email")
        .with_pipeline("sales", "new", "won")
    )
    .build()
)


def packs(site: Pack | None = None) -> list[Pack]:
    return [CRM] if site is None else [CRM, site]


def said(site: Pack, address: str = LEAD) -> Any:
    return dict(site.documents[f"{address}.json"].data)


def effective(site: Pack, address: str = LEAD) -> Any:
    stacked = stack(packs(site))
    assert [each for each in stacked.diagnostics if each.severity == "error"] == []
    return stacked.documents[address].data


def site_of(*changes: tuple[Callable[..., Pack], str, str, Any]) -> Pack:
    site = None
    for change, address, pointer, value in changes:
        site = change(packs(site), TYPES, address, pointer, value)
    assert site is not None
    return site


def test_it_works() -> None:
    site = site_of((edit, LEAD, "/fields/email/required", True))
    assert said(site) == {"extends": "crm/lead", "fields": {"email": {"required": True}}}
    assert site.manifest.data["requires"] == {"crm": ">=0"}
    assert effective(site)["fields"]["email"]["required"] is True
    again = site_of((edit, LEAD, "/fields/email/required", True), (edit, LEAD, "/fields/email/required", REMOVED))
    assert list(again.documents) == ["pack.json"]
    assert "requires" not in again.manifest.data


def test_what_a_pack_says_is_reset_by_saying_it_again() -> None:
    site = site_of((edit, LEAD, "/fields/name/required", False), (edit, LEAD, "/label", "Prospect"))
    assert said(site) == {"extends": "crm/lead", "label": "Prospect", "fields": {"name": {"required": False}}}
    site = edit(packs(site), TYPES, LEAD, "/label", "Lead")
    assert said(site) == {"extends": "crm/lead", "fields": {"name": {"required": False}}}
    assert list(edit(packs(site), TYPES, LEAD, "/fields/name/required", True).documents) == ["pack.json"]


def test_what_a_pack_has_is_removed_by_null_and_what_the_site_added_is_gone() -> None:
    site = site_of((edit, LEAD, "/fields/phone", REMOVED), (edit, LEAD, "/fields/budget", {"type": "money"}))
    assert said(site)["fields"] == {"phone": None, "budget": {"type": "money"}}
    site = edit(packs(site), TYPES, LEAD, "/fields/budget", REMOVED)
    assert said(site)["fields"] == {"phone": None}
    editor = SiteEditor(packs(site), TYPES)
    editor.reset(LEAD, "/fields/phone")
    assert list(editor.pack().documents) == ["pack.json"]


def test_one_language_of_a_text() -> None:
    site = site_of((edit, LEAD, "/label/tr", "Aday"), (edit, LEAD, "/fields/email/label/tr", "Posta"))
    assert said(site) == {
        "extends": "crm/lead",
        "label": {"tr": "Aday"},
        "fields": {"email": {"label": {"tr": "Posta"}}},
    }
    assert effective(site)["label"] == {"en": "Lead", "tr": "Aday"}


def test_a_text_is_changed_where_the_site_translates_it() -> None:
    tr = {"entities/lead/entity": {"label": "Aday", "fields": {"phone": {"label": "Tel"}}}}
    site = a_pack(SITE).requiring(crm=">=0").with_document("lang/tr", tr).build()
    changed = edit(packs(site), TYPES, LEAD, "/label/tr", "Müşteri adayı")
    assert effective(changed)["label"]["tr"] == "Müşteri adayı"
    assert said(changed, "lang/tr")[LEAD]["label"] == "Müşteri adayı"
    whole = edit(packs(site), TYPES, LEAD, "/label", {"en": "Prospect", "tr": "Aday adayı"})
    assert effective(whole)["label"] == {"en": "Prospect", "tr": "Aday adayı"}


def test_new_documents_and_the_sites_own_are_changed_in_place() -> None:
    visit = {"fields": {"day": {"type": "date"}}}
    site = site_of(
        (edit, "entities/visit/entity", "", visit),
        (edit, "entities/visit/entity", "/label", "Visit"),
        (edit, "entities/visit/views/list", "/columns/day", {}),
        (edit, "roles/visitor", "", {"label": "Visitor"}),
    )
    assert said(site, "entities/visit/entity") == {"label": "Visit", **visit}
    assert said(site, "entities/visit/views/list") == {"columns": {"day": {}}}
    gone = edit(packs(site), TYPES, "roles/visitor", "", REMOVED)
    assert "roles/visitor.json" not in gone.documents
    assert "requires" not in gone.manifest.data


def test_a_whole_document_becomes_the_overlay_that_makes_it() -> None:
    wanted: Any = {"columns": {"phone": {}, "name": {}}}
    site = site_of((edit, LIST, "", wanted))
    assert list(effective(site, LIST)["columns"]) == ["phone", "name"]
    assert said(site, LIST)["columns"]["email"] is None
    assert list(edit(packs(site), TYPES, LIST, "", dict(CRM.documents[f"{LIST}.json"].data)).documents) == ["pack.json"]


def test_order() -> None:
    site = site_of((move, LEAD, "/fields/phone", "name"), (move, LEAD, "/fields/email", None))
    assert list(effective(site)["fields"]) == ["email", "name", "phone"]
    site = move(packs(site), TYPES, LEAD, "/fields/email", "name")
    assert list(effective(site)["fields"]) == ["name", "email", "phone"]
    assert list(site.documents) == ["pack.json"]
    with pytest.raises(NotFound, match="no other 'nam'"):
        move(packs(site), TYPES, LEAD, "/fields/email", "nam")


@given(st.lists(st.tuples(st.sampled_from(["name", "email", "phone", "own"]), st.integers(0, 3)), max_size=5))
def test_every_move_is_what_it_says_and_keeps_the_rest(moves: list[tuple[str, int]]) -> None:
    site = edit(packs(), TYPES, LEAD, "/fields/own", {"type": "text"})
    order = ["name", "email", "phone", "own"]
    for name, place in moves:
        order.remove(name)
        site = move(packs(site), TYPES, LEAD, f"/fields/{name}", order[place - 1] if place else None)
        order.insert(place, name)
        assert list(effective(site)["fields"]) == order


def test_a_renamed_entry_keeps_its_place_and_what_it_was() -> None:
    site = site_of((rename, LEAD, "/fields/email", "mail"), (edit, LEAD, "/fields/mail/required", True))
    fields = effective(site)["fields"]
    assert list(fields) == ["name", "mail", "phone"]
    assert fields["mail"]["was"] == ["email"]
    assert fields["mail"]["required"] is True
    site = rename(packs(site), TYPES, LEAD, "/fields/mail", "post")
    assert list(effective(site)["fields"]) == ["name", "post", "phone"]
    assert effective(site)["fields"]["post"]["was"] == ["mail", "email"]
    # By an old name it is found too.
    site = edit(packs(site), TYPES, LEAD, "/fields/email/required", REMOVED)
    site = rename(packs(site), TYPES, LEAD, "/fields/post", "email")
    assert list(site.documents) == ["pack.json"]


def test_an_entry_of_the_sites_own_is_renamed_in_place() -> None:
    site = site_of(
        (edit, LEAD, "/fields/size", {"type": "text"}),
        (move, LEAD, "/fields/size", "name"),
        (rename, LEAD, "/fields/size", "extent"),
    )
    assert list(effective(site)["fields"]) == ["name", "extent", "email", "phone"]
    assert effective(site)["fields"]["extent"] == {"type": "text", "was": ["size"]}
    with pytest.raises(BadRequest, match="There is a 'name' here already"):
        rename(packs(site), TYPES, LEAD, "/fields/extent", "name")
    stages = rename(packs(), TYPES, "entities/lead/pipelines/sales", "/stages/new", "fresh")
    assert list(effective(stages, "entities/lead/pipelines/sales")["stages"]) == ["fresh", "won"]


@pytest.mark.parametrize(
    ("address", "pointer", "value", "words"),
    [
        ("entities/lead/entty", "/label", "x", "is no document of a pack"),
        (LEAD, "label", "x", "is no JSON pointer"),
        (LEAD, "", "x", "A document is an object"),
    ],
)
def test_what_cannot_be_said(address: str, pointer: str, value: Any, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        edit(packs(), TYPES, address, pointer, value)


def test_a_faulty_overlay_can_still_be_changed() -> None:
    overlay = {"extends": "crm/lead", "fields": {"emial": None, "phone": {"colour": 5}}}
    site: Pack = PackBuilder(SITE, "1.0.0").with_document(LEAD, overlay).build()
    changed = edit(packs(site), TYPES, LEAD, "/fields/name/help", "Who")
    assert said(changed)["fields"] == {**overlay["fields"], "name": {"help": "Who"}}  # type: ignore[dict-item]
    assert value_at(said(edit(packs(changed), TYPES, LEAD, "/fields/phone/colour", REMOVED)), "/fields/phone") is None


def test_texts_are_put_as_they_are_written() -> None:
    editor = SiteEditor(packs(), TYPES)
    text = '{"extends": "crm/lead",   "label": "Prospect"}'
    editor.put_text(f"{LEAD}.json", text)
    assert editor.pack().documents[f"{LEAD}.json"].text == text
    editor.put_text(f"{LEAD}.json", None)
    assert list(editor.pack().documents) == ["pack.json"]


def test_a_whole_document_of_a_pack_is_removed_and_brought_back_with_what_the_site_said() -> None:
    """U11"""
    editor = SiteEditor(packs(), TYPES)
    editor.set(LEAD, "/label", "Client")
    editor.set(LEAD, "", REMOVED)
    assert editor.effective(LEAD) is None
    gone = editor.pack()
    assert said(gone) == {"extends": "crm/lead", "removed": True, "label": "Client"}
    stacked = stack(packs(gone))
    assert [address for address in stacked.documents if address.startswith("entities/lead/")] == []
    assert stacked.diagnostics == ()
    editor = SiteEditor(packs(gone), TYPES)
    editor.restore(LEAD)
    assert effective(editor.pack())["label"] == "Client"
    with pytest.raises(NotFound, match="has not removed"):
        editor.restore(LEAD)


def test_a_removed_document_that_is_set_as_a_whole_is_there_again() -> None:
    editor = SiteEditor(packs(), TYPES)
    editor.set(LIST, "", REMOVED)
    below = stack(packs()).documents[LIST].data
    editor.set(LIST, "", below)
    assert editor.effective(LIST) == below
    assert list(editor.pack().documents) == ["pack.json"]
