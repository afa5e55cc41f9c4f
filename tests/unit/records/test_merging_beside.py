"""What lies beside records goes along when they are merged, and comes back when that is undone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kalip.base.errors import NotFound
from kalip.base.ids import new_id
from kalip.records import SaveRecord, Work, record_rights, save_record
from kalip.records.merging import MergeRecords, merge_records, undo_merge
from kalip.records.sharing import ShareRecord, end_share, record_shares, share_record
from kalip.storage import Mail, add_mail, get_mail
from kalip.storage.clocks import StoredClock, add_clock, get_clock
from kalip.storage.notifications import Notification, add_notification, followers_of, set_follow
from kalip.storage.own import KalipNotification, table_of
from kalip.storage.tasks import Task, add_task, get_task
from tests.support.site import Site, a_site
from tests.support.twins import twins_pack


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """People who are the same."""
    with a_site(database_url, twins_pack()) as site:
        yield site


def person(site: Site, name: str, by: str = "ada") -> str:
    command = SaveRecord("person", {"name": name}, accept_duplicates=True)
    return site.act(by, lambda work: save_record(work, command)).id


def merge(site: Site, survivor: str, *others: str, by: str = "ada") -> str:
    return site.act(by, lambda work: merge_records(work, MergeRecords("person", survivor, others))).id


def undo(site: Site, merge_id: str) -> None:
    site.act("ada", lambda work: undo_merge(work, merge_id))


def told_about(work: Work) -> list[str | None]:
    table = table_of(KalipNotification)
    return list(work.session.run(select(table.c.record_id).where(table.c.key == "k")).scalars())


def test_tasks_mails_and_notices_go_along(site: Site) -> None:
    """L52"""
    first, second = person(site, "Ada"), person(site, "Ada L.")
    ada = str(site.actors["ada"].id)
    task_id, mail_id = new_id(), new_id()

    def beside(work: Work) -> None:
        add_task(work.session, Task(task_id, "Call", work.now, entity="person", record_id=second, user_id=ada))
        mail = Mail(mail_id, "in", "received", "<1@a>", mail_id, "a@example.com", (), "Hi", "Hello", work.now)
        add_mail(work.session, replace(mail, entity="person", record_id=second))
        told = Notification(new_id(), ada, "k", "comment", "Said", work.now, entity="person", record_id=second)
        add_notification(work.session, told)

    site.act("ada", beside)

    def places() -> list[str | None]:
        def read(work: Work) -> list[str | None]:
            task, mail = get_task(work.session, task_id), get_mail(work.session, mail_id)
            assert task is not None
            assert mail is not None
            return [task.record_id, mail.record_id, *told_about(work)]

        return site.act("ada", read, write=False)

    merge_id = merge(site, first, second)
    assert places() == [first] * 3
    undo(site, merge_id)
    assert places() == [second] * 3


def test_followers_go_along_unless_they_chose(site: Site) -> None:
    """L52: the closest of several counts, and an own choice about the survivor stands."""
    first, second, third = (person(site, name) for name in ("Ada", "Ada L.", "A. L."))
    ada, bora, cem = (str(site.actors[who].id) for who in ("ada", "bora", "cem"))

    def follow(work: Work) -> None:
        set_follow(work.session, ada, ("person", second), "talk", work.now)
        set_follow(work.session, ada, ("person", third), "watch", work.now)
        set_follow(work.session, bora, ("person", second), "watch", work.now)
        set_follow(work.session, bora, ("person", first), "off", work.now)
        set_follow(work.session, cem, ("person", third), "watch", work.now)

    def followers() -> dict[str, dict[str, str]]:
        def read(work: Work) -> dict[str, dict[str, str]]:
            found = followers_of(work.session, "person", [first, second, third])
            return {each: dict(levels) for each, levels in found.items()}

        return site.act("ada", read, write=False)

    site.act("ada", follow)
    before = followers()
    merge_id = merge(site, first, second, third)
    assert followers()[first] == {ada: "watch", bora: "off", cem: "watch"}
    site.act("ada", lambda work: set_follow(work.session, cem, ("person", first), "off", work.now))
    undo(site, merge_id)
    # Who chose anew about the survivor meanwhile keeps that.
    assert followers() == {**before, first: {bora: "off", cem: "off"}}


def test_clocks_that_go_on_go_along(site: Site) -> None:
    """L52, SB7: the one due first, where the survivor has none of that name going."""
    first, second, third = (person(site, name) for name in ("Ada", "Ada L.", "A. L."))
    now = site.clock.moment

    def clock(record_id: str, name: str, hours: int) -> StoredClock:
        due = now + timedelta(hours=hours)
        return StoredClock(new_id(), "person", record_id, name, 1, "running", "all", 1, 0, now, now, due, next_at=due)

    late, soon = clock(second, "answer", 8), clock(third, "answer", 2)
    own, other = clock(first, "solve", 9), clock(second, "solve", 1)
    over = replace(clock(first, "answer", 1), state="met", due_at=None, next_at=None)
    with site.services.database.write() as session:
        for each in (late, soon, own, other, over):
            add_clock(session, each)

    def places() -> list[tuple[str, int]]:
        def read(work: Work) -> list[tuple[str, int]]:
            found = [get_clock(work.session, each.id) for each in (late, soon, own, other, over)]
            return [(each.record_id, each.cycle) for each in found if each is not None]

        return site.act("ada", read, write=False)

    before = places()
    merge_id = merge(site, first, second, third)
    assert places() == [(second, 1), (first, 2), (first, 1), (second, 1), (first, 1)]
    undo(site, merge_id)
    assert places() == before


def test_shares_go_along_as_they_are(site: Site) -> None:
    """Each gives on the survivor what it said, until it said; what was taken back meanwhile stays so."""
    first, second, third = (person(site, name) for name in ("Ada", "Ada L.", "A. L."))
    deniz, until = str(site.actors["deniz"].id), site.clock.moment + timedelta(hours=1)

    def share(record: str, **said: Any) -> str:
        command = ShareRecord("person", record, "user", deniz, "Helps", **said)
        return site.act("ada", lambda work: share_record(work, command)).id

    def rights(record: str) -> set[str]:
        try:
            return {verb.value for verb in site.act("deniz", lambda work: record_rights(work, "person", record))}
        except NotFound:
            return set()

    reading, changing = share(second), share(third, verbs=("update",), until=until)
    merge_id = merge(site, first, second, third)
    assert [rights(each) for each in (first, second, third)] == [{"read", "update"}, set(), set()]
    shown = site.act("ada", lambda work: record_shares(work, "person", first), write=False)
    assert {(each.share.id, each.share.verbs, each.share.until) for each in shown} == {
        (reading, ("read",), None),
        (changing, ("read", "update"), until),
    }
    site.act("ada", lambda work: end_share(work, "person", first, reading))
    undo(site, merge_id)
    assert [rights(each) for each in (first, second, third)] == [set(), set(), {"read", "update"}]
    site.clock.move(hours=1)
    assert rights(third) == set()


def test_shares_stay_where_the_survivor_may_not_be_shared(site: Site) -> None:
    """Merging gives nobody what sharing would have refused."""
    first, second = person(site, "Ada", by="bora"), person(site, "Ada L.", by="bora")
    command = ShareRecord("person", second, "user", str(site.actors["deniz"].id), "Helps")
    site.act("ada", lambda work: share_record(work, command))

    def is_seen(record: str) -> bool:
        try:
            return bool(site.act("deniz", lambda work: record_rights(work, "person", record)))
        except NotFound:
            return False

    assert (is_seen(first), is_seen(second)) == (False, True)
    merge_id = merge(site, first, second, by="bora")
    assert not is_seen(first)
    undo(site, merge_id)
    assert (is_seen(first), is_seen(second)) == (False, True)
