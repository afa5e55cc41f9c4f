"""Purging drops what was retired long enough ago, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kalip.base.ids import new_id
from kalip.expressions import Context
from kalip.runtime import Served
from kalip.storage import (
    Database,
    FileInfo,
    Plan,
    add_file,
    get_files,
    insert_record,
    list_retired,
    plan,
    purge,
    select_one,
)
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import a_row
from tests.unit.storage.conftest import NOW


def model(*, whole: bool) -> Served:
    thing = an_entity("thing").with_field("name", "text")
    if not whole:
        return a_served(a_pack().with_entity(thing))
    thing.with_field("price", "money").with_field("other", "reference", to="other").with_field(
        "others", "references", to="other"
    )
    return a_served(a_pack().with_entity(thing, an_entity("other")))


def test_what_waits_is_listed_and_dropped(
    database: Database, publish: Callable[[Served], Plan], context: Context
) -> None:
    whole, bare = model(whole=True), model(whole=False)
    publish(whole)
    other = a_row(name="x")
    row: dict[str, Any] = a_row(name="a", other=other["id"], others=(other["id"],))
    with database.write() as session:
        insert_record(session, whole, "other", other)
        insert_record(session, whole, "thing", row)
    publish(bare)
    with database.publish() as session:
        waiting = list_retired(session)
        assert sorted((each.was, each.rows) for each in waiting) == [
            ("other", 1),
            ("thing.other", 1),
            ("thing.others", 1),
            ("thing.price", 0),
            ("thing.price.currency", 0),
        ]
        assert purge(session, NOW) == []
        (price,) = purge(session, NOW + timedelta(seconds=1), ["thing.price"])
        assert price.was == "thing.price"
        waiting.remove(price)
        assert purge(session, NOW + timedelta(seconds=1)) == waiting
        assert list_retired(session) == []
    with database.read() as session:
        assert plan(session, bare).is_empty
        assert select_one(session, bare, "thing", row["id"], context, ("name",)) == {"id": row["id"], "name": "a"}
    publish(whole)
    with database.read() as session:
        found = select_one(session, whole, "thing", row["id"], context, ("other", "others"))
    assert found == {"id": row["id"], "other": None, "others": ()}


def test_files_that_it_named_are_forgotten(
    database: Database, publish: Callable[[Served], Plan], context: Context
) -> None:
    def model(*fields: str) -> Served:
        thing = an_entity("thing").with_field("name", "text")
        for name in fields:
            thing.with_field(name, "files" if name == "scans" else "file")
        return a_served(a_pack().with_entity(thing))

    ids = {name: new_id() for name in ("photo", "scan1", "scan2", "kept", "other")}
    thing = a_row(name=ids["other"], photo=ids["photo"], scans=(ids["scan1"], ids["scan2"]), deed=ids["kept"])
    served = model("photo", "scans", "deed")
    publish(served)
    with database.write() as session:
        insert_record(session, served, "thing", thing)
        for name, file_id in ids.items():
            # The last is of another record, whatever this one calls itself.
            record = new_id() if name == "other" else thing["id"]
            add_file(session, FileInfo(file_id, name, "text/plain", 1, "0" * 64, NOW, None, "thing", record, name))
    publish(model("deed"))
    with database.publish() as session:
        assert len(purge(session, NOW + timedelta(seconds=1))) == 2
        assert set(get_files(session, list(ids.values()))) == {ids["kept"], ids["other"]}
    publish(a_served(a_pack().with_entity(an_entity("another"))))
    with database.publish() as session:
        assert [each.was for each in purge(session, NOW + timedelta(seconds=1))] == ["thing"]
        assert set(get_files(session, list(ids.values()))) == {ids["other"]}
