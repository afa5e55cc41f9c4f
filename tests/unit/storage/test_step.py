"""What a step is known by, and how long it is thought to take."""

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


def test_a_plan_says_how_long_writers_wait(database: Database) -> None:
    """U4"""
    before = a_served(a_pack().with_entity(an_entity("thing").with_field("size", "integer")))
    after = a_served(a_pack().with_entity(an_entity("thing").with_field("size", "text")))
    with database.publish() as session:
        apply(session, plan(session, before), a_row()["created_at"])
    with database.write() as session:
        insert_record(session, before, "thing", a_row(size=1))
        assert plan(session, before).seconds == 0
        converting = plan(session, after)
    step = next(step for step in converting.steps if step.id.startswith("change_type"))
    assert (step.rows, step.pace) == (1, 6000)
    assert step.seconds == 1 / 6000
    assert converting.seconds == sum(each.seconds for each in converting.steps)
