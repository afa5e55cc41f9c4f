"""Second steps and accounts elsewhere on each database: what is good once is good once, however many come at once."""

import threading
from collections.abc import Callable

import pytest

from kalip.access import SYSTEM
from kalip.access.second_factor import app_code, step_of
from kalip.base.errors import Conflict, NotAuthenticated, RecordRejected
from kalip.base.sealing import Sealer
from kalip.records import Work, run
from kalip.records.accounts import (
    Caller,
    NewUser,
    NotFresh,
    TokenScope,
    actor_of_session,
    actor_of_token,
    create_api_token,
    create_user,
    require_fresh,
    sign_in,
)
from kalip.records.accounts.elsewhere import Account, Terms, link_account, links_of, sign_in_by, unlink
from kalip.records.accounts.factors import (
    add_app,
    begin_app,
    factors_of,
    remove_all_factors,
    remove_factor,
    renew_codes,
)
from kalip.records.accounts.second_step import finish, half_of
from kalip.storage.factors import APP, RECOVERY
from tests.support.site import Site

PASSWORD = "correct horse 7"
CALLER = Caller("192.0.2.1", "test")


@pytest.fixture
def ece(site: Site) -> str:
    return site.act("ada", lambda work: create_user(work, NewUser("Ece Ak", "ece@example.com", ("rep",), PASSWORD)))


@pytest.fixture
def secret(site: Site, ece: str) -> str:
    """The secret of Ece's app, set up a minute ago."""
    actor = sign_in(site.services, "ece@example.com", PASSWORD).actor
    begun = run(site.services, actor, lambda work: begin_app(work, "Kalip"))
    code = app_code(begun.secret, step_of(site.clock.moment))
    added = run(site.services, actor, lambda work: add_app(work, begun.kept, code))
    assert len(added.codes) == 10
    site.clock.move(minutes=1)
    return begun.secret


def at_once(count: int, use: Callable[[], object]) -> list[object]:
    """What some threads come to that begin together: a result, or the class of an error."""
    found: list[object] = []
    gate = threading.Barrier(count)

    def work() -> None:
        gate.wait()
        try:
            found.append(use())
        except NotAuthenticated as error:
            found.append(type(error))

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_code_opens_one_session_however_many_use_it_at_once(site: Site, secret: str) -> None:
    halves = [sign_in(site.services, "ece@example.com", PASSWORD) for _ in range(2)]
    assert {each.then for each in halves} == {"factor"}
    assert actor_of_session(site.services, halves[0].token) is None
    code, tokens = app_code(secret, step_of(site.clock.moment)), [each.token for each in halves]
    found = at_once(2, lambda: finish(site.services, tokens.pop(), code, CALLER))
    assert len([each for each in found if each is NotAuthenticated]) == 1
    (opened,) = (each for each in found if isinstance(each, str))
    assert actor_of_session(site.services, opened) is not None


def test_a_half_sign_in_is_good_once_and_for_a_while(site: Site, secret: str) -> None:
    half = sign_in(site.services, "ece@example.com", PASSWORD)
    finish(site.services, half.token, app_code(secret, step_of(site.clock.moment)), CALLER)
    assert half_of(site.services, half.token) is None
    late = sign_in(site.services, "ece@example.com", PASSWORD)
    site.clock.move(minutes=11)
    with pytest.raises(NotAuthenticated, match="too long"):
        finish(site.services, late.token, app_code(secret, step_of(site.clock.moment)), CALLER)


def test_the_secret_is_sealed_and_another_key_opens_nothing(site: Site, ece: str, secret: str) -> None:
    with site.services.database.read() as session:
        stored = str(session.connection.exec_driver_sql("SELECT * FROM kalip_factor").fetchall())
        stored += str(session.connection.exec_driver_sql("SELECT * FROM kalip_event").fetchall())
    assert secret not in stored
    assert "sealed.1." in stored
    half = sign_in(site.services, "ece@example.com", PASSWORD)
    object.__setattr__(site.services, "sealer", Sealer.fleeting())
    with pytest.raises(NotAuthenticated):
        finish(site.services, half.token, app_code(secret, step_of(site.clock.moment)), CALLER)


