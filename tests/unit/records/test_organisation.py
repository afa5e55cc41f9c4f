"""The organisation's use cases: units, positions, who leads whom, groups, absences, and who stands in for whom."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from kalip.base.errors import AccessDenied, Conflict, NotFound, RecordRejected
from kalip.records import Work
from kalip.records.organisation import (
    NewSubstitution,
    SaveAbsence,
    SaveGroup,
    SavePosition,
    SaveUnit,
    absences_shown,
    away_notices,
    change_absence,
    change_members,
    change_position,
    end_substitution,
    hang_unit,
    leads,
    make_absence,
    make_group,
    make_position,
    make_substitution,
    make_unit,
    manager_of,
    remove_group,
    remove_position,
    remove_unit,
    set_members,
    substitution_with,
    substitutions_shown,
    tree_of,
)
from kalip.records.standing_in import my_standings
from kalip.storage import events_for
from kalip.storage.groups import group_codes, members_of
from tests.support.site import NOW, Site

DAY = timedelta(days=1)
TODAY = NOW.date()


def _id(site: Site, who: str) -> str:
    return str(site.actors[who].id)


@contextmanager
def refused(text: str) -> Iterator[None]:
    """The block is refused, and a violation says so."""
    with pytest.raises(RecordRejected) as raised:
        yield
    assert text in " ".join(each.message for each in raised.value.violations)


def _kinds(site: Site, entity: str, record_id: str) -> list[str]:
    with site.services.database.read() as session:
        return [event.kind for event in events_for(session, entity, record_id).events]


def _a_tree(site: Site) -> tuple[str, str]:
    def use(work: Work) -> tuple[str, str]:
        top = make_unit(work, SaveUnit("ACME", "Acme", manager=_id(site, "cem")))
        sales = make_unit(work, SaveUnit("SALES", "Sales", parent=top))
        make_position(work, SavePosition(_id(site, "bora"), sales, "Head of sales", head=True))
        make_position(work, SavePosition(_id(site, "deniz"), sales, "Trainee", since=date(2026, 1, 1)))
        return top, sales

    return site.act("ada", use)


def test_it_works(site: Site) -> None:
    top, sales = _a_tree(site)
    tree = site.act("ada", tree_of, write=False)
    assert [(each.unit.code, each.depth, each.people, each.people_below) for each in tree] == [
        ("ACME", 0, 0, 2),
        ("SALES", 1, 2, 2),
    ]
    bora, cem, deniz = (_id(site, who) for who in ("bora", "cem", "deniz"))
    assert site.act("ada", lambda work: manager_of(work, deniz)) == bora
    assert site.act("ada", lambda work: manager_of(work, bora)) == cem
    assert site.act("ada", lambda work: manager_of(work, cem)) is None
    assert site.act("ada", lambda work: (leads(work, cem, deniz), leads(work, deniz, cem))) == (True, False)
    with refused("below itself"):
        site.act("ada", lambda work: hang_unit(work, top, sales))
    with pytest.raises(Conflict, match="hang below"):
        site.act("ada", lambda work: remove_unit(work, top))
    with pytest.raises(Conflict, match="people in this unit"):
        site.act("ada", lambda work: remove_unit(work, sales))
    site.act("ada", lambda work: hang_unit(work, sales, None))
    site.act("ada", lambda work: remove_unit(work, top))
    assert _kinds(site, "kalip.unit", top) == ["unit.removed", "unit.created"]
    assert _kinds(site, "kalip.unit", sales) == ["unit.moved", "unit.created"]


def test_only_administrators_shape_the_organisation(site: Site) -> None:
    _, sales = _a_tree(site)
    for command in (
        lambda work: make_unit(work, SaveUnit("X", "X")),
        lambda work: hang_unit(work, sales, None),
        lambda work: remove_unit(work, sales),
        lambda work: make_position(work, SavePosition(_id(site, "bora"), sales)),
        lambda work: make_group(work, SaveGroup("g", "G")),
    ):
        with pytest.raises(AccessDenied):
            site.act("bora", command)


def test_faults_are_told_all_at_once(site: Site) -> None:
    wrong = SaveUnit("a b", " ", "nowhere", "nobody", "no_calendar")
    with pytest.raises(RecordRejected) as raised:
        site.act("ada", lambda work: make_unit(work, wrong))
    assert {each.pointer for each in raised.value.violations} == {
        "/code", "/name", "/parent", "/manager", "/calendar",
    }  # fmt: skip
    _, sales = _a_tree(site)
    with refused("code already"):
        site.act("ada", lambda work: make_unit(work, SaveUnit("SALES", "Again")))
    twice = SavePosition(_id(site, "deniz"), sales, since=date(2026, 6, 1))
    with refused("in that time already"):
        site.act("ada", lambda work: make_position(work, twice))
    backwards = SavePosition(_id(site, "cem"), sales, since=date(2026, 6, 1), until=date(2026, 5, 1))
    with refused("before the beginning"):
        site.act("ada", lambda work: make_position(work, backwards))


def test_a_position_ends_and_is_forgotten(site: Site) -> None:
    _, sales = _a_tree(site)
    cem = _id(site, "cem")
    made = site.act("ada", lambda work: make_position(work, SavePosition(cem, sales)))
    ended = SavePosition(cem, sales, until=TODAY - DAY)
    assert not site.act("ada", lambda work: change_position(work, made, ended)).in_force(TODAY)
    site.act("ada", lambda work: remove_position(work, made))
    assert _kinds(site, "kalip.position", made) == ["position.removed", "position.changed", "position.created"]


def test_groups_have_people_whom_actors_know_by_code(site: Site) -> None:
    bora, cem = _id(site, "bora"), _id(site, "cem")
    made = site.act("ada", lambda work: make_group(work, SaveGroup("board", "The board")))
    site.act("ada", lambda work: change_members(work, made, [bora, cem]))
    site.act("ada", lambda work: change_members(work, made, [bora]))
    assert site.act("ada", lambda work: members_of(work.session, made)) == [bora, cem]
    assert site.act("ada", lambda work: group_codes(work.session, bora)) == ("board",)
    site.act("ada", lambda work: set_members(work, made, [cem]))
    assert site.act("ada", lambda work: members_of(work.session, made)) == [cem]
    with refused("no such person"):
        site.act("ada", lambda work: change_members(work, made, ["nobody"]))
    site.act("ada", lambda work: remove_group(work, made))
    assert _kinds(site, "kalip.group", made) == [
        "group.removed", "group.members_changed", "group.members_changed", "group.created",
    ]  # fmt: skip


def test_absences_are_arranged_by_oneself_by_who_leads_and_by_administrators(site: Site) -> None:
    _a_tree(site)
    deniz = _id(site, "deniz")
    command = SaveAbsence(deniz, NOW - DAY, NOW + 3 * DAY, "illness", "flu")
    made = {who: site.act(who, lambda work: make_absence(work, command)) for who in ("deniz", "bora", "ada")}
    earlier = SaveAbsence(deniz, NOW - DAY, NOW, "illness")
    site.act("bora", lambda work: change_absence(work, made["bora"], earlier))
    assert len(site.act("deniz", lambda work: absences_shown(work, deniz), write=False)) == 3
    bora = SaveAbsence(_id(site, "bora"), NOW, NOW + DAY)
    with pytest.raises(AccessDenied):
        site.act("deniz", lambda work: make_absence(work, bora))
    with refused("before the beginning"):
        site.act("deniz", lambda work: make_absence(work, SaveAbsence(deniz, NOW, NOW)))
    with site.services.database.read() as session:
        (event,) = events_for(session, "kalip.absence", made["ada"]).events
    assert set(event.after or {}) == {"user_id", "starts", "ends"}  # nobody reads there that one is ill
    (notice,) = site.act("cem", lambda work: away_notices(work, [deniz, _id(site, "cem")]), write=False)
    assert (notice.name, notice.until, notice.stand_ins) == ("Deniz", NOW + 3 * DAY, ())


def _stand_in(site: Site, absent: str, substitute: str, kind: str = "tasks", **more: object) -> str:
    values = {"starts": NOW - DAY, "ends": NOW + 5 * DAY, **more}
    command = NewSubstitution(_id(site, absent), _id(site, substitute), kind=kind, **values)  # type: ignore[arg-type]
    return site.act(absent, lambda work: make_substitution(work, command))


def test_who_stands_in_for_one_who_stands_in(site: Site) -> None:
    _stand_in(site, "bora", "cem", "all", entities=("deal", "company"))
    assert site.act("deniz", my_standings, write=False) == ()
    _stand_in(site, "cem", "deniz", "tasks", ends=NOW + 2 * DAY)
    direct, over = site.act("deniz", my_standings, write=False)
    assert (direct.principal, direct.kind, direct.via) == (_id(site, "cem"), "tasks", ())
    assert (over.principal, over.kind, over.via) == (_id(site, "bora"), "tasks", (_id(site, "cem"),))
    assert (over.entities, over.ends) == (frozenset(("deal", "company")), NOW + 2 * DAY)
    with refused("Deniz → Bora → Cem → Deniz"):
        _stand_in(site, "deniz", "bora")
    site.clock.move(days=3)
    assert site.act("deniz", my_standings, write=False) == ()
    assert len(site.act("cem", my_standings, write=False)) == 1


def test_substitutions_that_are_refused(site: Site) -> None:
    _a_tree(site)
    bora, cem, deniz = (_id(site, who) for who in ("bora", "cem", "deniz"))
    wrong = NewSubstitution(deniz, deniz, NOW, NOW - DAY, "everything", ("no_entity",))
    with pytest.raises(RecordRejected) as raised:
        site.act("deniz", lambda work: make_substitution(work, wrong))
    assert {each.pointer for each in raised.value.violations} == {"/substitute", "/ends", "/kind", "/entities"}
    with pytest.raises(AccessDenied):
        site.act("deniz", lambda work: make_substitution(work, NewSubstitution(cem, deniz, NOW, NOW + DAY)))
    # Who leads somebody doesn't give that person's rights away, least of all to oneself.
    grabbing = NewSubstitution(deniz, bora, NOW, NOW + DAY, "all")
    with refused("gives away all rights"):
        site.act("bora", lambda work: make_substitution(work, grabbing))
    past = NewSubstitution(deniz, bora, NOW - 3 * DAY, NOW - DAY)
    with refused("over already"):
        site.act("deniz", lambda work: make_substitution(work, past))


def test_a_substitution_is_ended_early_by_either(site: Site) -> None:
    made = _stand_in(site, "bora", "cem")
    with pytest.raises(NotFound):
        site.act("deniz", lambda work: substitution_with(work, made))
    ended = site.act("cem", lambda work: end_substitution(work, made))
    assert ended.ended_at == NOW
    assert site.act("cem", lambda work: end_substitution(work, made)) == ended
    assert site.act("cem", my_standings, write=False) == ()
    assert _kinds(site, "kalip.substitution", made) == ["substitution.ended", "substitution.created"]
    bora = _id(site, "bora")
    assert [each.id for each in site.act("bora", lambda work: substitutions_shown(work, bora))] == [made]
