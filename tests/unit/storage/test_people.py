"""Users, logins and tokens; secrets are known by their hashes only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kalip.storage import (
    Database,
    LoginSession,
    Session,
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
from kalip.storage.people import PeopleQuery, count_users, search_users

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


def found(session: Session, query: PeopleQuery, first: int = 0, most: int = 99) -> list[str]:
    people = search_users(session, query, first, most)
    if not first and most == 99:
        assert count_users(session, query) == len(people)
    return [each.name for each in people]


def with_more(session: Session) -> None:
    for number, name in enumerate(("Zeynep", "ışık", "Işıl", "Çağla", "cem", "Oya_1", "Ян")):
        roles = ("rep",) if number % 2 else ("reps", "x")
        email = f"I{number}@Acme.co"
        add_user(session, replace(AYSE, id=f"w{number}", name=name, email=email, roles=roles, service=number == 2))


def test_users_have_one_order_on_every_database_and_come_in_pages(database: Database) -> None:
    with database.write() as session:
        with_more(session)
        everybody = ["Ali", "Ayşe", "cem", "Çağla", "ışık", "Işıl", "Oya_1", "Zeynep", "Ян"]
        assert [each.name for each in list_users(session)] == everybody
        assert found(session, PeopleQuery()) == everybody
        assert found(session, PeopleQuery(), first=2, most=2) == ["cem", "Çağla"]
        assert found(session, PeopleQuery(), first=9) == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (PeopleQuery("ıŞı", language="tr"), ["ışık", "Işıl"]),
        (PeopleQuery("İŞıL", language="tr"), ["Işıl"]),
        (PeopleQuery("i3@aCME", language="tr"), ["Çağla"]),
        (PeopleQuery("I3@", language="tr"), ["Çağla"]),
        (PeopleQuery("_1"), ["Oya_1"]),
        (PeopleQuery("%"), []),
        (PeopleQuery(role="rep"), ["Ayşe", "Çağla", "ışık", "Oya_1"]),
        (PeopleQuery("y", role="rep"), ["Ayşe", "Oya_1"]),
        (PeopleQuery(state="out"), ["Ali"]),
        (PeopleQuery(state="programme"), ["Işıl"]),
        (PeopleQuery("ş", state="in"), ["Ayşe", "ışık"]),
    ],
)
def test_users_are_searched(database: Database, query: PeopleQuery, names: list[str]) -> None:
    with database.write() as session:
        with_more(session)
        assert found(session, query) == names


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
