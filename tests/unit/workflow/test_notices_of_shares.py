"""Who is given a share is told, and told of its end: in Kalip and by mail, as a member of a group or unit too."""

from datetime import timedelta
from typing import Any

import pytest

from kalip.base.ids import new_id
from kalip.records import Work
from kalip.records.sharing import ShareRecord, end_share, share_record
from kalip.storage import list_mails
from kalip.storage.groups import Group, add_group, add_members
from kalip.storage.organisation import Position, Unit, add_position, add_unit
from kalip.workflow.notifications import choose_ways, my_notifications, sharing, told
from tests.support import telling
from tests.support.site import NOW, Site


def share(site: Site, deal: str, kind: str = "user", grantee: str = "", **said: Any) -> str:
    given = grantee or str(site.actors["deniz"].id)
    command = ShareRecord("deal", deal, kind, given, "Knows looms", **said)
    return site.act("ada", lambda work: share_record(work, command)).id


def end(site: Site, deal: str, share_id: str) -> None:
    site.act("ada", lambda work: end_share(work, "deal", deal, share_id))


def read(site: Site, who: str) -> list[str]:
    def use(work: Work) -> list[str]:
        return [each.text for each in told(work, my_notifications(work).items, "en", lambda text: text)]

    telling.catch_up(site.services)
    return site.act(who, use, write=False)


@pytest.fixture
def deal(site: Site) -> str:
    """Bora's deal, which Cem and Deniz don't see."""
    return site.save("bora", "deal", {"name": "Looms"}).id


@pytest.fixture
def house(site: Site) -> str:
    """Cem is in a unit, Deniz in one below it, Bora was in it."""
    unit, below = new_id(), new_id()
    with site.services.database.write() as session:
        add_unit(session, Unit(unit, "house", "House"))
        add_unit(session, Unit(below, "shop", "Shop", parent=unit))
        add_position(session, Position(new_id(), str(site.actors["cem"].id), unit))
        add_position(session, Position(new_id(), str(site.actors["deniz"].id), below))
        past = NOW.date() - timedelta(days=1)
        add_position(session, Position(new_id(), str(site.actors["bora"].id), unit, until=past))
    return unit


def test_it_works(site: Site, deal: str) -> None:
    made = share(site, deal, until=NOW + timedelta(hours=6))
    assert read(site, "deniz") == ["Ada shared Looms with you until 11/24/26, 6:00\u202fPM: Knows looms"]
    end(site, deal, made)
    # What it is called is no longer for Deniz.
    assert read(site, "deniz")[0] == "Ada no longer shares Deal with you."
    with site.services.database.read() as session:
        mails = sorted(list_mails(session, ["queued"]), key=lambda mail: mail.id)
    assert [mail.subject for mail in mails] == [
        "Ada shared Looms with you until 11/24/26, 6:00 PM: Knows looms",
        "Ada no longer shares Deal with you.",
    ]
    assert {each for mail in mails for each in mail.recipients} == {"deniz@example.com"}
    assert read(site, "ada") == []


def test_what_ended_before_it_was_told_is_not_told(site: Site, deal: str) -> None:
    end(site, deal, share(site, deal))
    assert read(site, "deniz") == []


def test_what_ended_of_itself_is_not_told(site: Site, deal: str) -> None:
    made = share(site, deal, until=NOW + timedelta(hours=1))
    assert len(read(site, "deniz")) == 1
    site.clock.move(hours=1)
    end(site, deal, made)
    assert len(read(site, "deniz")) == 1


def test_who_chose_not_to_be_told_is_not(site: Site, deal: str) -> None:
    site.act("deniz", lambda work: choose_ways(work, {"shared": []}, "at_once", 8))
    made = share(site, deal)
    assert read(site, "deniz") == []
    end(site, deal, made)
    assert read(site, "deniz") == []


def test_members_of_a_unit_and_those_below_it_are_told(site: Site, deal: str, house: str) -> None:
    made = share(site, deal, "unit", house)
    assert read(site, "cem") == read(site, "deniz") == ["Ada shared Looms with House: Knows looms"]
    assert read(site, "bora") == []
    end(site, deal, made)
    assert read(site, "cem")[0] == read(site, "deniz")[0] == "Ada no longer shares Deal with House."


def test_of_a_large_group_some_are_told(site: Site, deal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes later has it without being told, and isn't told of its end."""
    monkeypatch.setattr(sharing, "MOST_TOLD", 1)
    group = Group(new_id(), "board", "Board")
    with site.services.database.write() as session:
        add_group(session, group)
        add_members(session, group.id, [str(site.actors[who].id) for who in ("deniz", "cem")])
    made = share(site, deal, "group", "board")
    assert read(site, "cem") == ["Ada shared Looms with Board: Knows looms"]
    assert read(site, "deniz") == []
    end(site, deal, made)
    assert (len(read(site, "cem")), read(site, "deniz")) == (2, [])


def test_who_may_not_see_the_record_is_told_neither_of_the_share_nor_of_its_end(site: Site, deal: str) -> None:
    made = share(site, deal, until=NOW + timedelta(minutes=1))
    site.clock.move(hours=1)
    assert read(site, "deniz") == []
    end(site, deal, made)
    assert read(site, "deniz") == []
