"""A notice of a change names no field that its reader may not see: in Kalip, by mail, in a digest, in the history."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from kalip.records import Work, record_events
from kalip.records.organisation import NewSubstitution, make_substitution
from kalip.storage import list_mails
from kalip.workflow import ApplyTransition, apply_transition
from kalip.workflow.notifications import choose_ways, follow, my_notifications, send_digest, told, unfollow
from tests.support import telling
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import NOW, Site, a_site


def pack() -> PackBuilder:
    access = {
        "permissions": {"rep": {"all": "all"}, "viewer": {"read": "all"}},
        "fields": {"viewer": {"margin": "none", "note": {"read": ["won"]}}},
    }
    deal = (
        an_entity("deal")
        .with_field("name", "text", required=True)
        .with_field("margin", "integer")
        .with_field("note", "text")
        .with_pipeline("sales", "new", "won")
        .with_document("access", access)
    )
    return a_pack("sales").with_role("rep", "viewer").with_role("boss", administrator=True).with_entity(deal)


@pytest.fixture
def shop(database_url: str) -> Iterator[Site]:
    with a_site(database_url, pack()) as site:
        yield site


@pytest.fixture
def deal(shop: Site) -> str:
    """A deal that Ada, who sees all of it, and Cem, who sees a part, follow."""
    made = shop.save("bora", "deal", {"name": "Looms"}).id
    for who in ("ada", "cem"):
        shop.act(who, lambda work: follow(work, "deal", made))
    return made


def read(site: Site, who: str) -> list[str]:
    def use(work: Work) -> list[str]:
        return [each.text for each in told(work, my_notifications(work).items, "en", lambda text: text)]

    telling.catch_up(site.services)
    return site.act(who, use, write=False)


def mails(site: Site, who: str) -> list[str]:
    with site.services.database.read() as session:
        found = [mail for mail in list_mails(session, ["queued"]) if f"{who}@example.com" in mail.recipients]
    return [f"{mail.subject}\n{mail.body}" for mail in found]


def change(site: Site, deal: str, **values: object) -> None:
    site.save("bora", "deal", values, deal)


def test_it_works(shop: Site, deal: str) -> None:
    change(shop, deal, margin=7, name="Big looms")
    assert read(shop, "ada") == ["Bora changed Big looms: Name, Margin"]
    assert read(shop, "cem") == ["Bora changed Big looms: Name"]


def test_who_sees_nothing_of_a_change_is_not_told(shop: Site, deal: str) -> None:
    change(shop, deal, margin=7, note="cheap")
    assert (len(read(shop, "ada")), read(shop, "cem")) == (1, [])


def test_what_stands_there_follows_the_rights_of_today(shop: Site, deal: str) -> None:
    """A field that a stage opens is named once the record is there."""
    change(shop, deal, note="cheap", name="Big looms")
    assert read(shop, "cem") == ["Bora changed Big looms: Name"]
    shop.act("ada", lambda work: apply_transition(work, ApplyTransition("deal", deal, "to_won")))
    assert read(shop, "cem")[-1] == "Bora changed Big looms: Name, Note"


@pytest.mark.parametrize("rhythm", ["at_once", "hourly"])
def test_mail(shop: Site, deal: str, rhythm: str) -> None:
    for who in ("ada", "cem"):
        shop.act(who, lambda work: choose_ways(work, {"changed": ["mail"]}, rhythm, 8))
    change(shop, deal, margin=7, name="Big looms")
    telling.catch_up(shop.services)
    if rhythm == "hourly":
        shop.clock.move(hours=1)
        for who in ("ada", "cem"):
            shop.act("ada", lambda work, who=who: send_digest(work, str(shop.actors[who].id)))  # type: ignore[misc]
    ((all_of_it,), (part,)) = mails(shop, "ada"), mails(shop, "cem")
    assert "Margin" in all_of_it
    assert "Name" in part
    assert "Margin" not in part


def test_a_stand_in_reads_only_what_the_stand_in_may_see(shop: Site, deal: str) -> None:
    ada, cem = (str(shop.actors[who].id) for who in ("ada", "cem"))
    command = NewSubstitution(ada, cem, NOW, NOW + timedelta(days=1))
    shop.act("ada", lambda work: make_substitution(work, command))
    shop.act("cem", lambda work: unfollow(work, "deal", deal))
    change(shop, deal, margin=7)
    change(shop, deal, margin=8, name="Big looms")
    assert [each for each in read(shop, "cem") if "changed" in each] == ["For Ada: Bora changed Big looms: Name"]
    assert len([each for each in read(shop, "ada") if "changed" in each]) == 2


def test_the_history(shop: Site, deal: str) -> None:
    change(shop, deal, margin=7, name="Big looms")

    def names(work: Work) -> list[str]:
        return sorted(each.name for each in record_events(work, "deal", deal).items[0].changes)

    assert shop.act("ada", names, write=False) == ["margin", "name"]
    assert shop.act("cem", names, write=False) == ["name"]
