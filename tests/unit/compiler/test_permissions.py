"""Permissions."""

from typing import Any

import pytest

from kalip.model import EXPLICIT, VERBS, Confidentiality, Scope
from tests.support.builders import PackBuilder, a_model, a_pack, an_entity, diagnostics_of, told


def pack(rep: Any) -> PackBuilder:
    return a_pack().with_entity(an_entity("deal").with_access(rep=rep)).with_role("rep")


def scopes(rep: Any) -> dict[str, Scope]:
    permissions = a_model(pack(rep)).entities["deal"].permissions
    return {verb: each.scope for (_, verb), each in permissions.items()}


def test_all_is_short_for_every_verb_that_is_not_named() -> None:
    found = scopes({"all": "own", "export": "none", "read": "all"})
    assert set(found) == set(VERBS) - set(EXPLICIT)
    assert (found["read"], found["export"], found["update"]) == (Scope.ALL, Scope.NONE, Scope.OWN)


def test_what_gives_away_or_destroys_is_named() -> None:
    found = scopes({"all": "all", "share": "unit_below", "purge": "own", "assign": "team"})
    assert (found["share"], found["purge"], found["assign"]) == (Scope.UNIT_BELOW, Scope.OWN, Scope.TEAM)


def test_denials_and_single_transitions() -> None:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_pipeline("sales", "new", "won")
        .with_access(
            rep={"transition": "own", "transition:to_won": {"scope": "all", "where": "name != ''", "deny": True}}
        )
    )
    permissions = a_model(a_pack().with_entity(deal).with_role("rep")).entities["deal"].permissions
    plain, named = permissions["rep", "transition"], permissions["rep", "transition:to_won"]
    assert (plain.deny, plain.name, named.deny, named.name, named.verb) == (False, "", True, "to_won", "transition")


def test_confidentiality_and_clearance() -> None:
    made = a_model(secrets())
    assert made.entities["deal"].confidentiality == Confidentiality("level", ("low", "high"))
    assert made.roles["rep"].clearance == "low"


def test_a_field_that_was_renamed_still_says_how_confidential_records_are() -> None:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("secrecy", "choice", choices="level", was=["level"])
        .with_document("access", {"confidentiality": {"field": "level"}})
    )
    made = a_model(a_pack().with_entity(deal).with_choices("level", "low", "high"))
    assert made.entities["deal"].confidentiality == Confidentiality("secrecy", ("low", "high"))


def secrets(field: str = "level", clearance: str = "low") -> PackBuilder:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("level", "choice", choices="level")
        .with_document("access", {"confidentiality": {"field": field}, "permissions": {"rep": {"read": "all"}}})
    )
    return a_pack().with_entity(deal).with_role("rep", clearance=clearance).with_choices("level", "low", "high")


def test_faults_of_confidentiality() -> None:
    assert told(diagnostics_of(secrets(field="levl"))) == [("C102", "/confidentiality/field"), ("C133", "/clearance")]
    assert told(diagnostics_of(secrets(field="name"))) == [("C131", "/confidentiality/field"), ("C133", "/clearance")]
    assert told(diagnostics_of(secrets(clearance="top"))) == [("C133", "/clearance")]


def test_what_is_not_permitted_is_not_there() -> None:
    assert scopes({"read": "all"}) == {"read": Scope.ALL}


def test_a_condition() -> None:
    permissions = a_model(pack({"read": {"scope": "all", "where": "name != '' && owner == actor.id"}}))
    condition = permissions.entities["deal"].permissions["rep", "read"].condition
    assert condition is not None
    assert condition.paths == {"name", "owner"}


@pytest.mark.parametrize(
    ("rep", "fault"),
    [
        ({"read": {"scope": "all", "where": "nme == ''"}}, ("C120", "/permissions/rep/read/where")),
        ({"read": {"scope": "all", "where": "name"}}, ("C120", "/permissions/rep/read/where")),
        ({"read": {"scope": "all", "where": "old.name == ''"}}, ("C120", "/permissions/rep/read/where")),
        ({"transition:win": "own"}, ("C164", "/permissions/rep/transition:win")),
        ({"convert:turn": "own"}, ("C163", "/permissions/rep/convert:turn")),
    ],
)
def test_faults(rep: Any, fault: tuple[str, str]) -> None:
    assert told(diagnostics_of(pack(rep))) == [fault]


def test_an_unknown_role() -> None:
    found = diagnostics_of(a_pack().with_entity(an_entity("deal").with_access(rpe="all")).with_role("rep"))
    assert told(found) == [("C107", "/permissions/rpe")]
    assert found[0].hint == "did you mean 'rep'?"


def test_what_says_nothing_is_warned_of() -> None:
    line = (
        an_entity("line").with_keys(owned_by="deal").with_field("deal", "reference", to="deal").with_access(rep="all")
    )
    found = diagnostics_of(a_pack().with_entity(an_entity("deal"), line).with_role("rep"))
    assert [(each.severity, each.code) for each in found] == [("warning", "C133")]
    found = diagnostics_of(a_pack().with_entity(an_entity("deal").with_access(administrator="all")))
    assert [(each.severity, each.code) for each in found] == [("warning", "C133")]


def owned_also(**said: Any) -> PackBuilder:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("team", "group", was=["squad"])
        .with_field("deputy", "user")
        .with_document("access", {"owners": said, "permissions": {"rep": {"read": "own"}}})
    )
    return a_pack().with_entity(deal).with_role("rep")


def test_further_owners() -> None:
    """DY8, SB2"""
    assert a_model(owned_also()).entities["deal"].owner_fields == ("owner",)
    made = a_model(owned_also(squad={}, deputy={})).entities["deal"]
    assert made.owners == ("team", "deputy")
    assert made.owner_fields == ("owner", "team", "deputy")


@pytest.mark.parametrize(
    ("name", "code", "pointer"),
    [("nobody", "C102", "/owners/nobody"), ("name", "C131", "/owners/name"), ("owner", "C131", "/owners/owner")],
)
def test_what_names_no_owner_is_told_with_its_place(name: str, code: str, pointer: str) -> None:
    assert told(diagnostics_of(owned_also(**{name: {}}))) == [(code, pointer)]
