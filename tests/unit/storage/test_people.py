"""Users, logins and tokens; secrets are known by their hashes only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kalip.storage import (
    Database,
    LoginSession,
    Token,
    UniqueClash,
    User,
    add_user,
    create_login,
    create_token,
    delete_expired_logins,
    delete_login,
    delete_logins_of,
    delete_token,
    find_login,
    find_token,
    find_user,
    get_user,
    list_tokens,
    list_users,
    save_user,
    set_password_hash,
    set_roles,
    touch_login,
    touch_token,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
AYSE = User("u1", "Ayşe", "Ayse@Acme.co", ("rep", "admin"), "tr", "Europe/Istanbul", True, "hash", NOW)


@pytest.fixture(autouse=True)
def people(database: Database) -> None:
    with database.write() as session:
        add_user(session, AYSE)
        add_user(session, replace(AYSE, id="u2", name="Ali", email="ali@acme.co", active=False, roles=()))


def test_users_are_found_whatever_the_case(database: Database) -> None:
    with database.read() as session:
        assert find_user(session, " AYSE@acme.CO ") == AYSE
        assert find_user(session, "nobody@acme.co") is None
        assert get_user(session, "u1") == AYSE
        assert [user.name for user in list_users(session)] == ["Ali", "Ayşe"]
        assert [user.name for user in list_users(session, active=True)] == ["Ayşe"]


def test_addresses_are_unique_whatever_the_case(database: Database) -> None:
    with database.write() as session, pytest.raises(UniqueClash):
        add_user(session, replace(AYSE, id="u3", email="AYSE@ACME.CO"))
    with database.write() as session, pytest.raises(UniqueClash):
        save_user(session, replace(AYSE, id="u2"))


def test_users_change(database: Database) -> None:
    with database.write() as session:
        save_user(session, replace(AYSE, name="Ayşe K.", active=False))
        assert set_roles(session, "u1", ["rep"])
        assert set_password_hash(session, "u1", None)
        assert not set_roles(session, "nobody", [])
        found = get_user(session, "u1")
    assert found == replace(AYSE, name="Ayşe K.", active=False, roles=("rep",), password_hash=None)


def test_logins_last_until_they_expire(database: Database) -> None:
    login = LoginSession("h1", "u1", NOW, NOW + HOUR, NOW, "127.0.0.1", "Firefox")
    with database.write() as session:
        create_login(session, login)
        create_login(session, replace(login, id_hash="h2", user_id="u2"))
        assert find_login(session, "h1", NOW) == (login, AYSE)
        assert find_login(session, "h2", NOW) is None
        assert find_login(session, "h1", NOW + HOUR) is None
        touch_login(session, "h1", NOW + HOUR, NOW + 2 * HOUR)
        assert find_login(session, "h1", NOW + HOUR) is not None
        assert delete_expired_logins(session, NOW + HOUR) == 1
        delete_login(session, "h1")
        assert find_login(session, "h1", NOW) is None
        create_login(session, login)
        delete_logins_of(session, "u1")
        assert find_login(session, "h1", NOW) is None


def test_tokens_last_until_they_expire_or_are_revoked(database: Database) -> None:
    token = Token("t1", "hash1", "u1", "import", "rep", NOW, NOW + HOUR, None)
    with database.write() as session:
        create_token(session, token)
        create_token(session, replace(token, id="t2", hash="hash2", expires_at=None))
        assert find_token(session, "hash1", NOW) == (token, AYSE)
        assert find_token(session, "hash1", NOW + HOUR) is None
        assert find_token(session, "hash2", NOW + 1000 * HOUR) is not None
        touch_token(session, "t1", NOW)
        assert [each.used_at for each in list_tokens(session, "u1")] == [NOW, None]
        assert delete_token(session, "t1")
        assert not delete_token(session, "t1")
        assert find_token(session, "hash1", NOW) is None
