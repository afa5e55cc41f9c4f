"""People kept in step with a directory: known by its names, kept out and let in, never more than can be believed."""

from dataclasses import replace

import pytest

from kalip.base.errors import AccessDenied, Conflict, NotFound
from kalip.records import Job, Work
from kalip.records.accounts import set_user_active
from kalip.records.organisation import SaveGroup, change_members, make_group
from kalip.records.organisation.syncing import KIND, SyncPeople, handlers_of, recurring_of, sync_people
from kalip.runtime.directories import DirectoryFailed, DirectoryGroup, DirectoryPerson
from kalip.storage import User, add_user, find_user
from kalip.storage.groups import list_groups, set_external_id
from kalip.storage.organisation import list_units, positions_of
from kalip.storage.persons import erase_accounts
from tests.support.background import Yard
from tests.support.directories import CAN, CREW, EDA, SELLERS, Office


def test_it_works(office: Office) -> None:
    dry = office.sync(dry_run=True)
    assert dry.counts == {"created": 2}
    assert dry.people[0].changes == (
        "new unit acme",
        "new unit sales",
        "new",
        "in the unit sales",
        "into the group The-crew",
    )
    with office.site.services.database.read() as session:
        assert find_user(session, "eda@x.co") is None
        assert (list_units(session), list_groups(session)) == ([], [])
    assert office.sync().counts == {"created": 2}
    assert office.sync().counts == {"unchanged": 2}
    eda = office.user("eda@x.co")
    assert (eda.name, eda.locale, eda.roles, office.groups_of("eda@x.co")) == ("Eda Su", "tr", (), ("The-crew",))
    with office.site.services.database.read() as session:
        (place,) = positions_of(session, eda.id)
    assert place.title == "Seller"


def test_a_person_is_the_same_under_another_address(office: Office) -> None:
    office.sync()
    before = office.user("eda@x.co").id
    office.people = (replace(EDA, email="eda.su@x.co", name="Eda Öz"), CAN)
    done = office.sync()
    assert done.people[0].changes == ("name: Eda Su → Eda Öz", "email: eda@x.co → eda.su@x.co")
    assert office.user("eda.su@x.co").id == before


def test_who_is_here_already_is_known_by_the_address_and_keeps_what_is_not_the_directorys(office: Office) -> None:
    bora = str(office.site.actors["bora"].id)

    def prepare(work: Work) -> None:
        change_members(work, make_group(work, SaveGroup("board", "Board")), [bora])

    office.site.act("ada", prepare)
    said = DirectoryPerson("3", "Bora@Example.com", groups=("g1", "g2"))
    office.people = (said,)
    office.sync()
    assert office.user("bora@example.com").roles == ("rep", "viewer")
    assert office.groups_of("bora@example.com") == ("Sellers", "The-crew", "board")
    office.people = (replace(said, groups=()),)
    office.sync()
    assert (office.user("bora@example.com").roles, office.groups_of("bora@example.com")) == ((), ("board",))


def test_who_is_kept_out_there_or_gone_is_kept_out_until_let_in(office: Office) -> None:
    office.sync()
    office.people = (EDA, replace(CAN, active=False))
    assert office.sync().counts == {"unchanged": 1, "kept_out": 1}
    assert not office.user("can@x.co").active
    office.people = (CAN,)
    assert office.sync().counts == {"updated": 1, "kept_out": 1}
    assert (office.user("can@x.co").active, office.user("eda@x.co").active) == (True, False)
    office.people = (CAN, replace(EDA, id="new entry"))
    assert office.sync().counts == {"unchanged": 1, "updated": 1}
    assert office.user("eda@x.co").active


def test_strangers_who_are_kept_out_or_have_no_address_are_left_aside(office: Office) -> None:
    office.people = (replace(EDA, active=False), replace(CAN, email=""))
    assert office.sync().counts == {}
    office.people = (EDA, CAN)
    office.sync()
    office.people = (EDA, replace(CAN, email="", name="Can Er"))
    assert office.sync().counts == {"unchanged": 1, "updated": 1}
    assert office.user("can@x.co").name == "Can Er"


