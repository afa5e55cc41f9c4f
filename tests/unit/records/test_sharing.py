"""Sharing single records: who may, what, with whom and for how long."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, NotFound, RecordRejected
from kalip.base.ids import new_id
from kalip.model import Verb
from kalip.records import SaveRecord, Work, record_events, record_rights, save_record
from kalip.records.accounts import actor_of_token, create_api_token
from kalip.records.sharing import ShareRecord, end_share, record_shares, sharable_verbs, share_record
from kalip.storage.groups import Group, add_group, add_members
from kalip.storage.organisation import Position, Unit, add_position, add_unit
from kalip.storage.shares import Share, get_share
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import NOW, Site, a_site


def pack() -> PackBuilder:
    deal = (
        an_entity("deal")
        .with_field("name", "text", required=True)
        .with_field("amount", "integer")
        .with_access(rep={"all": "own", "create": "all", "share": "own"}, viewer={"read": "all"})
    )
    return a_pack("sales").with_role("rep", "viewer").with_role("boss", administrator=True).with_entity(deal)


@pytest.fixture
def shop(database_url: str) -> Iterator[Site]:
    with a_site(database_url, pack()) as site:
        yield site


def share(site: Site, record: str, who: str = "bora", **said: Any) -> Share:
    grantee = said.pop("grantee", site.actors["deniz"].id)
    command = ShareRecord("deal", record, said.pop("kind", "user"), grantee, said.pop("reason", "needs help"), **said)
    return site.act(who, lambda work: share_record(work, command))


def rights(site: Site, who: str, record: str) -> set[str]:
    try:
        site.get(who, "deal", record)
    except NotFound:
        return set()
    return {verb.value for verb in site.act(who, lambda work: record_rights(work, "deal", record), write=False)}


def refused(site: Site, record: str, **said: Any) -> list[str]:
    with pytest.raises(RecordRejected) as caught:
        share(site, record, **said)
    return [f"{each.pointer} {each.code}" for each in caught.value.violations]


def test_it_works(shop: Site) -> None:
    deal = shop.save("bora", "deal", {"name": "Crane"}).id
    assert rights(shop, "deniz", deal) == set()
    made = share(shop, deal, verbs=("update",))
    assert rights(shop, "deniz", deal) == {"read", "update"}
    shop.save("deniz", "deal", {"amount": 5}, deal)
    (view,) = shop.act("bora", lambda work: record_shares(work, "deal", deal), write=False)
    assert (view.grantee_name, view.by_name, view.share.verbs) == ("Deniz", "Bora", ("read", "update"))
    shop.act("bora", lambda work: end_share(work, "deal", deal, made.id))
    assert rights(shop, "deniz", deal) == set()
    with pytest.raises(NotFound):
        shop.save("deniz", "deal", {"amount": 6}, deal)
    events = shop.act("bora", lambda work: record_events(work, "deal", deal), write=False).items
    assert [each.kind for each in events][:3] == ["record.share_ended", "record.updated", "record.shared"]
    assert events[2].facts["reason"] == "needs help"


def test_for_a_time(shop: Site) -> None:
    deal = shop.save("bora", "deal", {"name": "Crane"}).id
    share(shop, deal, until=NOW + timedelta(hours=1))
    assert rights(shop, "deniz", deal) == {"read"}
    shop.clock.move(hours=1)
    assert rights(shop, "deniz", deal) == set()
    assert shop.act("bora", lambda work: record_shares(work, "deal", deal), write=False) == ()


def test_with_a_group_and_with_a_unit(shop: Site) -> None:
    deal = shop.save("bora", "deal", {"name": "Crane"}).id
    deniz = str(shop.actors["deniz"].id)
    with shop.services.database.write() as session:
        add_group(session, Group("01990000-0000-7000-8000-0000000000a1", "board", "Board"))
        add_unit(session, Unit("01990000-0000-7000-8000-0000000000b1", "house", "House"))
        add_unit(
            session,
            Unit("01990000-0000-7000-8000-0000000000b2", "shop", "Shop", parent="01990000-0000-7000-8000-0000000000b1"),
        )
    by_group, by_unit = (
        share(shop, deal, kind="group", grantee="board"),
        share(shop, deal, kind="unit", grantee="house"),
    )
    assert rights(shop, "deniz", deal) == set()
    with shop.services.database.write() as session:
        add_members(session, by_group.grantee, [deniz])
    assert rights(shop, "deniz", deal) == {"read"}
    shop.act("bora", lambda work: end_share(work, "deal", deal, by_group.id))
    assert rights(shop, "deniz", deal) == set()
    with shop.services.database.write() as session:
        add_position(session, Position(new_id(), deniz, "01990000-0000-7000-8000-0000000000b2"))
    assert rights(shop, "deniz", deal) == {"read"}
    shop.act("ada", lambda work: end_share(work, "deal", deal, by_unit.id))
    assert rights(shop, "deniz", deal) == set()


def test_nobody_gives_more_than_one_has(shop: Site) -> None:
    deal, mine = shop.save("ada", "deal", {"name": "Ada's"}).id, shop.save("bora", "deal", {"name": "Bora's"}).id
    with pytest.raises(NotFound):
        share(shop, deal)
    with pytest.raises(AccessDenied):
        share(shop, mine, who="cem")  # sees all, shares nothing
    assert refused(shop, mine, verbs=("assign",)) == ["/verbs not_permitted"]
    assert refused(shop, mine, verbs=("export", "all")) == ["/verbs unknown_choice", "/verbs unknown_choice"]
    offered = shop.act("bora", lambda work: sharable_verbs(work, work.entity("deal"), mine), write=False)
    assert offered == (Verb.READ, Verb.UPDATE, Verb.ARCHIVE, Verb.RESTORE)


def test_what_is_wrong_is_told_at_once(shop: Site) -> None:
    mine = shop.save("bora", "deal", {"name": "Bora's"}).id
    told = refused(shop, mine, grantee=new_id(), reason="  ", until=NOW)
    assert told == ["/user not_found", "/reason required", "/until too_early"]
    assert refused(shop, mine, kind="team", grantee="x") == ["/with unknown_choice"]
    assert refused(shop, mine, kind="group", grantee="x") == ["/group not_found"]
    assert refused(shop, mine, kind="unit", grantee="x") == ["/unit not_found"]


def test_taking_back_what_others_gave(shop: Site) -> None:
    mine = shop.save("bora", "deal", {"name": "Bora's"}).id
    made = share(shop, mine, verbs=("update",))
    for who, error in (("cem", AccessDenied), ("deniz", AccessDenied)):
        with pytest.raises(error):
            shop.act(who, lambda work: end_share(work, "deal", mine, made.id))
    other = shop.save("bora", "deal", {"name": "Another"}).id
    with pytest.raises(NotFound):
        shop.act("bora", lambda work: end_share(work, "deal", other, made.id))
    assert shop.act("cem", lambda work: record_shares(work, "deal", mine), write=False) == ()
    assert shop.act("ada", lambda work: get_share(work.session, made.id), write=False) == made


def test_a_shared_record_does_not_open_others(shop: Site) -> None:
    deal, other = shop.save("bora", "deal", {"name": "Crane"}).id, shop.save("bora", "deal", {"name": "Other"}).id
    share(shop, deal)
    assert rights(shop, "deniz", other) == set()

    def make(work: Work) -> object:
        return save_record(work, SaveRecord("deal", {"name": "New"}))

    with pytest.raises(AccessDenied):
        shop.act("deniz", make)


def test_what_ends_meanwhile_counts_for_nothing_that_follows(shop: Site) -> None:
    """What was read together with who calls serves the first look alone, and no change."""
    deal = shop.save("bora", "deal", {"name": "x"}).id
    token = shop.act("ada", lambda work: create_api_token(work, str(shop.actors["deniz"].id)))

    def come_with(given: Share) -> None:
        shop.actors["deniz"] = actor_of_token(shop.services, token)
        assert shop.actors["deniz"].told is not None
        if given.reason == "look":
            assert shop.get("deniz", "deal", deal)["name"] == "x"
        shop.act("bora", lambda work: end_share(work, "deal", deal, given.id))

    come_with(share(shop, deal, verbs=("update",)))
    with pytest.raises(NotFound):
        shop.save("deniz", "deal", {"name": "y"}, deal)
    come_with(share(shop, deal, verbs=("update",), reason="look"))
    with pytest.raises(NotFound):
        shop.get("deniz", "deal", deal)
