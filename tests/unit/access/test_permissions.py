"""Permissions add up to one expression; closed by default; lines follow their parent at any depth."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kalip.access import ANY, SYSTEM, Actor, explain, limited_to, may, require, row_filters, ruling_for
from kalip.base.errors import AccessDenied
from kalip.expressions import Context
from kalip.model import Scope, Verb
from kalip.runtime import Served
from tests.support.builders import a_pack, a_served, an_entity


@pytest.fixture(scope="module")
def served() -> Served:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("country", "text")
        .with_access(
            rep={"read": "own", "update": {"scope": "own", "where": "country == 'TR'"}},
            turk={"read": {"scope": "all", "where": "country == 'TR'"}},
            all_seer={"read": "all"},
            mute={"read": "none"},
        )
    )
    line = (
        an_entity("line")
        .with_keys(owned_by="deal")
        .with_field("deal", "reference", to="deal", required=True)
        .with_field("name", "text")
    )
    part = (
        an_entity("part")
        .with_keys(owned_by="line")
        .with_field("line", "reference", to="line", required=True)
        .with_field("name", "text")
    )
    pack = a_pack().with_role("rep", "turk", "all_seer", "mute").with_role("boss", administrator=True)
    return a_served(pack.with_entity(deal, line, part))


def actor(*roles: str, administrator: bool = False) -> Actor:
    return Actor("u1", "U", "u@example.com", roles, administrator=administrator)


def context(who: Actor) -> Context:
    return Context(datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 2), who.context)


def sees(served: Served, who: Actor, **record: object) -> bool:
    return ruling_for(served, who, Verb.READ, "deal").admits(record, context(who))


def test_closed_by_default(served: Served) -> None:
    for roles in ((), ("mute",), ("nobody",)):
        assert not may(served, actor(*roles), Verb.READ, "deal")
        assert row_filters(served, actor(*roles), Verb.READ, "deal") is None
    assert not may(served, actor("rep"), Verb.ARCHIVE, "deal")
    with pytest.raises(AccessDenied):
        require(served, actor("rep"), Verb.ARCHIVE, "deal")


def test_own_and_condition(served: Served) -> None:
    assert sees(served, actor("rep"), owner="u1")
    assert not sees(served, actor("rep"), owner="u2")
    assert not sees(served, actor("rep"), owner=None)
    assert sees(served, actor("turk"), owner="u2", country="TR")
    assert not sees(served, actor("turk"), owner="u1", country="DE")


def test_roles_add_up(served: Served) -> None:
    """DY6"""
    both = actor("rep", "turk")
    assert sees(served, both, owner="u1", country="DE")
    assert sees(served, both, owner="u2", country="TR")
    assert not sees(served, both, owner="u2", country="DE")
    assert row_filters(served, actor("rep", "all_seer"), Verb.READ, "deal") == ()


def test_own_and_where_hold_together(served: Served) -> None:
    ruling, rep = ruling_for(served, actor("rep"), Verb.UPDATE, "deal"), actor("rep")
    assert ruling.admits({"owner": "u1", "country": "TR"}, context(rep))
    assert not ruling.admits({"owner": "u1", "country": "DE"}, context(rep))
    assert not ruling.admits({"owner": "u2", "country": "TR"}, context(rep))


def test_one_expression_for_one_set_of_roles(served: Served) -> None:
    first = row_filters(served, actor("rep", "turk"), Verb.READ, "deal")
    again = row_filters(served, actor("turk", "rep", "rep"), Verb.READ, "deal")
    assert first is not None
    assert again is not None
    assert len(first) == 1
    assert first[0].expression is again[0].expression
    assert first[0].expression.sql_obstacles == ()


@pytest.mark.parametrize(("entity", "through"), [("line", ("deal",)), ("part", ("line", "deal"))])
def test_lines_follow_their_parent(served: Served, entity: str, through: tuple[str, ...]) -> None:
    (found,) = row_filters(served, actor("rep"), Verb.READ, entity) or ()
    assert found.through == through
    (changing,) = row_filters(served, actor("rep"), Verb.CREATE, entity) or ()
    assert changing.expression.source == "(owner == actor.id && (country == 'TR'))"
    assert not may(served, actor("turk"), Verb.UPDATE, entity)


def test_administrators_and_the_system(served: Served) -> None:
    for who in (SYSTEM, actor(administrator=True)):
        assert all(row_filters(served, who, verb, "part") == () for verb in Verb)


def test_explanations(served: Served) -> None:
    told = explain(served, actor("rep", "mute"), Verb.UPDATE, "line")
    assert (told.allowed, told.decider, told.verb) == (True, "deal", Verb.UPDATE)
    assert [(grant.role, grant.scope, grant.condition) for grant in told.grants] == [
        ("rep", Scope.OWN, "country == 'TR'"),
        ("mute", Scope.NONE, ""),
    ]
    assert not explain(served, actor("turk"), Verb.UPDATE, "deal").allowed


@pytest.fixture(scope="module")
def secretive() -> Served:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("level", "choice", choices="level")
        .with_pipeline("sales", "new", "won")
        .with_document(
            "access",
            {
                "confidentiality": {"field": "level"},
                "permissions": {
                    "rep": {"read": "unit_below", "update": "all", "transition": "own", "transition:to_won": "all"},
                    "lead": {"read": "all"},
                    "ward": {"read": {"scope": "all", "where": "name == 'x'", "deny": True}},
                    "shut": {"read": {"scope": "all", "deny": True}},
                },
            },
        )
    )
    pack = a_pack().with_choices("level", "low", "mid", "high").with_entity(deal)
    pack = pack.with_role("rep", clearance="mid").with_role("ward", "shut").with_role("lead", clearance="high")
    return a_served(pack)


class Sets:
    """Named sets as a test says them, in place of those that tables hold."""

    def __init__(self, **sets: set[str]) -> None:
        self.sets = {name.replace("__", "."): frozenset(members) for name, members in sets.items()}

    def members(self, name: str) -> frozenset[str]:
        return self.sets.get(name.removeprefix("also_"), frozenset())

    def shared(self, entity: str) -> frozenset[str]:
        return frozenset(name.split(".")[2] for name in self.sets if name.startswith(f"shared.{entity}."))

    def tasked(self, entity: str) -> bool:
        return f"tasks.{entity}" in self.sets


def seen_with(
    served: Served, sets: Sets, *roles: str, verb: Verb = Verb.READ, asked: str = "", **record: object
) -> bool:
    who = replace(actor(*roles), given=sets)
    known = replace(context(who), sets=sets)
    return ruling_for(served, who, verb, "deal", asked).admits(record, known)


def test_scopes_of_units(secretive: Served) -> None:
    near = Sets(unit_below={"u2"})
    assert seen_with(secretive, near, "rep", owner="u2")
    assert seen_with(secretive, near, "rep", owner="u1")
    assert not seen_with(secretive, near, "rep", owner="u3")
    assert not seen_with(secretive, near, "rep", owner=None)


def test_a_denial_wins(secretive: Served) -> None:
    """R6"""
    assert seen_with(secretive, Sets(), "lead", "ward", owner="u2", name="y")
    assert not seen_with(secretive, Sets(shared__deal__read={"d1"}), "lead", "ward", id="d1", name="x")
    assert row_filters(secretive, actor("lead", "shut"), Verb.READ, "deal") is None


def test_what_is_too_confidential_is_not_there(secretive: Served) -> None:
    given = Sets(shared__deal__read={"d1"}, tasks__deal={"d1"})
    for level, seen in ((None, True), ("low", True), ("mid", True), ("high", False)):
        assert seen_with(secretive, given, "rep", id="d1", level=level) is seen
    assert not seen_with(secretive, given, id="d1", level="low")  # without a clearance only what has no level
    assert row_filters(secretive, actor("lead"), Verb.READ, "deal") == ()


def test_what_is_shared_needs_no_role(secretive: Served) -> None:
    given = Sets(shared__deal__read={"d1"}, shared__deal__update={"d2"})
    assert not may(secretive, actor(), Verb.READ, "deal")
    assert may(secretive, replace(actor(), given=given), Verb.READ, "deal")
    assert seen_with(secretive, given, id="d1")
    assert not seen_with(secretive, given, id="d3")
    assert seen_with(secretive, given, verb=Verb.UPDATE, id="d2")
    assert not may(secretive, replace(actor(), given=given), Verb.EXPORT, "deal")
    assert may(secretive, replace(actor(), given=Sets(tasks__deal={"d1"})), Verb.READ, "deal")


def test_one_transition_by_its_name(secretive: Served) -> None:
    """R6"""

    def moves(name: str) -> bool:
        return seen_with(secretive, Sets(), "rep", verb=Verb.TRANSITION, asked=name, owner="u2", level=None)

    assert (moves("to_won"), moves(""), moves(ANY)) == (True, False, True)


def test_other_verbs_reach_only_what_may_be_read(secretive: Served) -> None:
    found = row_filters(secretive, actor("rep"), Verb.UPDATE, "deal") or ()
    assert ["unit_below" in each.expression.source for each in found] == [False, True]


def test_rights_that_reach_some_entities_only(secretive: Served) -> None:
    assert may(secretive, limited_to(actor("lead"), ["deal"]), Verb.READ, "deal")
    assert not may(secretive, limited_to(actor("lead"), ["other"]), Verb.READ, "deal")
    assert row_filters(secretive, limited_to(actor(administrator=True), ["deal"]), Verb.PURGE, "deal") == ()


def test_what_another_role_gives_anyway_is_not_asked(served: Served) -> None:
    deal = an_entity("deal").with_field("name", "text")
    roles: dict[str, object] = {
        "own": {"read": "own"},
        "turk": {"read": {"scope": "unit", "where": "name == 'TR'"}},
        "near": {"read": "unit"},
        "team": {"read": {"scope": "team", "where": "name == 'TR'"}},
        "head": {"read": "unit_below"},
    }
    served = a_served(a_pack().with_role(*roles).with_entity(deal.with_access(**roles)))

    def source(*roles: str) -> str:
        condition = ruling_for(served, actor(*roles), Verb.READ, "deal").condition
        return condition.source if condition is not None else ""

    assert source("own", "turk", "near", "head") == source("head")
    assert source("near", "turk", "own") == source("near")
    # Neither holds all of the other.
    assert source("team", "head").count("||") == 3
    assert "TR" in source("own", "turk")
