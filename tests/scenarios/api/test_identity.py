"""Who may call: tokens, browser sessions with their CSRF token, and what is refused."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import session as browser_session
from flask_wtf.csrf import generate_csrf

from kalip.access import SYSTEM, hash_secret
from kalip.base.clock import system_clock
from kalip.records import run
from kalip.records.accounts import NewUser, create_api_token, create_user, revoke_token, sign_in, tokens_of
from kalip.storage import delete_login, set_roles
from kalip.web.session import SESSION_COOKIE
from tests.support.clock import StandingClock
from tests.support.web_site import Site, a_site

CUSTOMERS = "/api/records/customer"
PASSWORD = "a long enough secret"


def test_it_works(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        assert site.admin.get(CUSTOMERS).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["Bearer wrong", "Bearer", "Bearer ", "Basic YTpi", "bearer\tx", "", "Bearer " + "x" * 9000, "Bearer \u00e9"],
)
def test_a_wrong_authorization_is_refused_with_a_challenge(tmp_path: Path, header: str) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        response = site.app.test_client().get(CUSTOMERS, headers={"Authorization": header})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert response.content_type == "application/problem+json"
        assert response.headers["Kalip-Revision"] == site.served.model.revision


def test_nobody_is_asked_to_send_a_token(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        response = site.app.test_client().get(CUSTOMERS)
        assert response.status_code == 401
        assert "Authorization: Bearer" in response.text


def test_a_revoked_token_ends_with_the_next_request(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        caller = site.person("clerk")
        assert caller.get(CUSTOMERS).status_code == 200
        run(
            site.services,
            SYSTEM,
            lambda work: revoke_token(work, caller.user_id, tokens_of(work, caller.user_id)[0].id),
        )
        assert caller.get(CUSTOMERS).status_code == 401


def test_a_role_taken_away_counts_with_the_next_request(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        caller = site.person("clerk")
        assert caller.get(CUSTOMERS).status_code == 200
        with site.services.database.write() as session:
            set_roles(session, caller.user_id, ())
        assert caller.get(CUSTOMERS).status_code == 404


def test_a_token_ends_when_its_time_is_over(tmp_path: Path) -> None:
    clock = StandingClock(system_clock())
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny", clock=clock) as site:
        caller = site.person("clerk")
        text = run(site.services, SYSTEM, lambda work: create_api_token(work, caller.user_id, days=1))
        headers = {"Authorization": f"Bearer {text}"}
        assert caller.client.get(CUSTOMERS, headers=headers).status_code == 200
        clock.moment += timedelta(days=1, seconds=1)
        assert caller.client.get(CUSTOMERS, headers=headers).status_code == 401


def test_a_token_can_be_narrowed_to_one_role(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        both = site.person("clerk", "manager", token_role="clerk")
        other = site.caller("manager").make("customer", name="Ada")
        response = both.call("PATCH", f"{CUSTOMERS}/{other['id']}", {"notes": "x"})
        assert response.status_code == 403
        assert response.content_type == "application/problem+json"


def test_too_many_wrong_tokens_are_told_to_wait_and_right_ones_are_not(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        client = site.app.test_client()
        answers = [client.get(CUSTOMERS, headers={"Authorization": f"Bearer {each}"}) for each in range(32)]
        assert [each.status_code for each in answers[:30]] == [401] * 30
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert site.admin.get(CUSTOMERS).status_code == 200


def test_a_browser_reads_by_its_session_and_writes_with_a_csrf_token(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        session = signed_in(site, "clerk")
        client = site.app.test_client()
        client.set_cookie(SESSION_COOKIE, session)
        assert client.get(CUSTOMERS).status_code == 200
        refused = client.post(CUSTOMERS, json={"name": "Ada"})
        assert refused.status_code == 403
        assert "X-CSRFToken" in refused.text
        assert client.post(CUSTOMERS, json={"name": "Ada"}, headers={"X-CSRFToken": "guess"}).status_code == 403
        with site.app.test_request_context():
            text = generate_csrf()
            with client.session_transaction() as cookie:
                cookie.update(browser_session)
        assert client.post(CUSTOMERS, json={"name": "Ada"}, headers={"X-CSRFToken": text}).status_code == 201


def test_an_ended_session_is_nobody(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        client = site.app.test_client()
        client.set_cookie(SESSION_COOKIE, "made up")
        assert client.get(CUSTOMERS).status_code == 401


def test_problems_speak_the_callers_language(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        caller = site.person("clerk", locale="tr")
        english = site.caller("clerk").call("POST", CUSTOMERS, {})
        turkish = caller.call("POST", CUSTOMERS, {})
        asked = caller.call("POST", CUSTOMERS, {}, Accept_Language="en")
        messages = [(each.json or {})["violations"][0]["message"] for each in (english, turkish, asked)]
        assert messages[0] == messages[2] != messages[1]


def test_other_origins_get_no_permission(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        response = site.admin.call(
            "OPTIONS", CUSTOMERS, Origin="https://example.org", Access_Control_Request_Method="GET"
        )
        assert not [name for name, _ in response.headers if name.lower().startswith("access-control")]


def test_a_session_that_was_deleted_is_nobody(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        token = signed_in(site, "clerk")
        client = site.app.test_client()
        client.set_cookie(SESSION_COOKIE, token)
        assert client.get(CUSTOMERS).status_code == 200
        with site.services.database.write() as session:
            delete_login(session, hash_secret(token))
        assert client.get(CUSTOMERS).status_code == 401


def signed_in(site: Site, *roles: str) -> str:
    """The session token of a new person."""
    new = NewUser("Clara", "clara@example.org", roles, PASSWORD)
    run(site.services, SYSTEM, lambda work: create_user(work, new))
    return sign_in(site.services, "clara@example.org", PASSWORD).token
