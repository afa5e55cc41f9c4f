"""Changes as sentences."""

from typing import Any

import pytest

from kalip.metadata import Change, ChangeKind, diff
from kalip.metadata.wording import comparison, place_words, sentences, value_words

ADDED, REMOVED, CHANGED, MOVED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED, ChangeKind.MOVED
LEAD = "entities/lead/entity"
FORM = "entities/lead/views/form"
NAME = "/tabs/main/sections/general/fields/name"
BEFORE: dict[str, Any] = {
    LEAD: {
        "label": {"en": "Lead", "tr": "Aday"},
        "fields": {
            "name": {"type": "text"},
            "email": {"type": "email", "label": "E-mail", "required": True},
            "budget": {"type": "money", "label": "Budget"},
        },
    },
    "entities/lead/views/list": {"columns": {"name": {}, "budget": {"width": 3}}},
    "entities/lead/pipelines/sales": {"label": "Sales", "stages": {"new": {}, "won": {"label": "Won"}}},
    "entities/lead/access": {"permissions": {"rep": {"read": "own"}}},
    "roles/rep": {"label": "Sales rep"},
    "choices/source": {"label": "Source", "choices": {"web": {"label": "Web"}}},
}


def said(address: str, pointer: str, value: Any) -> list[str]:
    """The sentences about a property's new value; ... takes it out."""
    after = {**BEFORE, address: set_in(BEFORE.get(address, {}), pointer.split("/")[1:], value)}
    if not pointer:
        after = {name: each for name, each in BEFORE.items() if name != address}
        after |= {} if value is ... else {address: value}
    changes = diff(BEFORE, after)
    return [str(each.wording) for each in sentences(changes, BEFORE, after)]


