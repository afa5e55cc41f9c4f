"""Consumers of the event log miss nothing and read nothing twice, whatever order transactions end in."""

from datetime import UTC, datetime

from kalip.storage import (
    Database,
    Event,
    Mark,
    consumer_states,
    consumers_behind,
    events_after,
    hold_consumers,
    move_consumers,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
START = Mark(0)


def event(number: int) -> Event:
    return Event("updated", "thing", str(number), None, NOW)


def read_all(database: Database, mark: Mark, limit: int = 500) -> tuple[list[int], Mark]:
    with database.read() as session:
        events, after = events_after(session, mark, limit)
    return [each.id for each in events], after


def test_events_come_by_batches_in_order(database: Database) -> None:
    with database.write() as session:
        numbers = [session.events.append(event(each)) for each in range(5)]
    first, mark = read_all(database, START, 2)
    second, mark = read_all(database, mark, 2)
    third, mark = read_all(database, mark, 2)
    assert [*first, *second, *third] == numbers
    assert read_all(database, mark) == ([], mark)


def test_events_wait_for_transactions_that_began_before(database: Database) -> None:
    if database.dialect == "sqlite":
        with database.write() as session:
            number = session.events.append(event(1))
            assert read_all(database, START)[0] == []
        assert read_all(database, START)[0] == [number]
        return
    with database.write() as slow:
        early = slow.events.append(event(1))
        with database.write() as quick:
            late = quick.events.append(event(2))
        assert read_all(database, START)[0] == []
    assert read_all(database, START)[0] == [early, late]
    assert read_all(database, START, 1)[0] == [early]


def test_a_number_given_out_early_and_committed_late_is_not_missed(database: Database) -> None:
    if database.dialect == "sqlite":
        # Writers come one after the other there, and their numbers with them.
        with database.write() as session:
            session.events.append(event(1))
        assert read_all(database, START)[0] == [1]
        return
    with database.write() as old:
        old.connection.exec_driver_sql("SELECT pg_current_xact_id()").close()
        with database.write() as young:
            low = young.events.append(event(1))
            high = old.events.append(event(2))
            old.connection.commit()
            found, mark = read_all(database, START)
            # The lower number is still under way, and the place read up to doesn't go past it.
            assert found == [high]
        assert low < high
        assert read_all(database, mark)[0] == [low]


def test_one_transaction_holds_a_consumer(database: Database) -> None:
    with database.write() as session:
        last = session.events.append(event(1))
    with database.write() as session:
        made = hold_consumers(session, ["rules"], NOW).get("rules")
        assert made is not None
        # A new consumer starts with what comes.
        assert made.id == last
    with database.write() as session:
        held = hold_consumers(session, ["rules"], NOW).get("rules")
        assert held == made
        if database.dialect == "postgresql":
            with database.write() as other:
                assert hold_consumers(other, ["rules"], NOW) == {}
    with database.write() as session:
        fresh = session.events.append(event(2))
    with database.read() as session:
        assert consumers_behind(session, ["rules", "never seen"]) == {"rules", "never seen"}
    with database.write() as session:
        held = hold_consumers(session, ["rules"], NOW).get("rules")
        assert held is not None
        events, mark = events_after(session, held)
    assert [each.id for each in events] == [fresh]
    with database.read() as session:
        (state,) = consumer_states(session)
    assert (state.name, state.position, state.behind) == ("rules", last, 1)
    with database.write() as session:
        move_consumers(session, ["rules"], mark, NOW)
    with database.read() as session:
        assert consumers_behind(session, ["rules"]) == set()
        (state,) = consumer_states(session)
    assert (state.position, state.behind) == (fresh, 0)


def test_a_place_in_another_cluster_goes_on_by_numbers(database: Database) -> None:
    with database.write() as session:
        numbers = [session.events.append(event(each)) for each in range(4)]
    found, mark = read_all(database, Mark(numbers[1]), 1)
    assert found == numbers[2:3]
    assert read_all(database, mark)[0] == numbers[3:]


def test_consumers_are_held_together_each_at_its_own_place(database: Database) -> None:
    with database.write() as session:
        hold_consumers(session, ["rules"], NOW)
        first = session.events.append(event(1))
    with database.write() as session:
        held = hold_consumers(session, ["rules", "mail"], NOW)
        assert {name: mark.id for name, mark in held.items()} == {"rules": 0, "mail": first}
    with database.read() as session:
        assert consumers_behind(session, ["rules", "mail"]) == {"rules"}
    with database.write() as session:
        move_consumers(session, ["rules", "mail"], held["mail"], NOW)
    with database.read() as session:
        assert consumers_behind(session, ["rules", "mail"]) == set()