def test_whom_an_administrator_kept_out_stays_out(office: Office) -> None:
    office.sync()
    can = office.user("can@x.co").id
    office.site.act("ada", lambda work: set_user_active(work, can, False))
    assert office.sync().counts == {"unchanged": 2}
    assert not office.user("can@x.co").active


def test_more_than_can_be_believed_are_not_kept_out(office: Office) -> None:
    office.people = tuple(DirectoryPerson(str(number), f"p{number}@x.co") for number in range(30))
    office.sync()
    everybody = office.people
    for left in ((), everybody[4:]):
        office.people = left
        with pytest.raises(Conflict, match="of 30 people of the directory office would be gone, at most 3"):
            office.sync()
    assert office.user("p0@x.co").active
    office.people = tuple(replace(each, active=int(each.id) > 3) for each in everybody)
    with pytest.raises(Conflict, match="4 of 30"):
        office.sync(dry_run=True)
    office.people = everybody[3:]
    assert office.sync().counts == {"unchanged": 27, "kept_out": 3}
    office.people = everybody[20:]
    assert office.sync(let_go=True).counts == {"unchanged": 10, "kept_out": 17}


def test_groups_that_vanish_together_are_not_believed(office: Office) -> None:
    office.sync()
    office.groups = ()
    with pytest.raises(Conflict, match="2 of 2 groups"):
        office.sync()
    assert office.groups_of("eda@x.co") == ("The-crew",)
    office.groups, office.people = (SELLERS,), (replace(EDA, groups=()), CAN)
    assert office.sync().counts == {"unchanged": 1, "updated": 1}
    assert office.groups_of("eda@x.co") == ()


def test_groups_that_seem_empty_together_are_not_believed(office: Office) -> None:
    """As when the account that reads may not see who is in them."""
    office.people = (replace(EDA, groups=("g1", "g2")), replace(CAN, groups=("g2",)))
    office.sync()
    office.people = (replace(EDA, groups=()), replace(CAN, groups=()))
    with pytest.raises(Conflict, match="2 of 2 people in groups of the directory office would be gone, at most 1"):
        office.sync()
    assert office.groups_of("eda@x.co") == ("Sellers", "The-crew")
    office.directory = replace(office.directory, groups=False)
    with pytest.raises(Conflict, match="2 of 2 people in groups"):
        office.sync()
    assert office.user("can@x.co").roles == ("rep", "viewer")
    office.people = (replace(EDA, groups=()), CAN)
    assert office.sync(let_go=True).counts == {"updated": 2}
    assert office.user("can@x.co").roles == ()


def test_a_programme_is_none_of_the_directorys_people(office: Office) -> None:
    def prepare(work: Work) -> None:
        add_user(work.session, User("prog", "Robot", "robot@x.co", (), "en", "UTC", True, None, work.now, service=True))

    office.site.act("ada", prepare)
    office.people = (CAN, DirectoryPerson("r", "Robot@x.co", active=False))
    assert office.sync().counts == {"created": 1}
    assert office.user("robot@x.co").active
    office.people = (CAN, DirectoryPerson("r", "Robot@x.co", "Somebody"))
    done = office.sync()
    assert done.counts == {"unchanged": 1, "refused": 1}
    assert done.people[0].faults == ("This is the account of a programme: no directory keeps it in step.",)
    office.site.act("ada", lambda work: set_external_id(work.session, "user@office", "prog", "r", work.now))
    office.people = (CAN,)
    assert office.sync().counts == {"unchanged": 1}
    assert office.user("robot@x.co").active


def test_roles_of_a_group_that_is_not_there_stay(office: Office) -> None:
    office.people = (replace(EDA, groups=("g2",)),)
    office.sync()
    assert office.user("eda@x.co").roles == ("rep", "viewer")
    office.groups, office.people = (CREW,), (replace(EDA, groups=()),)
    done = office.sync()
    assert done.notes == (
        "There is no group 'cn=SELLERS,dc=x' in the directory: roles that it gives stay as they are.",
    )
    assert office.user("eda@x.co").roles == ("rep", "viewer")


