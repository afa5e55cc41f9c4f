"""Changes in people's words."""

from typing import Any

import pytest

from kalip.designer import place_words
from kalip.designer.wording import sentences
from kalip.metadata import diff

LEAD = "entities/lead/entity"
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
    return [each.wording.message for each in sentences(changes, BEFORE, after)]


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
        (LEAD, "/fields/email/type", "text", "Field 'E-mail' of Entity 'Lead': Type is now text, was email."),
        (LEAD, "/fields/email/help", "Hm", "Field 'E-mail' of Entity 'Lead': Help is now Hm."),
        (LEAD, "/fields/budget/label", ..., "Field 'Budget' of Entity 'Lead': Label is not set any more, was Budget."),
        (LEAD, "/label/ru", "Лид", "Entity 'Lead': Label, Ru is now Лид."),
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
            "Role 'Sales rep' in Rights on Lead: Read is now all, was own.",
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


def test_what_a_place_is_called() -> None:
    assert place_words(LEAD, "/fields/budget/help", BEFORE).message == "Field 'Budget' of Entity 'Lead'"
    assert place_words("entities/lead/views/list.hot", "", BEFORE).message == "List 'Hot' of Lead"
