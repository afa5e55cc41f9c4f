"""What a step is known by."""

from kalip.storage import Database, Session, apply, insert_record, plan
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import a_row


def test_a_step_has_the_same_id_however_many_rows_there_are(database: Database) -> None:
    kept = a_served(a_pack().with_entity(an_entity("thing").with_field("name", "text").with_field("size", "text")))
    without = a_served(a_pack().with_entity(an_entity("thing").with_field("name", "text")))
    with database.publish() as session:
        apply(session, plan(session, kept), a_row()["created_at"])

    def found(session: Session) -> list[tuple[str, int]]:
        return [(step.id, step.rows) for step in plan(session, without).lossy]

    with database.write() as session:
        insert_record(session, kept, "thing", a_row(name="a", size="x"))
        first = found(session)
        insert_record(session, kept, "thing", a_row(name="b", size="y"))
        second = found(session)
    assert first == [("retire_column:thing.size", 1)]
    assert second == [("retire_column:thing.size", 2)]