def test_factors_are_kept_by_their_person(site: Site, ece: str, secret: str) -> None:
    half = sign_in(site.services, "ece@example.com", PASSWORD)
    token = finish(site.services, half.token, app_code(secret, step_of(site.clock.moment)), CALLER)
    actor = actor_of_session(site.services, token)
    assert actor is not None
    codes = run(site.services, actor, renew_codes)
    other = sign_in(site.services, "ece@example.com", PASSWORD)
    finish(site.services, other.token, codes[3], CALLER)
    kinds = [each.kind for each in run(site.services, actor, lambda work: factors_of(work, ece))]
    assert (kinds.count(APP), kinds.count(RECOVERY)) == (1, 9)
    (app,) = (each for each in run(site.services, actor, lambda work: factors_of(work, ece)) if each.kind == APP)
    run(site.services, actor, lambda work: remove_factor(work, app.id))
    assert run(site.services, actor, lambda work: factors_of(work, ece)) == []
    with pytest.raises(Conflict):
        run(site.services, actor, renew_codes)
    assert sign_in(site.services, "ece@example.com", PASSWORD).then == ""


def test_an_administrator_takes_factors_away(site: Site, ece: str, secret: str) -> None:
    assert site.act("ada", lambda work: remove_all_factors(work, ece)) == 1
    assert sign_in(site.services, "ece@example.com", PASSWORD).then == ""


def test_a_proof_is_fresh_for_a_quarter_of_an_hour(site: Site, ece: str) -> None:
    token = sign_in(site.services, "ece@example.com", PASSWORD).token
    require_fresh(site.services, token)
    site.clock.move(minutes=16)
    with pytest.raises(NotFresh):
        require_fresh(site.services, token)
    with pytest.raises(NotAuthenticated):
        require_fresh(site.services, "nobody's")


def test_accounts_elsewhere(site: Site, ece: str) -> None:
    account = Account("work", "s1", "ECE@example.com", verified=True, roles=("viewer",), governed=frozenset({"viewer"}))
    signed = sign_in_by(site.services, account, Terms(), CALLER)
    assert (signed.actor.id, signed.actor.roles) == (ece, ("rep", "viewer"))
    (link,) = site.act("ada", lambda work: links_of(work, ece))
    assert (link.provider, link.subject) == ("work", "s1")
    with pytest.raises(NotAuthenticated):
        sign_in_by(site.services, Account("work", "s2", "new@example.com", verified=True), Terms(), CALLER)
    made = sign_in_by(
        site.services, Account("work", "s2", "new@example.com", verified=True), Terms(creates=True), CALLER
    )
    with pytest.raises(Conflict, match="only way"):
        run(site.services, made.actor, lambda work: unlink(work, str(made.actor.id), "work", "s2"))
    with pytest.raises(Conflict, match="another user"):
        run(site.services, made.actor, lambda work: link_account(work, account))


def test_a_provider_never_takes_the_last_administrator_away(site: Site) -> None:
    account = Account("work", "s1", "ada@example.com", verified=True, governed=frozenset({"boss"}))
    assert sign_in_by(site.services, account, Terms(has_factor=True), CALLER).actor.roles == ("boss",)


def test_a_programme_acts_by_tokens_alone(site: Site) -> None:
    new = NewUser("Sync", "sync@example.com", ("boss",), service=True)
    sync = site.act("ada", lambda work: create_user(work, new))
    scope = TokenScope(entities=("company",), read_only=True)
    text = run(site.services, SYSTEM, lambda work: create_api_token(work, sync, "x", scope))
    actor = actor_of_token(site.services, text)
    assert (actor.entities, actor.read_only, actor.administrator) == (("company",), True, False)
    with pytest.raises(NotAuthenticated):
        sign_in_by(site.services, Account("work", "s1", "sync@example.com", verified=True), Terms(), CALLER)

    def refused(scope: TokenScope) -> list[str]:
        with pytest.raises(RecordRejected) as caught:
            site.act("ada", lambda work: create_api_token(work, sync, "x", scope))
        return [fault.pointer for fault in caught.value.violations]

    assert refused(TokenScope("rep", ("nothing",))) == ["/role", "/entities"]
    assert refused(TokenScope(entities=())) == ["/entities"]


def test_a_programme_has_no_password(site: Site) -> None:
    def command(work: Work) -> str:
        return create_user(work, NewUser("Sync", "sync@example.com", (), PASSWORD, service=True))

    with pytest.raises(RecordRejected):
        site.act("ada", command)
