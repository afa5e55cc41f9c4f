"""Purging: an archived record goes for good with all that is its own, unless something stands against it."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, Conflict, KalipError, NotFound, RecordRejected, StaleVersion
from kalip.model import Verb
from kalip.records import (
    BatchOperation,
    PurgePlan,
    SavedRecord,
    SaveRecord,
    Selection,
    archive_record,
    batch,
    bulk_jobs,
    bulk_purge,
    comment,
    plan_purge,
    purge_record,
    restore_record,
    save_record,
    search_records,
)
from kalip.records.bulk_jobs import BulkCommand, enqueue_bulk, result_of
from kalip.records.explaining import Question, why
from kalip.records.job_desk import job_of
from kalip.records.journal import PURGED
from kalip.records.merging import MergeRecords, merge_records, resolve
from kalip.records.privacy import put_hold
from kalip.records.sharing import ShareRecord, share_record
from kalip.storage import Blobs, events_for
from kalip.storage.files import files_of
from kalip.storage.notifications import set_follow
from kalip.storage.tasks import Task, add_task, change_task
from tests.support.background import Yard
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.personal import put_file
from tests.support.site import NOW, Site, a_site

SECRET = "zumrutkanarya"


def purging_pack() -> PackBuilder:
    """A matter with parts, and one entity for each way of referring to it."""
    rights: dict[str, Any] = {"rep": {"all": "all", "purge": "all"}, "viewer": {"all": "all"}}
    some = {"all": "all", "purge": {"scope": "all", "where": "sector == 'open'"}}
    matter = (
        an_entity("matter")
        .with_keys(title="name", search={"name": {}}, duplicates={"same": {"fields": {"name": "fold"}}})
        .with_field("name", "text", required=True)
        .with_field("sector", "text", default="open")
        .with_field("code", "text", unique=True)
        .with_field("paper", "file")
        .with_field("before", "reference", to="matter")
        .with_field("parts", "children", of="part")
        .with_access(rep=some, viewer={"all": "all"})
    )
    part = (
        an_entity("part")
        .with_keys(owned_by="matter", title="text")
        .with_field("matter", "reference", to="matter", required=True)
        .with_field("text", "text")
        .with_field("after", "reference", to="part")
    )
    order = (
        an_entity("order")
        .with_keys(title="number")
        .with_field("number", "text")
        .with_field("matter", "reference", to="matter")
        .with_access(rep=rights["rep"])
    )
    visit = (
        an_entity("visit")
        .with_keys(title="place")
        .with_field("place", "text")
        .with_field("matter", "reference", to="matter", on_delete="clear")
        .with_field("others", "references", to="matter")
        .with_field("about", "any_reference", to={"matter": {}, "order": {}})
        .with_access(**rights)
    )
    note = (
        an_entity("note")
        .with_keys(title="text")
        .with_field("text", "text")
        .with_field("matter", "reference", to="matter", on_delete="cascade")
        .with_access(rep={"all": "all"})
    )
    return (
        a_pack("purging")
        .with_role("rep", "viewer")
        .with_role("boss", administrator=True)
        .with_entity(matter, part, order, visit, note)
    )


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_site(database_url, purging_pack()) as site:
        yield site


def archived(site: Site, entity: str = "matter", **values: Any) -> str:
    made = site.save("bora", entity, {"name": SECRET, **values} if entity == "matter" else values).id
    site.act("bora", lambda work: archive_record(work, entity, made))
    return made


def purge(site: Site, record: str, who: str = "bora", entity: str = "matter") -> SavedRecord:
    return site.act(who, lambda work: purge_record(work, entity, record))


def planned(site: Site, record: str, who: str = "bora") -> PurgePlan:
    return site.act(who, lambda work: plan_purge(work, "matter", record), write=False)


def refusals(site: Site, record: str, who: str = "bora") -> list[str]:
    """Codes of what stands against it: planned and when it is done."""
    with pytest.raises(RecordRejected) as caught:
        purge(site, record, who)
    assert caught.value.violations == planned(site, record, who).obstacles
    return [each.code for each in caught.value.violations]


def left(site: Site, *texts: str) -> list[str]:
    """Which own tables still name one of the texts, but the log."""
    found = []
    with site.services.database.read() as session:
        quote = session.sql.identifier_preparer.quote
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%search_%'"
            if session.dialect == "sqlite"
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        for (name,) in session.fetch(names, {}):
            rows = session.fetch(f"SELECT * FROM {quote(name)}", {})  # noqa: S608
            if any(text in str(row) for row in rows for text in texts):
                found.append(name)
    return sorted(found)


def test_nothing_of_a_record_is_left_but_that_it_was_there(site: Site, tmp_path: Path) -> None:
    object.__setattr__(site.services, "blobs", Blobs(tmp_path))
    record = site.save("bora", "matter", {"name": SECRET, "code": "7", "parts": [{"text": SECRET}]}).id
    put_file(site, "matter", record, "paper", b"letter")
    site.act("ada", lambda work: comment(work, "matter", record, SECRET))
    ada, cem = (str(site.actors[name].id) for name in ("ada", "cem"))
    site.act("ada", lambda work: share_record(work, ShareRecord("matter", record, "user", cem, SECRET)))
    task = Task("0199-task", SECRET, NOW, entity="matter", record_id=record, user_id=ada)
    with site.services.database.write() as session:
        set_follow(session, ada, ("matter", record), "watch", NOW)
        add_task(session, task)
        change_task(session, task, state="done")
    site.act("bora", lambda work: archive_record(work, "matter", record))
    plan = planned(site, record)
    assert (plan.title, plan.along, plan.beside) == (SECRET, {"part": 1}, {"files": 1, "tasks": 1, "shares": 1})
    purge(site, record)
    assert left(site, SECRET) == []
    assert left(site, record) == ["kalip_event", "kalip_task"]
    with site.services.database.read() as session:
        assert files_of(session, "matter", record) == []
        events = events_for(session, "matter", record).events
    assert (events[0].kind, events[0].after, events[0].actor) == (PURGED, {}, site.actors["bora"].id)
    assert [each.kind for each in events[1:]][-1] == "record.created"
    with pytest.raises(NotFound):
        site.get("ada", "matter", record)
    with pytest.raises(NotFound):
        purge(site, record)
    assert site.act("ada", lambda work: search_records(work, SECRET), write=False) == ()
    site.save("bora", "matter", {"name": "again", "code": "7"})


def test_the_right_is_closed_by_default_and_may_be_conditional(site: Site) -> None:
    free, kept = archived(site), archived(site, sector="closed", name="other")
    for who, record in (("cem", free), ("bora", kept)):
        with pytest.raises(AccessDenied):
            purge(site, record, who)
        with pytest.raises(AccessDenied):
            planned(site, record, who)
    with pytest.raises(NotFound):
        purge(site, free, "deniz")
    told = site.act("ada", lambda work: why(work, Question(Verb.PURGE, "matter", kept, user="bora@example.com")))
    assert (told.allowed, told.concluded) == (False, False)
    told = site.act("ada", lambda work: why(work, Question(Verb.PURGE, "matter", free, user="bora@example.com")))
    assert (told.allowed, told.concluded) == (True, True)
    purge(site, free)
    purge(site, kept, "ada")


def test_only_archived_records_of_the_version_that_was_seen(site: Site) -> None:
    record = site.save("bora", "matter", {"name": "x"}).id
    with pytest.raises(Conflict, match="archive it first"):
        purge(site, record)
    site.act("bora", lambda work: archive_record(work, "matter", record))
    with pytest.raises(StaleVersion):
        site.act("bora", lambda work: purge_record(work, "matter", record, 1))
    site.act("bora", lambda work: purge_record(work, "matter", record, 2))


def test_a_reference_that_restricts_is_named_as_far_as_it_may_be_seen(site: Site) -> None:
    record = site.save("bora", "matter", {"name": "x"}).id
    order = site.save("bora", "order", {"matter": record}).id
    site.act("bora", lambda work: archive_record(work, "matter", record))
    site.act("bora", lambda work: archive_record(work, "order", order))
    assert refusals(site, record) == ["referred_to"]
    assert [each.message for each in planned(site, record).obstacles] == [
        "Other records refer to it by “Matter” (Order: 1)."
    ]
    purge(site, order, entity="order")
    purge(site, record)


def test_what_may_not_be_seen_is_not_counted(database_url: str) -> None:
    pack = purging_pack()
    secret = an_entity("secret").with_keys(title="id").with_field("matter", "reference", to="matter").with_access()
    with a_site(database_url, pack.with_entity(secret)) as site:
        record = site.save("bora", "matter", {"name": "x"}).id
        site.save("ada", "secret", {"matter": record})
        site.act("bora", lambda work: archive_record(work, "matter", record))
        assert [each.message for each in planned(site, record).obstacles] == [
            "Records that you may not see refer to it."
        ]
        assert refusals(site, record) == ["referred_to"]


def test_other_references_go_empty_and_their_records_tell_it(site: Site) -> None:
    record, other = (site.save("bora", "matter", {"name": name}).id for name in ("x", "y"))
    about = {"entity": "matter", "id": record}
    visit = site.save("bora", "visit", {"matter": record, "others": [record, other], "about": about}).id
    site.act("bora", lambda work: archive_record(work, "matter", record))
    assert planned(site, record).emptied == {("visit", "matter"): 1, ("visit", "others"): 1, ("visit", "about"): 1}
    purge(site, record)
    now = site.get("bora", "visit", visit)
    assert (now["matter"], now["others"], now["about"], now["version"]) == (None, [other], None, 4)
    with site.services.database.read() as session:
        told = [(each.before, each.after) for each in events_for(session, "visit", visit).events[:3]]
    assert ({"others": [other, record]}, {"others": [other]}) in told
    assert ({"matter": record}, {"matter": None}) in told
    assert ({"about": about}, {"about": None}) in told


def test_what_goes_along_must_be_archived_and_permitted_too(site: Site) -> None:
    record = site.save("bora", "matter", {"name": "x"}).id
    note = site.save("bora", "note", {"text": SECRET, "matter": record}).id
    site.act("bora", lambda work: archive_record(work, "matter", record))
    assert refusals(site, record) == ["not_archived", "not_permitted"]
    site.act("bora", lambda work: archive_record(work, "note", note))
    assert refusals(site, record) == ["not_permitted"]
    purge(site, record, "ada")
    assert left(site, SECRET) == []


def test_records_that_go_together_may_need_each_other(site: Site) -> None:
    record = site.save("bora", "matter", {"name": "x", "parts": [{"text": "a"}, {"text": "b"}]}).id
    first, second = (line["id"] for line in site.get("bora", "matter", record)["parts"])
    site.save("bora", "part", {"after": second}, first)
    site.save("bora", "part", {"after": first}, second)
    site.save("bora", "matter", {"before": record}, record)
    site.act("bora", lambda work: archive_record(work, "matter", record))
    purge(site, record)
    assert left(site, first, second, record) == ["kalip_event"]


def test_holds_and_open_work_stand_against_it(site: Site) -> None:
    record = archived(site)
    site.act("ada", lambda work: put_hold(work, [("matter", record)], "a lawsuit", person=False))
    with site.services.database.write() as session:
        add_task(session, Task("0199-task", "t", NOW, entity="matter", record_id=record, role="rep"))
    assert refusals(site, record, "ada") == ["held", "open_tasks"]
    assert "lawsuit" not in str([each.message for each in planned(site, record).obstacles])


def test_what_was_merged_into_it_is_found_again(site: Site) -> None:
    survivor, merged = (site.save("ada", "matter", {"name": name}).id for name in ("x", "y"))
    site.act("ada", lambda work: merge_records(work, MergeRecords("matter", survivor, (merged,))))
    site.act("ada", lambda work: archive_record(work, "matter", survivor))
    purge(site, survivor)
    assert site.act("ada", lambda work: resolve(work, merged), write=False) == merged
    purge(site, merged)


def test_many_at_once_each_for_itself(site: Site) -> None:
    ids = [archived(site, name=f"m{number}") for number in range(3)]
    live = site.save("bora", "matter", {"name": "live"}).id
    result = bulk_purge(site.services, site.actors["bora"], Selection("matter", (ids[0], live)))
    assert [item.error is None for item in result.items] == [True, False]
    operations = [BatchOperation("purge", each) for each in (ids[1], live)]
    results = site.act("bora", lambda work: batch(work, "matter", operations, atomic=False))
    assert [each.error is None for each in results] == [True, False]
    command = BulkCommand("matter", [ids[2], live], "purge", {})
    job_id = site.act("bora", lambda work: enqueue_bulk(work, command))
    Yard(site, bulk_jobs.JOB_HANDLERS).run_all()
    job = site.act("bora", lambda work: job_of(work, job_id), write=False)
    outcome = result_of(job.arguments, job.result or {}, job.done)
    assert [item.error and item.error.code for item in outcome.items] == [None, "R109"]


def test_of_many_who_purge_at_once_one_does(site: Site) -> None:
    record = archived(site)
    outcomes = together(*(lambda: purge(site, record) for _ in range(4)))
    assert sorted(outcomes) == ["NotFound", "NotFound", "NotFound", "done"]


def test_who_saves_or_restores_meanwhile_is_first_or_told(site: Site) -> None:
    for number in range(4):
        record = archived(site, name=f"m{number}")
        visit = site.save("bora", "visit", {"place": "p"}).id
        pointing = SaveRecord("visit", {"matter": record}, visit)
        outcomes = together(
            partial(purge, site, record),
            partial(site.act, "bora", partial(restore_record, entity="matter", record_id=record)),
            partial(site.act, "ada", partial(save_record, command=pointing)),
        )
        assert outcomes[0] in ("done", "Conflict")
        assert outcomes[1] == ("NotFound" if outcomes[0] == "done" else "done")
        assert outcomes[2] in ("done", "RecordRejected", "Dangling")
        assert site.get("bora", "visit", visit)["matter"] in (None, record)


def together(*calls: Callable[[], object]) -> list[str]:
    """What became of calls that begin at the same moment."""
    outcomes = [""] * len(calls)
    barrier = threading.Barrier(len(calls))

    def make(place: int) -> None:
        barrier.wait()
        try:
            calls[place]()
            outcomes[place] = "done"
        except KalipError as error:
            outcomes[place] = type(error).__name__

    threads = [threading.Thread(target=make, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
