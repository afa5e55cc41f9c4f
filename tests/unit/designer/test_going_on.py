"""Long back-fills and indexes go on after a publish, in batches, while the system works and whoever dies."""

from typing import Any

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import PublishConflict
from kalip.designer import Publication, Site, install_packs
from kalip.designer.going_on import JOB_HANDLERS, wait_for_builders
from kalip.jobs import Background, Bell, Crew, Office, Timing
from kalip.metadata import Pack
from kalip.records import JobHandler, JobRun, SaveRecord, Services, get_record, preview_record, run, save_record
from kalip.storage import (
    FILL_JOB,
    INDEX_JOB,
    StoredJob,
    build_index,
    count_jobs,
    insert_records,
    list_jobs,
    plan,
)
from kalip.storage.going_on import _builder
from tests.support.builders import a_pack, an_entity
from tests.support.records import a_row

MANY = 20_500
CODE = {"type": "text", "required": True, "backfill": "name + '!'"}


def things(version: str, **fields: dict[str, Any]) -> Pack:
    """A pack with things: named, sized, and with more fields."""
    thing = an_entity("thing").with_keys(title="name").with_field("name", "text", required=True)
    thing = thing.with_field("size", "integer", **fields.pop("size", {}))
    for name, field in fields.items():
        options = dict(field)
        thing = thing.with_field(name, options.pop("type"), **options)
    return a_pack("things", version).with_role("boss", administrator=True).with_entity(thing).build()


def install(site: Site, pack: Pack) -> None:
    install_packs(site, [pack], Publication(SYSTEM, "", accept_loss=True))


@pytest.fixture
def ids(site: Site) -> list[str]:
    """A site with very many things."""
    install(site, things("1.0.0"))
    rows = [a_row(name=f"n{number}", size=number) for number in range(MANY)]
    with site.services.database.write() as session:
        insert_records(session, site.services.runtime.pin(), "thing", rows)
    return [str(row["id"]) for row in rows]


def run_all(site: Site, handlers: dict[str, JobHandler] | None = None) -> None:
    background = Background({**JOB_HANDLERS, **(handlers or {})})
    crew = Crew(Office(site.services, background, Timing()), Bell(), runners=0)
    while crew.run_next("tester"):
        pass


def jobs(site: Site, kind: str) -> list[StoredJob]:
    with site.services.database.read() as session:
        return list_jobs(session, kind=kind)


def is_settled(site: Site) -> bool:
    with site.services.database.read() as session:
        return plan(session, site.services.runtime.pin()).is_empty


def value(site: Site, record_id: str, name: str) -> object:
    return run(site.services, SYSTEM, lambda work: get_record(work, "thing", record_id), write=False)[name]


def required(site: Site, record_id: str) -> set[str]:
    """What a form of the record asks for."""
    command = SaveRecord("thing", {}, record_id)
    return set(run(site.services, SYSTEM, lambda work: preview_record(work, command), write=False).required)


def test_a_long_fill_goes_on_and_keeps_what_people_write(site: Site, ids: list[str]) -> None:
    install(site, things("1.0.1", code={"type": "text"}))
    install(site, things("1.1.0", code=CODE))
    (job,) = jobs(site, FILL_JOB)
    assert (job.state, job.queue, job.arguments["rows"]) == ("waiting", "long", MANY)
    # The model is in service, its rows are as empty as before, and nobody is held up by the field.
    assert is_settled(site)
    assert value(site, ids[5], "code") is None
    assert required(site, ids[5]) == {"name"}
    run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("thing", {"size": 1}, ids[5])))
    run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("thing", {"code": "mine"}, ids[-1])))
    run_all(site)
    (job,) = jobs(site, FILL_JOB)
    assert (job.state, job.done, (job.result or {})["filled"]) == ("done", MANY - 1, MANY - 1)
    assert [value(site, each, "code") for each in (ids[0], ids[5], ids[-1])] == ["n0!", "n5!", "mine"]
    assert required(site, ids[5]) == {"name", "code"}
    # Taken back, it empties what it had filled and nothing else.
    install(site, things("1.2.0", code={"type": "text"}))
    assert [value(site, each, "code") for each in (ids[0], ids[5], ids[-1])] == [None, None, "mine"]


