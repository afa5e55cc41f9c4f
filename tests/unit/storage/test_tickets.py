"""Secrets for one use, and counts: of two who come at once one is the first."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from kalip.storage import Database, User, add_user
from kalip.storage.tickets import (
    Ticket,
    add_ticket,
    attempts_of,
    count_attempt,
    delete_attempts,
    delete_expired_tickets,
    delete_tickets_of,
    find_ticket,
    take_ticket,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def user(database: Database) -> None:
    with database.write() as session:
        add_user(session, User("u1", "Ece", "ece@acme.co", (), "tr", "UTC", True, None, NOW))


def ticket(hashed: str = "h1", kind: str = "reset") -> Ticket:
    return Ticket(hashed, kind, "u1", NOW, NOW + HOUR, {"next": "/x"})


def test_a_ticket_is_good_once_and_for_its_time(database: Database) -> None:
    with database.write() as session:
        for each in (ticket(), ticket("h2"), ticket("h3")):
            add_ticket(session, each)
        assert find_ticket(session, "reset", "h1", NOW) == ticket()
        assert find_ticket(session, "other", "h1", NOW) is None
        assert find_ticket(session, "reset", "h1", NOW + HOUR) is None
        assert take_ticket(session, "reset", "h1", NOW) == ticket()
        assert take_ticket(session, "reset", "h1", NOW) is None
        assert take_ticket(session, "reset", "h2", NOW + HOUR) is None
        delete_tickets_of(session, "u1", "other")
        assert find_ticket(session, "reset", "h3", NOW) is not None
        delete_tickets_of(session, "u1")
        assert find_ticket(session, "reset", "h3", NOW) is None
        add_ticket(session, ticket())
        assert delete_expired_tickets(session, NOW + HOUR) == 1


def test_of_two_who_take_a_ticket_at_once_one_gets_it(database: Database) -> None:
    with database.write() as session:
        add_ticket(session, ticket())
    taken: list[bool] = []

    def take() -> None:
        with database.write() as session:
            taken.append(take_ticket(session, "reset", "h1", NOW) is not None)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False, False, False, True]


def test_tries_are_counted_in_windows(database: Database) -> None:
    with database.write() as session:
        assert [count_attempt(session, "a", NOW + timedelta(minutes=each), HOUR) for each in range(3)] == [1, 2, 3]
        assert attempts_of(session, "a", NOW, HOUR) == (3, NOW)
        assert attempts_of(session, "a", NOW + HOUR, HOUR) == (0, None)
        assert count_attempt(session, "a", NOW + HOUR, HOUR) == 1
        assert count_attempt(session, "b", NOW, HOUR) == 1
        assert delete_attempts(session, NOW + HOUR) == 1
