"""Second factors and accounts elsewhere: what was used doesn't count again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kalip.storage import Database, UniqueClash, User, add_user
from kalip.storage.factors import (
    APP,
    PASSKEY,
    RECOVERY,
    Factor,
    Link,
    add_factor,
    add_link,
    delete_factor,
    delete_factors,
    delete_link,
    find_link,
    list_factors,
    list_links,
    take_code,
    touch_link,
    use_factor,
    users_with_factors,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = Factor("f1", "u1", PASSKEY, "Key", NOW, handle="abc", public_key="xyz")


@pytest.fixture(autouse=True)
def users(database: Database) -> None:
    with database.write() as session:
        for name in ("u1", "u2"):
            add_user(session, User(name, name, f"{name}@acme.co", (), "tr", "UTC", True, None, NOW))


def test_factors(database: Database) -> None:
    with database.write() as session:
        add_factor(session, KEY)
        app = Factor("f2", "u1", APP, "Phone", NOW, secret="sealed", counter=5)
        add_factor(session, app)
        assert list_factors(session, "u1") == [KEY, app]
        assert use_factor(session, app, 6, NOW)
        assert not use_factor(session, app, 6, NOW)
        assert not use_factor(session, app, 5, NOW)
        assert use_factor(session, KEY, 0, NOW)
        assert use_factor(session, KEY, 0, NOW)  # a passkey that counts nothing
        assert use_factor(session, KEY, 3, NOW)
        assert not use_factor(session, KEY, 0, NOW)
        assert users_with_factors(session) == {"u1"}
        assert not delete_factor(session, "u2", "f1")
        assert delete_factor(session, "u1", "f1")
        assert delete_factors(session, "u1") == 1


def test_a_passkey_is_one_persons(database: Database) -> None:
    with database.write() as session:
        add_factor(session, KEY)
    with database.write() as session, pytest.raises(UniqueClash):
        add_factor(session, replace(KEY, id="f3", user_id="u2"))


def test_a_recovery_code_is_used_up(database: Database) -> None:
    with database.write() as session:
        add_factor(session, Factor("f1", "u1", RECOVERY, "", NOW, handle="h"))
        assert users_with_factors(session) == frozenset()
        assert not take_code(session, "u2", "h")
        assert take_code(session, "u1", "h")
        assert not take_code(session, "u1", "h")


def test_links(database: Database) -> None:
    link = Link("work", "s1", "u1", "x@acme.co", NOW)
    with database.write() as session:
        add_link(session, link)
        touch_link(session, link, NOW)
        assert find_link(session, "work", "s1") == replace(link, used_at=NOW)
        assert find_link(session, "home", "s1") is None
        assert len(list_links(session, "u1")) == 1
        assert not delete_link(session, "u2", "work", "s1")
    with database.write() as session, pytest.raises(UniqueClash):
        add_link(session, replace(link, user_id="u2"))
    with database.write() as session:
        assert delete_link(session, "u1", "work", "s1")
