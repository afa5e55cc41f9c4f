"""Keys of calls: taken once, told what became of them, free again after a day or a crash."""

from datetime import UTC, datetime, timedelta

from kalip.storage import Database, KeyState, delete_old_keys, finish_key, release_key, reserve_key

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def ask(database: Database, body: str = "b1", now: datetime = NOW, actor: str = "u1") -> KeyState:
    with database.write() as session:
        return reserve_key(session, actor, "k1", body, now)


def test_a_key_is_taken_once_and_answers_again(database: Database) -> None:
    assert ask(database).state == "new"
    assert ask(database).state == "running"
    assert ask(database, "other").state == "mismatch"
    assert ask(database, actor="u2").state == "new"
    with database.write() as session:
        finish_key(session, "u1", "k1", 201, '{"id": 1}', {"Location": "/x"})
    assert ask(database) == KeyState("done", 201, '{"id": 1}', {"Location": "/x"})
    assert ask(database, "other").state == "mismatch"
    assert ask(database, now=NOW + timedelta(hours=24)).state == "new"


def test_a_key_is_free_when_its_call_failed_or_died(database: Database) -> None:
    ask(database)
    with database.write() as session:
        release_key(session, "u1", "k1")
    assert ask(database).state == "new"
    assert ask(database, now=NOW + timedelta(minutes=1)).state == "running"
    assert ask(database, now=NOW + timedelta(minutes=10)).state == "new"


def test_old_keys_are_forgotten(database: Database) -> None:
    ask(database)
    with database.write() as session:
        assert delete_old_keys(session, NOW) == 0
        assert delete_old_keys(session, NOW + timedelta(seconds=1)) == 1
