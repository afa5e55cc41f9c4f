"""Users, sessions and API tokens."""

import threading

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import AccessDenied, Conflict, NotAuthenticated, NotFound, RecordRejected
from kalip.records import Work, run
from kalip.records.accounts import (
    Locked,
    NewUser,
    TokenScope,
    actor_of_session,
    actor_of_token,
    change_password,
    create_api_token,
    create_user,
    list_people,
    revoke_token,
    set_user_active,
    set_user_roles,
    sign_in,
    sign_out,
    tokens_of,
)
from tests.support.site import Site

PASSWORD = "correct horse 7"


@pytest.fixture
def ece(site: Site) -> str:
    new = NewUser("Ece Ak", "Ece@Example.com", ("rep",), PASSWORD, "tr", "Europe/Istanbul")
    return site.act("ada", lambda work: create_user(work, new))


class TestSigningIn:
    def test_it_works(self, site: Site, ece: str) -> None:
        signed = sign_in(site.services, " ece@EXAMPLE.com ", PASSWORD, "127.0.0.1", "test")
        assert (signed.actor.id, signed.actor.roles, signed.actor.locale) == (ece, ("rep",), "tr")
        actor = actor_of_session(site.services, signed.token)
        assert actor == signed.actor
        sign_out(site.services, signed.token)
        assert actor_of_session(site.services, signed.token) is None

    def test_a_session_is_read_in_one_statement(self, site: Site, ece: str) -> None:
        token = sign_in(site.services, "ece@example.com", PASSWORD).token
        with site.services.database.count_statements() as statements:
            actor_of_session(site.services, token)
        assert len(statements) == 1

    def test_the_secret_is_not_stored(self, site: Site, ece: str) -> None:
        token = sign_in(site.services, "ece@example.com", PASSWORD).token
        with site.services.database.read() as session:
            stored = str(session.connection.exec_driver_sql("SELECT * FROM kalip_session").fetchall())
            stored += str(session.connection.exec_driver_sql("SELECT * FROM kalip_event").fetchall())
        assert token not in stored
        assert PASSWORD not in stored

    @pytest.mark.parametrize(("email", "password"), [("ece@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
    def test_which_half_was_wrong_is_not_said(self, site: Site, ece: str, email: str, password: str) -> None:
        with pytest.raises(NotAuthenticated) as caught:
            sign_in(site.services, email, password)
        assert caught.value.message == "The e-mail address or the password is wrong."

    def test_a_session_ends_when_it_is_not_used(self, site: Site, ece: str) -> None:
        token = sign_in(site.services, "ece@example.com", PASSWORD).token
        for _ in range(3):
            site.clock.move(days=10)
            assert actor_of_session(site.services, token) is not None
        site.clock.move(days=15)
        assert actor_of_session(site.services, token) is None

    @pytest.mark.parametrize("email", ["ece@example.com", "nobody@example.com"])
    def test_failures_shut_the_door_for_a_while(self, site: Site, ece: str, email: str) -> None:
        for _ in range(5):
            with pytest.raises(NotAuthenticated):
                sign_in(site.services, email, "wrong")
        with pytest.raises(Locked) as caught:
            sign_in(site.services, email, PASSWORD)
        assert 1 <= caught.value.retry_after <= 6
        site.clock.move(seconds=caught.value.retry_after)
        if email.startswith("ece"):
            assert sign_in(site.services, email, PASSWORD).actor.id == ece

    def test_success_forgets_failures(self, site: Site, ece: str) -> None:
        for _ in range(2):
            for _ in range(4):
                with pytest.raises(NotAuthenticated):
                    sign_in(site.services, "ece@example.com", "wrong")
            site.clock.move(seconds=1)
            sign_in(site.services, "ece@example.com", PASSWORD)

    def test_who_is_kept_out_is_signed_out(self, site: Site, ece: str) -> None:
        token = sign_in(site.services, "ece@example.com", PASSWORD).token
        site.act("ada", lambda work: set_user_active(work, ece, False))
        assert actor_of_session(site.services, token) is None
        with pytest.raises(NotAuthenticated):
            sign_in(site.services, "ece@example.com", PASSWORD)


class TestPeople:
    def test_faults_are_told_at_once(self, site: Site) -> None:
        with pytest.raises(RecordRejected) as caught:
            site.act("ada", lambda work: create_user(work, NewUser("", "x", ("nobody",), "short", "en", "Mars")))
        assert {fault.pointer for fault in caught.value.violations} == {
            "/name",
            "/email",
            "/roles",
            "/password",
            "/timezone",
        }

    def test_an_address_is_used_once(self, site: Site, ece: str) -> None:
        with pytest.raises(RecordRejected) as caught:
            site.act("ada", lambda work: create_user(work, NewUser("Ece", "ECE@example.com")))
        assert [(fault.pointer, fault.code) for fault in caught.value.violations] == [("/email", "not_unique")]

    def test_only_administrators(self, site: Site, ece: str) -> None:
        for command in (
            lambda work: create_user(work, NewUser("X", "x@example.com")),
            lambda work: set_user_roles(work, ece, ("boss",)),
            lambda work: change_password(work, ece, PASSWORD),
            list_people,
        ):
            with pytest.raises(AccessDenied):
                site.act("bora", command)

    def test_the_last_administrator_stays(self, site: Site, ece: str) -> None:
        ada = site.actors["ada"].id or ""
        for command in (lambda work: set_user_roles(work, ada, ()), lambda work: set_user_active(work, ada, False)):
            with pytest.raises(Conflict):
                site.act("ada", command)
        site.act("ada", lambda work: set_user_roles(work, ece, ("boss",)))
        site.act("ada", lambda work: set_user_roles(work, ada, ("rep",)))

    def test_a_new_password_signs_out_everywhere_else(self, site: Site, ece: str) -> None:
        here, there = (sign_in(site.services, "ece@example.com", PASSWORD).token for _ in range(2))

        def change(work: Work) -> None:
            change_password(work, ece, "another horse 8", keep=here)

        actor = actor_of_session(site.services, here)
        assert actor is not None
        run(site.services, actor, change)
        assert actor_of_session(site.services, here) is not None
        assert actor_of_session(site.services, there) is None
        sign_in(site.services, "ece@example.com", "another horse 8")


class TestTokens:
    def test_it_works(self, site: Site, ece: str) -> None:
        text = site.act("ada", lambda work: create_api_token(work, ece, "script", days=3))
        actor = actor_of_token(site.services, text)
        assert (actor.id, actor.roles) == (ece, ("rep",))
        site.clock.move(days=4)
        with pytest.raises(NotAuthenticated):
            actor_of_token(site.services, text)

    def test_a_role_limits_it(self, site: Site) -> None:
        ada = site.actors["ada"].id or ""
        site.act("ada", lambda work: set_user_roles(work, ada, ("boss", "rep")))
        text = site.act("ada", lambda work: create_api_token(work, ada, scope=TokenScope("rep")))
        actor = actor_of_token(site.services, text)
        assert (actor.roles, actor.administrator) == (("rep",), False)

    def test_it_is_revoked(self, site: Site, ece: str) -> None:
        text = site.act("ada", lambda work: create_api_token(work, ece))
        (token,) = site.act("ada", lambda work: tokens_of(work, ece))
        with pytest.raises(AccessDenied):
            site.act("bora", lambda work: revoke_token(work, ece, token.id))
        with pytest.raises(NotFound):
            site.act("ada", lambda work: revoke_token(work, site.actors["ada"].id or "", token.id))
        site.act("ada", lambda work: revoke_token(work, ece, token.id))
        with pytest.raises(NotAuthenticated):
            actor_of_token(site.services, text)

    def test_a_role_one_does_not_have(self, site: Site, ece: str) -> None:
        with pytest.raises(RecordRejected):
            site.act("ada", lambda work: create_api_token(work, ece, scope=TokenScope("boss")))


def test_two_users_of_one_address_at_once(site: Site) -> None:
    outcomes: list[str] = []

    def make() -> None:
        try:
            run(site.services, SYSTEM, lambda work: create_user(work, NewUser("X", "x@example.com")))
            outcomes.append("made")
        except RecordRejected:
            outcomes.append("refused")

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
