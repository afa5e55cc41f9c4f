"""What stands around records tells no more of them either: calendars, duplicates, merges, notifications, REST.

In fewer worlds than the ways to the records themselves, through which all of this goes.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given

from kalip.access import new_secret
from kalip.base.errors import BadRequest, NotFound
from kalip.base.ids import new_id
from kalip.records import Work
from kalip.records.duplicates import duplicates_of, find_duplicates_of, tell_records_apart
from kalip.records.merging import MergePlan, MergeRecords, merge_plan
from kalip.records.pages import CalendarQuery, calendar_page
from kalip.records.scanning import ScanPage, scan_page
from kalip.records.services import unit_of_work
from kalip.storage import Blobs, Token, create_token
from kalip.storage.notifications import Notification, add_notification
from kalip.storage.own import KalipUser, table_of
from kalip.storage.scans import FoundGroup, put_groups
from kalip.workflow.notifications import my_notifications, told
from tests.support.nightly import NIGHTLY, searching
from tests.support.web_site import an_app
from tests.support.worlds import DOCS, FOLDERS, NOW, TODAY, USERS, Oracle, World, worlds
from tests.support.worlds_site import Played, Stage, a_stage

WORLDS: Final = 400 if NIGHTLY else 3
NOVEMBER: Final = CalendarQuery("doc", TODAY.replace(day=1), TODAY + timedelta(days=30))
TEXT: Final = "{actor} changed {record}."


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    with a_stage(database_url) as made:
        _stand_around(made)
        yield made


def test_no_leak_around(stage: Stage, tmp_path: Path) -> None:
    tokens = {user: _token(stage, user) for user in USERS}

    @searching(WORLDS)
    @given(worlds())
    def agree(world: World) -> None:
        played = stage.play(world)
        app = _app(played, tmp_path)
        for user in USERS:
            me = Oracle(world, user)
            with unit_of_work(played.services, played.actor(user)) as work:
                check_calendar(work, played, me)
                check_duplicates(work, played, me)
                check_merges(work, played, me)
                check_notifications(work, played, me)
            check_rest(app, tokens[user], played, me)

    agree()


def check_calendar(work: Work, played: Played, me: Oracle) -> None:
    """What stands on the days."""
    try:
        entries = calendar_page(work, NOVEMBER).entries
    except NotFound:
        entries = ()
    assert played.names(each.row.id for each in entries) == _seen(me)


def check_duplicates(work: Work, played: Played, me: Oracle) -> None:
    """All documents are twins: those of one, those of values, and the groups of a scan."""
    ids, seen = played.stage.ids, _seen(me)
    for name in DOCS:
        try:
            found = duplicates_of(work, "doc", ids[name])
        except NotFound:
            found = ()
        assert played.names(each.id for each in found) == (seen - {name} if name in seen else set())
    try:
        like = find_duplicates_of(work, "doc", {"twin": "of all"})
        page: ScanPage | None = scan_page(work, "doc")
    except NotFound:
        like, page = (), None
    assert {each.title for each in like if each.visible} == {f"secret {name}" for name in seen}
    assert not any(each.title for each in like if not each.visible)
    shown = {each for group in (page.groups if page else ()) for each in group.ids}
    assert played.names(shown) == (seen if len(seen) > 1 else set())
    hidden = next((name for name in DOCS if name not in seen), None)
    if hidden is not None:
        said = {_refusal(work, new_id(), other) for other in (ids[hidden], new_id())}
        assert len(said) == 1


def _refusal(work: Work, one: str, other: str) -> str:
    with pytest.raises((BadRequest, NotFound)) as refused:
        tell_records_apart(work, "doc", (one, other))
    return f"{type(refused.value)} {refused.value}".replace(other, "")


def check_merges(work: Work, played: Played, me: Oracle) -> None:
    """A plan is made of documents that are seen, and counts no others."""
    ids, seen, docs = played.stage.ids, _seen(me), me.world.docs
    plan = _plan(work, "doc", ids[DOCS[0]], ids[DOCS[1]])
    assert (plan is not None) == ({DOCS[0], DOCS[1]} <= seen)
    first, second = FOLDERS[:2]
    plan = _plan(work, "folder", ids[first], ids[second])
    assert (plan is not None) == (me.sees_folder(first) and me.sees_folder(second))
    if plan is not None:
        counts = {each.field.name: each.count for each in plan.moving}
        moved = {
            "folder": sum(docs[name].folder == second for name in seen),
            "tags": sum(second in docs[name].tags for name in seen),
        }
        assert counts == {name: count for name, count in moved.items() if count}


def _plan(work: Work, entity: str, survivor: str, other: str) -> MergePlan | None:
    try:
        return merge_plan(work, MergeRecords(entity, survivor, (other,)))
    except NotFound:
        return None


def check_notifications(work: Work, played: Played, me: Oracle) -> None:
    """What one was told of a record once names it only while it is seen."""
    items = told(work, my_notifications(work).items, "en", str)
    assert len(items) == len(DOCS)
    ids = {name: played.stage.ids[name] for name in DOCS}
    for name in DOCS:
        (item,) = [each for each in items if each.notification.record_id == ids[name]]
        assert item.visible == (name in _seen(me))
        assert (f"secret {name}" in item.text) == item.visible
        assert bool(item.record_title) == item.visible


def check_rest(app: Flask, token: str, played: Played, me: Oracle) -> None:
    """Lists and counts over HTTP, single records, their histories and duplicates."""
    client, seen, ids = app.test_client(), _seen(me), played.stage.ids
    get = partial(client.get, headers={"Authorization": f"Bearer {token}"})
    listed = get("/api/records/doc?limit=1&count=true")
    assert ((listed.json or {}).get("count") or 0) == len(seen), listed.text
    listed = get("/api/records/doc?limit=100")
    assert listed.status_code in ((200,) if seen else (200, 404))
    assert {name for name in DOCS if ids[name] in listed.text} == seen
    name = DOCS[USERS.index(me.user)]
    for path in ("", "/events", "/pipeline", "/duplicates", "/stages"):
        one = get(f"/api/records/doc/{ids[name]}{path}")
        assert (one.status_code == 200) == (name in seen or (path == "/duplicates" and one.json == {"items": []})), path
        assert not {each for each in DOCS if f"secret {each}" in one.text} - seen
    found = get("/api/search?q=secret")
    assert {each for each in DOCS if f"secret {each}" in found.text} == seen, found.text


def _seen(me: Oracle) -> set[str]:
    return {name for name in DOCS if me.sees(name)}


def _stand_around(stage: Stage) -> None:
    """Groups of a scan, and what everybody was told of each document."""
    ids = stage.ids
    with stage.site.services.database.write() as session:
        put_groups(session, "doc", [FoundGroup(1, tuple(ids[name] for name in DOCS), ("twins",))])
        for user in USERS:
            for name in DOCS:
                about = Notification(new_id(), ids[user], name, "comment", TEXT, NOW, entity="doc", record_id=ids[name])
                add_notification(session, about)


def _token(stage: Stage, user: str) -> str:
    secret = new_secret("kalip_")
    with stage.site.services.database.write() as session:
        create_token(session, Token(new_id(), secret.hash, stage.ids[user], "test", None, NOW, None, None))
    return secret.text


def _app(played: Played, folder: Path) -> Flask:
    """The site in this world, over HTTP: users have their roles in the database as well."""
    users = table_of(KalipUser)
    with played.services.database.write() as session:
        for user in USERS:
            roles = sa.update(users).where(users.c.id == played.stage.ids[user])
            session.write(roles.values(roles=list(played.world.roles[user])))
    return an_app(played.services, Blobs(folder / "blobs"))
