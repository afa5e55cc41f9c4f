"""Who is shown a value of a marked field is logged: by list, record, page, path and export, and nothing else is."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import NotFound
from kalip.records import ListRecords, Work, get_record, list_records, record_events, run
from kalip.records.merging import MergeRecords, merge_plan
from kalip.records.pages import list_page, record_page
from kalip.records.reads import note_values
from kalip.records.services import unit_of_work
from kalip.records.transfer import export_records
from kalip.storage import Event
from kalip.storage.event_search import EventFilter, search_events
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import Site, a_site
from tests.support.web_site import a_site as a_web_site


def pack() -> PackBuilder:
    """People with a number that is not for everybody's eyes, and their cases."""
    person = (
        an_entity("person")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("tin", "text", audit_reads=True)
        .with_field("city", "text")
        .with_access(rep="all", viewer={"read": {"scope": "all", "where": "city == 'Bursa'"}})
        .with_list("name", "tin")
    )
    case = (
        an_entity("case")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("person", "reference", to="person")
        .with_access(rep="all", viewer={"read": "all"})
        .with_list("name", "person", "person.tin")
    )
    return a_pack("people").with_role("rep", "viewer").with_role("boss", administrator=True).with_entity(person, case)


@pytest.fixture
def site(made_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """A site of people and cases; nothing here differs from database to database."""
    shutil.copy(made_sqlite, tmp_path / "site.db")
    with a_site(f"sqlite:///{tmp_path / 'site.db'}", pack()) as site:
        yield site


def reads(site: Site) -> list[tuple[str, str, str | None, tuple[str, ...]]]:
    """What was read so far: entity, record, by whom, which fields."""
    with site.services.database.read() as session:
        found = search_events(session, EventFilter(kind="record.read"), limit=200).events
    return [_told(event) for event in reversed(found)]


def _told(event: Event) -> tuple[str, str, str | None, tuple[str, ...]]:
    return event.entity, event.record_id, event.actor, tuple((event.after or {})["fields"])


def test_it_works(site: Site) -> None:
    person = site.save("bora", "person", {"name": "Ayşe", "tin": "123", "city": "Bursa"}).id
    site.clock.move(days=1)
    assert reads(site) == []
    site.get("bora", "person", person)
    assert reads(site) == [("person", person, site.actors["bora"].id, ("tin",))]
    history = site.act("bora", lambda work: record_events(work, "person", person), write=False)
    assert [each.kind for each in history.items] == ["record.created"]
    assert len(reads(site)) == 2


def test_each_way_to_look(site: Site) -> None:
    first = site.save("bora", "person", {"name": "Ayşe", "tin": "123"}).id
    case = site.save("bora", "case", {"name": "One", "person": first}).id
    mine = ("person", first, site.actors["bora"].id, ("tin",))
    expected = []

    def look(command: ListRecords) -> None:
        site.act("bora", lambda work: list_records(work, command), write=False)

    look(ListRecords("person"))
    look(ListRecords("person", fields=("name", "tin")))
    look(ListRecords("case", fields=("name", "person.tin")))
    site.act("bora", lambda work: list_page(work, ListRecords("case")), write=False)
    site.act("bora", lambda work: record_page(work, "person", first), write=False)
    site.act("bora", lambda work: get_record(work, "case", case, ("person.tin",)), write=False)
    site.act("bora", lambda work: get_record(work, "person", first))
    expected += [mine] * 7
    assert reads(site) == expected


def test_history_plans_of_merges_and_files_are_read_too(site: Site) -> None:
    first, second = (site.save("bora", "person", {"name": name, "tin": "123"}).id for name in ("Ayşe", "Ali"))
    mine = [("person", each, site.actors["bora"].id, ("tin",)) for each in (first, second)]
    site.act("bora", lambda work: record_events(work, "person", first), write=False)
    assert reads(site) == mine[:1]
    command = MergeRecords("person", first, (second,))
    site.act("bora", lambda work: merge_plan(work, command), write=False)
    assert reads(site) == mine[:1] + mine
    with unit_of_work(site.services, site.actors["bora"]) as work:
        for shown in ({"tin": None}, {"city": "Bursa"}, {}):
            note_values(work, "person", first, shown)
        assert not work.reads


def test_a_file_of_a_marked_field_is_read_when_it_leaves(tmp_path: Path) -> None:
    paper = an_entity("paper").with_field("scan", "file", audit_reads=True).with_access(rep="all")
    house = a_pack().with_role("rep").with_entity(paper)
    with a_web_site(f"sqlite:///{tmp_path / 'house.db'}", tmp_path, house) as site:
        rep = site.caller("rep")
        made = site.admin.make("paper")
        site.admin.client.post(
            f"/api/records/paper/{made['id']}/files/scan",
            data={"file": (BytesIO(b"secret"), "scan.txt")},
            headers={"Authorization": f"Bearer {site.admin.token}"},
        )
        file = (site.admin.get(f"/api/records/paper/{made['id']}").json or {})["scan"]
        assert rep.get(f"/api/files/{file}").data == b"secret"
        with site.services.database.read() as session:
            found = search_events(session, EventFilter(kind="record.read"), limit=200).events
    assert [_told(each) for each in found if each.actor == rep.user_id] == [
        ("paper", made["id"], rep.user_id, ("scan",))
    ]


def test_what_shows_nothing_is_not_logged(site: Site) -> None:
    person = site.save("bora", "person", {"name": "Ayşe", "tin": "123", "city": "İzmir"}).id
    empty = site.save("bora", "person", {"name": "Ali", "city": "Bursa"}).id
    case = site.save("bora", "case", {"name": "One", "person": person}).id
    site.act("bora", lambda work: list_records(work, ListRecords("person", fields=("name", "city"))), write=False)
    site.get("bora", "person", empty)
    row = site.act("cem", lambda work: get_record(work, "case", case, ("person.tin",)), write=False)
    assert row["person.tin"] is None
    with pytest.raises(NotFound):
        site.get("cem", "person", person)
    run(site.services, SYSTEM, lambda work: get_record(work, "person", person), write=False)
    assert reads(site) == []


def test_a_request_that_fails_shows_nothing(site: Site) -> None:
    person = site.save("bora", "person", {"name": "Ayşe", "tin": "123"}).id

    def fails(work: Work) -> None:
        get_record(work, "person", person)
        raise NotFound("gone")

    for write in (False, True):
        with pytest.raises(NotFound):
            site.act("bora", fails, write=write)
    assert reads(site) == []


def test_many_are_kept_at_once(site: Site) -> None:
    for number in range(5):
        site.save("bora", "person", {"name": f"P{number}", "tin": "1"})
    with site.services.database.count_statements() as statements:
        site.act("bora", lambda work: list_records(work, ListRecords("person")), write=False)
    assert len([each for each in statements if "INSERT" in each]) == 1
    assert len(reads(site)) == 5
    with site.services.database.count_statements() as statements:
        site.act("bora", lambda work: list_records(work, ListRecords("case")), write=False)
    assert not any("INSERT" in each for each in statements)


def test_an_export_is_logged_with_what_left(site: Site) -> None:
    for number in range(3):
        site.save("bora", "person", {"name": f"P{number}", "tin": "1"})
    command = ListRecords("person", filter="name != 'P0'")
    assert b"P2" in b"".join(export_records(site.services, site.actors["bora"], command))
    with site.services.database.read() as session:
        found = search_events(session, EventFilter(kind="export", entity="person")).events
    assert [event.kind for event in found] == ["export.ended", "export.begun"]
    assert found[0].after == {"rows": 2, "whole": True}
    assert (found[1].after or {})["filter"] == "name != 'P0'"
    assert (found[1].after or {})["columns"] == ["name", "tin"]
    assert {event.actor for event in found} == {site.actors["bora"].id}
    assert len(reads(site)) == 2


def test_an_export_that_breaks_off_is_logged_as_such(site: Site) -> None:
    site.save("bora", "person", {"name": "P0", "tin": "1"})
    stream = export_records(site.services, site.actors["bora"], ListRecords("person"))
    next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator
    with site.services.database.read() as session:
        ended = search_events(session, EventFilter(kind="export.ended")).events[0]
    assert ended.after == {"rows": 1, "whole": False}


def test_who_looks_with_other_eyes_is_named(site: Site) -> None:
    person = site.save("bora", "person", {"name": "Ayşe", "tin": "123"}).id
    actor = replace(site.actors["bora"], on_behalf=site.actors["ada"].id, read_only=True)
    with unit_of_work(site.services, actor) as work:
        get_record(work, "person", person)
    with site.services.database.read() as session:
        event = search_events(session, EventFilter(kind="record.read")).events[0]
    assert (event.actor, event.on_behalf) == (site.actors["bora"].id, site.actors["ada"].id)
