"""Users and tokens on the command line."""

from tests.unit.cli.conftest import Kalip


def test_it_works(site: Kalip) -> None:
    made = site("user", "add", "bora@example.com", "--name", "Bora", "--role", "administrator", "--json")
    assert made.code == 0, made.err
    assert len(made.data["password"]) >= 12
    people = {each["email"]: each for each in site("user", "list", "--json").data}
    assert people["bora@example.com"]["roles"] == ["administrator"]
    assert "bora@example.com" in site("user", "list").out


def test_faults_name_the_field(site: Kalip) -> None:
    found = site("user", "add", "nobody", "--role", "administratr")
    assert found.code == 1
    assert "/email: This is no e-mail address" in found.err
    assert "did you mean 'administrator'?" in found.err


def test_the_last_administrator_stays(site: Kalip) -> None:
    found = site("user", "disable", "admin@example.com")
    assert found.code == 1
    assert "last administrator" in found.err


def test_changing_people(site: Kalip) -> None:
    site("user", "add", "bora@example.com", "--name", "Bora")
    assert site("user", "roles", "bora@example.com", "--role", "administrator").code == 0
    assert site("user", "disable", "bora@example.com").code == 0
    assert site("user", "enable", "bora@example.com").code == 0
    assert site("user", "password", "bora@example.com", "--password", "another long one").code == 0
    assert "user list" in site("user", "password", "cem@example.com").err


def test_tokens_are_shown_once(site: Kalip) -> None:
    text = site("token", "create", "--user", "admin@example.com", "--days", "7", "--name", "sync").out.strip()
    assert text.startswith("kalip_")
    found = site("token", "list", "--user", "admin@example.com", "--json").data
    assert [each["name"] for each in found] == ["sync"]
    assert text not in str(found)
    assert site("token", "revoke", found[0]["id"], "--user", "admin@example.com").code == 0
    assert site("token", "list", "--user", "admin@example.com", "--json").data == []


def test_programmes_and_narrow_tokens(site: Kalip) -> None:
    made = site("user", "add", "sync@example.com", "--role", "administrator", "--service", "--json")
    assert made.data["password"] is None
    refused = site("user", "add", "x@example.com", "--service", "--password", "another long one")
    assert "has no password" in refused.err
    assert "no entity 'nothing'" in site("token", "create", "--user", "sync@example.com", "--entity", "nothing").err
    assert site("token", "create", "--user", "sync@example.com", "--read-only").code == 0
    (found,) = site("token", "list", "--json").data
    assert (found["user"], found["read_only"]) == ("sync@example.com", True)
    assert site("token", "revoke", found["id"], "--user", "admin@example.com").code == 1
    assert site("token", "revoke", found["id"]).code == 0
    assert site("token", "list", "--user", "sync@example.com", "--json").data == []


def test_who_lost_everything_is_helped(site: Kalip) -> None:
    assert site("user", "reset", "admin@example.com").out.startswith("/login/reset/")
    assert site("user", "second-factor", "admin@example.com", "--json").data == []
    assert site("user", "second-factor", "admin@example.com", "--off", "--json").data["removed"] == 0


def test_usage(site: Kalip) -> None:
    assert site("token", "create").code == 2
    assert site("token", "create", "--user", "admin@example.com", "--days", "0").code == 2