def set_in(data: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    made = dict(data)
    made[steps[0]] = set_in(data.get(steps[0], {}), steps[1:], value)
    return {key: each for key, each in made.items() if each is not ...}


@pytest.mark.parametrize(
    ("address", "pointer", "value", "sentence"),
    [
        (LEAD, "/fields/budget/required", True, "Field 'Budget' of Entity 'Lead' becomes required."),
        (LEAD, "/fields/email/required", ..., "Field 'E-mail' of Entity 'Lead' is not required any more."),
        (LEAD, "/fields/email/required", False, "Field 'E-mail' of Entity 'Lead' is not required any more."),
        (LEAD, "/fields/name", ..., "Field 'Name' of Entity 'Lead' is removed."),
        (LEAD, "/fields/size", {"type": "text"}, "Field 'Size' of Entity 'Lead' is new."),
        (LEAD, "/fields/email/label", "Mail", "Field 'E-mail' of Entity 'Lead' is now called 'Mail'."),
        (LEAD, "/fields/email/type", "text", "Field 'E-mail' of Entity 'Lead': Type is now 'text', was 'email'."),
        (LEAD, "/fields/email/help", "Hm", "Field 'E-mail' of Entity 'Lead': Help is now 'Hm'."),
        (
            LEAD,
            "/fields/budget/label",
            ...,
            "Field 'Budget' of Entity 'Lead': Label is not set any more, was 'Budget'.",
        ),
        (LEAD, "/label/ru", "Лид", "Entity 'Lead': Label, Ru is now 'Лид'."),
        ("entities/visit/entity", "", {"label": "Visit"}, "Entity 'Visit' is new."),
        ("roles/rep", "", ..., "Role 'Sales rep' is removed."),
        ("entities/lead/views/list", "/columns/budget", ..., "Column 'Budget' of The list of Lead is removed."),
        (
            "entities/lead/pipelines/sales",
            "/stages/lost",
            {"label": "Lost"},
            "Stage 'Lost' of Pipeline 'Sales' of Lead is new.",
        ),
        ("choices/source", "/choices/fair", {}, "Choice 'Fair' of Choice list 'Source' is new."),
        (
            "entities/lead/access",
            "/permissions/rep/read",
            "all",
            "Role 'Sales rep' in Rights on Lead: Read is now 'all', was 'own'.",
        ),
    ],
)
def test_it_works(address: str, pointer: str, value: Any, sentence: str) -> None:
    assert said(address, pointer, value) == [sentence]


def test_a_renamed_entry_is_one_change() -> None:
    fields = {"name": {"type": "text"}, "mail": {**BEFORE[LEAD]["fields"]["email"], "was": ["email"]}}
    fields["budget"] = BEFORE[LEAD]["fields"]["budget"]
    assert said(LEAD, "/fields", fields) == ["Field 'E-mail' of Entity 'Lead' is renamed from email to mail."]


def test_another_order() -> None:
    fields = dict(reversed(BEFORE[LEAD]["fields"].items()))
    assert said(LEAD, "/fields", fields) == ["Entity 'Lead': Fields are in another order."]


@pytest.mark.parametrize(
    ("change", "said", "compared"),
    [
        (Change(ADDED, LEAD, "", None, {}), "Entity 'lead' is new.", "Entity 'lead' is only there."),
        (Change(REMOVED, "roles/rep", "", {}), "Role 'rep' is removed.", "Role 'rep' is only here."),
        (
            Change(CHANGED, LEAD, "/fields/email/label", "Mail", "E-mail"),
            "Field 'email' of Entity 'lead': label is now 'E-mail', was 'Mail'.",
            "Field 'email' of Entity 'lead': label is 'Mail' here, 'E-mail' there.",
        ),
        (
            Change(ADDED, LEAD, "/fields/tin", None, {"type": "text", "label": "Tax id"}),
            "Field 'tin' of Entity 'lead' is new: text, 'Tax id'.",
            "Field 'tin' of Entity 'lead' is only there.",
        ),
        (
            Change(REMOVED, LEAD, "/fields/tin", {"type": "text"}),
            "Field 'tin' of Entity 'lead' is removed.",
            "Field 'tin' of Entity 'lead' is only here.",
        ),
        (
            Change(ADDED, LEAD, "/fields/tin", None, None),
            "Field 'tin' of Entity 'lead' is taken out.",
            "Field 'tin' of Entity 'lead' is taken out only there.",
        ),
        (
            Change(REMOVED, LEAD, "/fields/tin", None),
            "Field 'tin' of Entity 'lead' is not taken out any more.",
            "Field 'tin' of Entity 'lead' is taken out only here.",
        ),
        (
            Change(ADDED, LEAD, "/fields/email/required", None, True),
            "Field 'email' of Entity 'lead' becomes required.",
            "Field 'email' of Entity 'lead': required is only there: yes.",
        ),
        (
            Change(REMOVED, LEAD, "/fields/email/required", True),
            "Field 'email' of Entity 'lead' is not required any more.",
            "Field 'email' of Entity 'lead': required is only here: yes.",
        ),
        (
            Change(MOVED, LEAD, "/fields", ("a", "b"), ("b", "a")),
            "Entity 'lead': fields are in another order: b, a.",
            "Entity 'lead': fields are in this order here: a, b; there: b, a.",
        ),
        (
            Change(ADDED, FORM, NAME, None, {}),
            "Field 'name' of Section 'general' of Tab 'main' of The form of lead is new.",
            "Field 'name' of Section 'general' of Tab 'main' of The form of lead is only there.",
        ),
        (
            Change(MOVED, FORM, "/tabs/main/sections", ("x", "y"), ("y", "x")),
            "Tab 'main' of The form of lead: sections are in another order: y, x.",
            "Tab 'main' of The form of lead: sections are in this order here: x, y; there: y, x.",
        ),
        (
            Change(MOVED, LEAD, "", ("fields", "label"), ("label", "fields")),
            "Entity 'lead': Properties are in another order: label, fields.",
            "Entity 'lead': Properties are in this order here: fields, label; there: label, fields.",
        ),
        (
            Change(ADDED, "pack", "/requires/crm", None, ">=1"),
            "Requirement 'crm' of The manifest is new: '>=1'.",
            "Requirement 'crm' of The manifest is only there: '>=1'.",
        ),
        (
            Change(CHANGED, "pack", "/requires/crm", ">=1", ">=2"),
            "Requirement 'crm' of The manifest is now '>=2', was '>=1'.",
            "Requirement 'crm' of The manifest is '>=1' here, '>=2' there.",
        ),
        (
            Change(CHANGED, "crm/entities/lead/pipelines/inbound.json", "/stages/new/label", "New", {"en": "Fresh"}),
            "Stage 'new' of Pipeline 'inbound' of lead (crm): label is now 'Fresh' (en), was 'New'.",
            "Stage 'new' of Pipeline 'inbound' of lead (crm): label is 'New' here, 'Fresh' (en) there.",
        ),
    ],
)
def test_without_labels_things_go_by_their_names(change: Change, said: str, compared: str) -> None:
    assert [str(each.wording) for each in sentences([change])] == [said]
    assert str(comparison(change)) == compared


def test_what_a_place_is_called() -> None:
    assert str(place_words(LEAD, "/fields/budget/help", BEFORE)) == "Field 'Budget' of Entity 'Lead'"
    assert str(place_words("entities/lead/views/list.hot", "", BEFORE)) == "List 'Hot' of Lead"
    assert str(place_words("entities/lead/views/list.mine")) == "List 'mine' of lead"
    assert str(place_words("lang/tr")) == "Translations 'tr'"
    assert str(place_words("README.md")) == "File README.md"


def test_values_are_cut_and_kept_on_one_line() -> None:
    assert str(value_words("a\n  b")) == "'a b'"
    assert len(str(value_words("x" * 500))) < 70
    assert value_words(["a", "b"]) == "a, b"
    assert value_words({"min": 1}) == '{"min":1}'
    assert value_words({}) == "{}"
