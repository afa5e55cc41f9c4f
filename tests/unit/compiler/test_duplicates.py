"""Duplicate rules of metadata: within an entity and across two."""

from typing import Any

import pytest

from kalip.model import DuplicateRule
from tests.support.builders import EntityBuilder, a_model, an_entity, diagnostics_of, told


def lead(**rule: Any) -> EntityBuilder:
    return (
        an_entity("lead")
        .with_field("topic", "text")
        .with_field("mail", "email", was=["email"])
        .with_field("phone", "phone")
        .with_field("mobile", "phone")
        .with_field("size", "integer")
        .with_field("friends", "references", to="lead")
        .with_keys(duplicates={"d": rule})
    )


def contact() -> EntityBuilder:
    return an_entity("contact").with_field("mail", "email").with_field("tel", "phone").with_field("tel2", "phone")


def rule_of(**rule: Any) -> DuplicateRule:
    return a_model(lead(**rule), contact()).entities["lead"].duplicates[0]


def test_it_works() -> None:
    rule = rule_of(
        label="Same", fields={"phone": "phone", "topic": "similar"}, also={"phone": ["mobile"]}, similarity=90
    )
    assert (rule.name, str(rule.label), dict(rule.fields)) == ("d", "Same", {"phone": "phone", "topic": "similar"})
    assert (dict(rule.also), rule.target, dict(rule.pairs)) == ({"phone": ("mobile",)}, None, {})
    assert (rule.similarity, rule.length, rule.is_fuzzy, rule.strict, rule.archived) == (90, 8, True, False, False)
    assert not rule_of(fields={"topic": "fold"}).label


def test_across_entities() -> None:
    """L50: a lead is compared with contacts, each field with one or more there."""
    rule = rule_of(
        **{"with": "contact"},
        fields={"email": "email", "phone": "phone"},
        map={"phone": ["tel", "tel2"]},
        archived=True,
    )
    assert rule.target == "contact"
    assert dict(rule.fields) == {"mail": "email", "phone": "phone"}
    assert dict(rule.pairs) == {"mail": ("mail",), "phone": ("tel", "tel2")}
    assert rule.archived
    assert rule_of(**{"with": "lead"}, fields={"topic": "fold"}).target is None


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ({"fields": {"topc": "fold"}}, ("C102", "/duplicates/d/fields/topc")),
        ({"fields": {"topic": "fold"}, "also": {"topic": ["topc"]}}, ("C102", "/duplicates/d/also/topic")),
        ({"fields": {"topic": "fold"}, "also": {"phone": ["mobile"]}}, ("C102", "/duplicates/d/also/phone")),
        ({"fields": {"phone": "phone"}, "also": {"phone": ["size"]}}, ("C131", "/duplicates/d/also/phone")),
        ({"fields": {"size": "similar"}}, ("C131", "/duplicates/d/fields/size")),
        ({"fields": {"friends": "exact"}}, ("C131", "/duplicates/d/fields/friends")),
        ({"fields": {"topic": "fold"}, "with": "contct"}, ("C101", "/duplicates/d/with")),
        ({"fields": {"topic": "fold"}, "with": "contact"}, ("C102", "/duplicates/d/fields/topic")),
        (
            {"fields": {"phone": "phone"}, "with": "contact", "map": {"phone": ["x"]}},
            ("C102", "/duplicates/d/map/phone"),
        ),
        ({"fields": {"topic": "fold"}, "map": {"topic": ["topic"]}}, ("C132", "/duplicates/d/map")),
        ({"fields": {"topic": "similar"}, "strict": True}, ("C132", "/duplicates/d/strict")),
        ({"fields": {"topic": "similar"}, "auto_merge": True}, ("C132", "/duplicates/d/auto_merge")),
        ({"fields": {"topic": "similar"}, "similarity": 40}, ("M123", "/duplicates/d/similarity")),
    ],
)
def test_faults(rule: dict[str, Any], fault: tuple[str, str]) -> None:
    assert [each for each in told(diagnostics_of(lead(**rule), contact())) if each[0] != "C113"] == [fault]


def test_a_field_in_use_is_known() -> None:
    """What a rule compares can't be removed unseen."""
    model = a_model(lead(fields={"phone": "phone"}, also={"phone": ["mobile"]}), contact())
    assert model.entities["lead"].duplicates[0].also["phone"] == ("mobile",)
