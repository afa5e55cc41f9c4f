"""Signing in on pages without scripts: second factors, setup where a role wants it, resets, sessions, tokens."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kalip.access import SYSTEM
from kalip.records import run
from kalip.records.accounts.doors import MOST_FROM_ADDRESS, WINDOW
from kalip.records.organisation import NewSubstitution, make_substitution
from kalip.storage import set_roles
from kalip.storage.tickets import count_attempt
from kalip.web.session import SESSION_COOKIE
from tests.support.builders import a_pack, an_entity
from tests.support.clock import StandingClock
from tests.support.identity import PASSWORD, Browser, code_now, with_password
from tests.support.web_site import Site, a_site

NEW_PASSWORD = "purple monkey dishwasher"
CODES = re.compile(r'<li class="mono">([a-z2-7-]{19})</li>')


@pytest.fixture(scope="module")
def clock() -> StandingClock:
    return StandingClock(datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, clock: StandingClock) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("identity")
    pack = (
        a_pack()
        .with_role("clerk")
        .with_role("careful", second_factor="required")
        .with_entity(an_entity("thing").with_field("name", "text").with_access(clerk="all", careful="all"))
    )
    with a_site(f"sqlite:///{folder / 'kalip.sqlite3'}", folder, pack, clock=clock) as site:
        yield site


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.app.test_client())


def test_it_works(site: Site, browser: Browser) -> None:
    email = with_password(site, site.person("clerk"))
    assert browser.sign_in(email, "wrong").status_code == 401
    assert browser.sign_in(email, path="/thing").status_code == 200
    assert browser.path == "/thing"


def test_a_sign_in_gives_a_new_session_and_ends_the_one_before(site: Site, browser: Browser) -> None:
    email = with_password(site, site.person("clerk"))
    browser.client.set_cookie(SESSION_COOKIE, "planted")
    browser.sign_in(email)
    first = browser.client.get_cookie(SESSION_COOKIE)
    assert first is not None
    assert first.value != "planted"
    browser.open("/login")
    browser.client.post("/login", data={"email": email, "password": PASSWORD, "csrf_token": _token(browser)})
    second = browser.client.get_cookie(SESSION_COOKIE)
    assert second is not None
    assert second.value != first.value
    stranger = Browser(site.app.test_client())
    stranger.client.set_cookie(SESSION_COOKIE, first.value)
    stranger.open("/thing")
    assert stranger.path == "/login"


def test_cookies_are_kept_close(site: Site) -> None:
    email = with_password(site, site.person("clerk"))
    client = site.app.test_client()
    page = client.get("/login", base_url="https://kalip.example")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    sent = {"email": email, "password": PASSWORD, "csrf_token": token[1]}
    referrer = {"Referer": "https://kalip.example/login"}
    answer = client.post("/login", data=sent, base_url="https://kalip.example", headers=referrer)
    (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if each.startswith(SESSION_COOKIE))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_an_app_is_set_up_and_asked_for(site: Site, browser: Browser, clock: StandingClock) -> None:
    email = with_password(site, site.person("clerk"))
    browser.sign_in(email)
    browser.open("/account/factors/app")
    assert "<svg" in browser.open("/account/factors/app").text
    secret = browser.secret
    assert browser.send("/account/factors/app", code="000000").status_code == 422
    assert browser.secret == secret  # the picture that was scanned stays
    codes = CODES.findall(browser.send("/account/factors/app", code=code_now(secret, clock)).text)
    assert len(codes) == 10
    other = Browser(site.app.test_client())
    other.sign_in(email, path="/thing")
    assert other.path == "/login/second"
    assert other.client.get("/thing").status_code == 302  # half signed in is not in
    assert other.send("/login/second", code=code_now(secret, clock)).status_code == 401  # used for the setup
    clock.move(seconds=30)
    other.send("/login/second", code=code_now(secret, clock))
    assert other.path == "/thing"
    third = Browser(site.app.test_client())
    third.sign_in(email)
    assert third.send("/login/second", code=codes[0].upper().replace("-", " ")).status_code == 200
    assert third.path == "/"
    fourth = Browser(site.app.test_client())
    fourth.sign_in(email)
    assert fourth.send("/login/second", code=codes[0]).status_code == 401
    assert "9 codes are left" in third.open("/account/security").text


def test_wrong_codes_shut_the_door_too(site: Site, browser: Browser, clock: StandingClock) -> None:
    email = with_password(site, site.person("clerk"))
    browser.sign_in(email)
    browser.open("/account/factors/app")
    secret = browser.secret
    browser.send("/account/factors/app", code=code_now(secret, clock))
    other = Browser(site.app.test_client())
    other.sign_in(email)
    said = [other.send("/login/second", code="000000").status_code for _ in range(6)]
    assert said == [401] * 5 + [429]
    assert other.send("/login/second", code=code_now(secret, clock, 1)).status_code == 429
    again = Browser(site.app.test_client())
    assert again.sign_in(email).status_code == 429
    clock.move(minutes=20)


def test_a_role_that_wants_it_leads_through_the_setup(site: Site, browser: Browser, clock: StandingClock) -> None:
    email = with_password(site, site.person("careful"))
    browser.sign_in(email, path="/thing")
    assert browser.path == "/login/setup"
    secret = browser.secret
    assert browser.client.get("/thing").status_code == 302
    assert browser.send("/login/setup/app", code="1").status_code == 422
    done = browser.send("/login/setup/app", code=code_now(secret, clock))
    assert len(CODES.findall(done.text)) == 10
    assert browser.open("/thing").status_code == 200
    assert browser.path == "/thing"
    page = browser.open("/account/security").text
    factor = re.search(r'name="factor" value="([^"]+)"', page)
    assert factor is not None
    assert "wants a second factor" in browser.send("/account/factors/remove", factor=factor[1]).text


def test_who_is_in_when_a_role_begins_to_want_it_signs_in_anew(site: Site, browser: Browser) -> None:
    person = site.person("clerk")
    browser.sign_in(with_password(site, person))
    with site.services.database.write() as session:
        set_roles(session, person.user_id, ["careful"])
    browser.open("/thing")
    assert browser.path == "/login"


def test_what_is_delicate_wants_a_fresh_proof(site: Site, browser: Browser, clock: StandingClock) -> None:
    email = with_password(site, site.person("clerk"))
    browser.sign_in(email)
    clock.move(minutes=16)
    browser.open("/account/factors/app")
    assert browser.path == "/account/confirm"
    assert browser.send("/account/confirm", password="wrong").status_code == 422
    browser.send("/account/confirm", password=PASSWORD)
    assert browser.path == "/account/factors/app"
    clock.move(minutes=16)
    browser.open("/account/security")
    made = browser.send("/account/security/tokens", name="x")
    assert "kalip_" not in made.text
    assert browser.path == "/account/confirm"
    boss, person = Browser(site.app.test_client()), site.person("clerk")
    boss.sign_in(with_password(site, site.person("administrator")))
    clock.move(minutes=16)
    for action in ("link", "password", "token", "factors-off"):
        boss.open("/admin/users")
        boss.send(f"/admin/users/{person.user_id}/{action}")
        assert boss.path == "/account/confirm"
    boss.send("/account/confirm", password=PASSWORD)
    assert boss.path == "/admin/users"


def test_a_password_is_changed_knowing_the_present_one(site: Site, browser: Browser) -> None:
    email = with_password(site, site.person("clerk"))
    elsewhere = Browser(site.app.test_client())
    elsewhere.sign_in(email)
    browser.sign_in(email)
    browser.open("/account/security")
    assert (
        "present password is wrong"
        in browser.send("/account/security/password", present="wrong", wanted=NEW_PASSWORD).text
    )
    assert "tried first" in browser.send(
        "/account/security/password", present=PASSWORD, wanted="password123!"
    ).text.replace("&#39;", "'")
    browser.send("/account/security/password", present=PASSWORD, wanted=NEW_PASSWORD)
    assert browser.open("/thing").status_code == 200
    assert browser.path == "/thing"
    elsewhere.open("/thing")
    assert elsewhere.path == "/login"


def test_sessions_are_listed_and_ended(site: Site, browser: Browser) -> None:
    email = with_password(site, site.person("clerk"))
    others = [Browser(site.app.test_client()) for _ in range(3)]
    for each in (*others, browser):
        each.sign_in(email)
    page = browser.open("/account/security").text
    handles = re.findall(r'name="session" value="([^"]+)"', page)
    assert len(handles) == 3
    assert "this browser" in page
    browser.send("/account/security/sessions/end", session=handles[0])
    for each in others:
        each.open("/thing")
    assert sorted(each.path for each in others) == ["/login", "/thing", "/thing"]
    browser.send("/account/security/sessions/end")
    for each in others:
        each.open("/thing")
    assert {each.path for each in others} == {"/login"}
    browser.open("/thing")
    assert browser.path == "/thing"
    assert browser.client.post("/account/security/sessions/end", data={"session": "x"}).status_code in {400, 404}


def test_a_token_is_shown_once_and_does_what_it_may(site: Site, browser: Browser) -> None:
    email = with_password(site, site.person("clerk"))
    browser.sign_in(email)
    browser.open("/account/security")
    made = browser.send("/account/security/tokens", name="sync", days="7", read_only="1", entity="thing").text
    found = re.search(r"kalip_[\w-]{40,}", made)
    assert found is not None
    assert found[0] not in browser.open("/account/security").text
    call = site.app.test_client()
    headers = {"Authorization": f"Bearer {found[0]}"}
    assert call.get("/api/records/thing", headers=headers).status_code == 200
    refused = call.post("/api/records/thing", json={"name": "x"}, headers=headers)
    assert refused.status_code == 403
    assert "only reads" in refused.text
    token_id = re.findall(r'name="token" value="([^"]+)"', made)[-1]
    browser.send("/account/security/tokens/revoke", token=token_id)
    assert call.get("/api/records/thing", headers=headers).status_code == 401
    assert "whole number" in browser.send("/account/security/tokens", name="x", days="many").text


def test_the_journal_is_for_administrators(site: Site, browser: Browser) -> None:
    clerk, ada = (with_password(site, site.person(role)) for role in ("clerk", "administrator"))
    assert browser.sign_in(clerk, "wrong").status_code == 401
    browser.sign_in(clerk)
    assert browser.open("/admin/sign-ins").status_code == 403
    assert "Wrong password or unknown address" in browser.open("/account/security").text
    boss = Browser(site.app.test_client())
    boss.sign_in(ada)
    failed = boss.open(f"/admin/sign-ins?who={clerk}&outcome=failed").text
    assert failed.count("<tr>") == 2  # the head and the one
    assert boss.open(f"/admin/sign-ins?who={clerk}").text.count("<tr>") == 3
    assert boss.open("/admin/sign-ins?before=1x").status_code == 200


def test_an_administrator_helps_who_lost_everything(site: Site, browser: Browser, clock: StandingClock) -> None:
    person = site.person("clerk")
    email, ada = with_password(site, person), with_password(site, site.person("administrator"))
    browser.sign_in(email)
    browser.open("/account/factors/app")
    browser.send("/account/factors/app", code=code_now(browser.secret, clock))
    boss = Browser(site.app.test_client())
    boss.sign_in(ada)
    boss.open("/admin/users")
    boss.send(f"/admin/users/{person.user_id}/factors-off")
    link = re.search(r"/login/reset/[\w-]+", boss.send(f"/admin/users/{person.user_id}/link").text)
    assert link is not None
    browser.open("/thing")
    assert browser.path == "/login"
    browser.open(link[0])
    assert browser.send(link[0], wanted="short").status_code == 422
    browser.send(link[0], wanted=NEW_PASSWORD)
    assert browser.path == "/login"
    assert browser.open(link[0]).status_code == 404
    assert browser.sign_in(email, NEW_PASSWORD).status_code == 200


def test_a_programme_has_tokens_and_no_way_in(site: Site, browser: Browser) -> None:
    """Made with a scope and for a time, listed, and revoked with the next request."""
    browser.sign_in(with_password(site, site.person("administrator")))
    browser.open("/admin/users")
    browser.send("/admin/users", name="Sync", email="sync@example.org", service="1", role="clerk")
    page = browser.page.text if browser.page else ""
    (user_id,) = re.findall(r"/admin/users/([\w-]+)/keys[^>]*>[^\n]*Tokens", page)
    browser.open(f"/admin/users/{user_id}/keys")
    assert "whole number" in browser.send(f"/admin/users/{user_id}/token", name="x", days="many").text
    sent = {"name": "nightly", "days": "7", "read_only": "1", "entity": "thing"}
    page = browser.send(f"/admin/users/{user_id}/token", **sent).text
    made = re.search(r"kalip_[\w-]{40,}", page)
    assert made is not None
    assert "only reading" in page
    client, headers = site.app.test_client(), {"Authorization": f"Bearer {made[0]}"}
    assert client.get("/api/records/thing", headers=headers).status_code == 200
    assert client.post("/api/records/thing", json={"name": "x"}, headers=headers).status_code == 403
    page = browser.open(f"/admin/users/{user_id}/keys").text
    assert made[0] not in page
    token_id = re.search(r'name="token" value="([^"]+)"', page)
    assert token_id is not None
    browser.send(f"/admin/users/{user_id}/tokens/revoke", token=token_id[1])
    assert client.get("/api/records/thing", headers=headers).status_code == 401
    browser.open("/admin/users")
    assert browser.send(f"/admin/users/{user_id}/link").status_code == 404
    browser.open("/admin/users")
    assert browser.send(f"/admin/users/{user_id}/password").status_code == 409


def test_an_administrator_signs_somebody_out(site: Site, browser: Browser) -> None:
    person, other = site.person("clerk"), Browser(site.app.test_client())
    other.sign_in(with_password(site, person), path="/thing")
    browser.sign_in(with_password(site, site.person("administrator")))
    page = browser.open(f"/admin/users/{person.user_id}/keys").text
    handle = re.search(r'name="session" value="([^"]+)"', page)
    assert handle is not None
    browser.send(f"/admin/users/{person.user_id}/sessions/end", session=handle[1])
    other.open("/thing")
    assert other.path == "/login"
    other.sign_in(with_password(site, person), path="/thing")
    browser.send(f"/admin/users/{person.user_id}/sessions/end")
    other.open("/thing")
    assert other.path == "/login"
    assert "There is nothing here." in browser.open(f"/admin/users/{person.user_id}/keys").text


def test_too_many_failures_from_an_address_shut_it_out(site: Site, clock: StandingClock) -> None:
    email = with_password(site, site.person("clerk"))
    client = site.app.test_client()
    browser = Browser(client)
    clock.move(minutes=11)
    browser.open("/login")
    token = _token(browser)
    there = {"REMOTE_ADDR": "2001:db8::1"}
    neighbour = {"REMOTE_ADDR": "2001:db8::2"}
    form = {"password": "x", "csrf_token": token}
    with site.services.database.write() as session:
        for _ in range(MOST_FROM_ADDRESS - 1):
            count_attempt(session, "sign_in:2001:db8::/64", clock.moment, WINDOW)
    wrong = {**form, "email": "nobody@example.org"}
    assert client.post("/login", data=wrong, environ_overrides=there).status_code == 401
    right = {**form, "email": email, "password": PASSWORD}
    assert client.post("/login", data=right, environ_overrides=neighbour).status_code == 429
    assert client.post("/login", data=right, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 302
    clock.move(minutes=11)


def test_a_site_without_mail_sends_to_an_administrator(browser: Browser) -> None:
    assert "Ask an administrator" in browser.open("/login/forgotten").text
    assert browser.open("/login/reset/nothing").status_code == 404


def _token(browser: Browser) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.page.text if browser.page else "")
    assert found is not None
    return found[1]


def test_who_acts_for_somebody_whose_role_wants_a_second_factor_has_one(site: Site, clock: StandingClock) -> None:
    absent, deputy = site.person("careful", name="Careful Cem"), site.person("clerk")
    period = (clock() - timedelta(days=1), clock() + timedelta(days=5))
    stand_in = NewSubstitution(absent.user_id, deputy.user_id, *period, "all")
    run(site.services, SYSTEM, lambda work: make_substitution(work, stand_in))
    browser = Browser(site.app.test_client())
    browser.sign_in(with_password(site, deputy))
    browser.open("/account/away")
    refused = browser.send("/account/acting", user=absent.user_id)
    assert (refused.status_code, "wants a second factor" in refused.text) == (403, True)
    _give_roles(site, absent.user_id, "clerk")
    browser.open("/account/away")
    assert "You act for Careful Cem" in browser.send("/account/acting", user=absent.user_id).text
    _give_roles(site, absent.user_id, "careful")
    assert "You act for" not in browser.open("/account/away").text
    browser.open("/account/factors/app")
    browser.send("/account/factors/app", code=code_now(browser.secret, clock))
    assert "You act for Careful Cem" in browser.open("/account/away").text


def _give_roles(site: Site, user_id: str, *roles: str) -> None:
    with site.services.database.write() as session:
        set_roles(session, user_id, roles)