def test_a_dry_run_tells_what_a_run_does_and_lets_others_write_meanwhile(office: Office) -> None:
    office.groups = (CREW, replace(CREW, id="g3"), *(DirectoryGroup(f"n{each}", f"Team {each}") for each in range(60)))
    ways = ("acme/sales", "other/sales", "other/new/sales", "not//.possible/x y", "")
    office.people = tuple(
        DirectoryPerson(str(each), f"p{each}@x.co", unit=ways[each % len(ways)], groups=("g1", "g3", f"n{each % 60}"))
        for each in range(110)
    )
    office.directory = replace(office.directory, roles={})
    marks: list[str] = []

    def write(_done: int, _total: int) -> bool:
        marks.append(f"mark-{len(marks)}")
        office.site.act("ada", lambda work: make_group(work, SaveGroup(marks[-1], "Mark")))
        return False

    dry = office.sync(dry_run=True, watch=write)
    assert (marks, dry.counts) == (["mark-0", "mark-1", "mark-2"], {"created": 88, "refused": 22})
    with office.site.services.database.read() as session:
        assert {each.code for each in list_groups(session)} == set(marks)
        assert (list_units(session), find_user(session, "p0@x.co")) == ([], None)
    assert office.sync() == dry
    assert office.sync(dry_run=True, watch=lambda done, _all: done > 0).counts == {"unchanged": 50}


def test_what_is_refused_harms_nobody_else(office: Office) -> None:
    office.people = (
        replace(EDA, email="no address"),
        CAN,
        replace(CAN, id="3"),
        DirectoryPerson("4", "dora@x.co", timezone="Mars/North"),
    )
    done = office.sync()
    assert done.counts == {"refused": 3, "created": 1}
    told = " ".join(fault for each in done.people for fault in each.faults)
    for part in ("no e-mail address", "another person with the address 'can@x.co'", "no time zone"):
        assert part in told


def test_the_last_administrator_stays(office: Office) -> None:
    office.people = (CAN, DirectoryPerson("5", "ada@example.com"))
    office.sync()
    office.people = (CAN,)
    done = office.sync()
    assert done.counts == {"unchanged": 1, "refused": 1}
    assert "last administrator" in done.people[0].faults[0]
    assert office.user("ada@example.com").active


def test_an_erased_person_does_not_come_back_by_the_name_of_the_directory(office: Office) -> None:
    office.sync()
    office.people = (EDA,)
    office.sync()
    with office.site.services.database.beside() as session:
        assert erase_accounts(session, ["can@x.co"]) == 1
    office.people = (EDA, CAN)
    assert office.sync().counts == {"unchanged": 1, "created": 1}


def test_only_administrators_and_only_what_there_is(office: Office) -> None:
    with pytest.raises(AccessDenied):
        office.sync("bora")
    with pytest.raises(NotFound, match="no directory 'offcie'"):
        sync_people(office.services, office.site.actors["ada"], SyncPeople("offcie"))


def test_it_recurs_and_what_fails_is_told(office: Office) -> None:
    directories = office.services.directories
    (recurring,) = recurring_of(directories)
    assert recurring.cron == office.directory.schedule
    assert recurring_of({"office": replace(office.directory, schedule="")}) == []
    yard = Yard(replace(office.site, services=office.services), handlers_of(directories))
    yard.put(Job(f"{KIND}.office", {}, "first"))
    assert yard.run_all() == 1
    assert (yard.job("first").result or {})["counts"] == {"created": 2}
    office.people = ()
    yard.put(Job(f"{KIND}.office", {}, "guarded"))
    assert yard.run_all() == 1
    assert (yard.job("guarded").state, "2 of 2 people" in str(yard.job("guarded").error)) == ("dead", True)
    office.fault = DirectoryFailed("It is down.")
    yard.put(Job(f"{KIND}.office", {}, "down"))
    for _ in range(3):
        yard.run_all()
        office.site.clock.move(hours=1)
    assert len(yard.attempts("down")) == 3
    assert yard.job("down").state == "dead"