def test_a_fill_whose_runner_dies_goes_on_where_it_was(site: Site, ids: list[str]) -> None:
    install(site, things("1.1.0", code=CODE))
    begun: list[int] = []

    def dying(services: Services, job: JobRun) -> Any:
        begun.append(job.done)
        looked_up = iter(range(MANY))
        mortal = JobRun(services, job.stored, lambda: len(begun) == 1 and next(looked_up) == 2)
        return JOB_HANDLERS[FILL_JOB](services, mortal)

    run_all(site, {FILL_JOB: dying})
    (job,) = jobs(site, FILL_JOB)
    assert (job.state, begun, (job.result or {})["filled"]) == ("done", [0, 2000], MANY)


def test_a_fill_gives_way_to_what_was_published_since(site: Site, ids: list[str]) -> None:
    install(site, things("1.1.0", code=CODE))
    install(site, things("1.2.0", code=CODE | {"backfill": "'other'"}))
    run_all(site)
    assert sorted((job.result or {})["filled"] for job in jobs(site, FILL_JOB)) == [0, MANY]
    assert value(site, ids[0], "code") == "other"
    install(site, things("1.3.0"))
    install(site, things("1.4.0", code=CODE))
    assert is_settled(site)
    run_all(site)
    with site.services.database.read() as session:
        assert count_jobs(session).keys() == {"done"}


def test_a_unique_key_holds_at_once(site: Site, ids: list[str]) -> None:
    install(site, things("1.1.0", code=CODE | {"unique": True}))
    assert jobs(site, FILL_JOB) == []
    assert value(site, ids[7], "code") == "n7!"


def test_a_long_index_is_built_afterwards(site: Site, ids: list[str]) -> None:
    install(site, things("1.1.0", size={"indexed": True}))
    (job,) = jobs(site, INDEX_JOB)
    name = str(job.arguments["name"])
    assert name not in indexes(site)
    # It comes by itself: a plan doesn't speak of it.
    assert is_settled(site)
    run_all(site)
    (job,) = jobs(site, INDEX_JOB)
    assert (job.state, job.result) == ("done", {"index": "built"})
    assert name in indexes(site)
    assert is_settled(site)
    served = site.services.runtime.pin()
    assert build_index(site.services.database, served, name) == "there"


def test_an_index_that_nothing_wants_any_more_is_not_built(site: Site, ids: list[str]) -> None:
    install(site, things("1.1.0", size={"indexed": True}))
    install(site, things("1.2.0"))
    assert is_settled(site)
    run_all(site)
    (job,) = jobs(site, INDEX_JOB)
    assert (job.state, job.result) == ("done", {"index": "unwanted"})
    # It comes back with what wants it.
    install(site, things("1.3.0", size={"indexed": True}))
    run_all(site)
    assert str(job.arguments["name"]) in indexes(site)


def test_what_a_failed_build_leaves_is_no_index(site: Site, ids: list[str]) -> None:
    """On PostgreSQL a build that was cut off leaves an invalid one."""
    database = site.services.database
    install(site, things("1.1.0", size={"indexed": True}))
    run_all(site)
    (job,) = jobs(site, INDEX_JOB)
    name = str(job.arguments["name"])
    with database.publish() as session:
        if database.dialect == "sqlite":
            session.connection.exec_driver_sql(f'DROP INDEX "{name}"')
        else:
            session.connection.exec_driver_sql(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%(name)s)", {"name": name}
            )
    assert not is_settled(site)
    assert build_index(database, site.services.runtime.pin(), name) == "built"
    assert is_settled(site)


@pytest.mark.slow
def test_publishers_and_builders_keep_out_of_each_others_way(site: Site, ids: list[str]) -> None:
    database = site.services.database
    install(site, things("1.1.0", size={"indexed": True}))
    wait_for_builders(database)
    if database.dialect == "sqlite":
        # The write lock is the model's lock there.
        return
    with _builder(database):
        run_all(site)
        (job,) = jobs(site, INDEX_JOB)
        assert (job.state, job.attempt) == ("waiting", 1)
        with pytest.raises(PublishConflict, match="An index is being built"):
            install(site, things("1.2.0"))
    install(site, things("1.2.0"))


def indexes(site: Site) -> set[str]:
    database = site.services.database
    text = (
        "SELECT name FROM sqlite_master WHERE type = 'index'"
        if database.dialect == "sqlite"
        else "SELECT indexname FROM pg_indexes"
    )
    with database.read() as session:
        return {str(row[0]) for row in session.fetch(text, {})}
