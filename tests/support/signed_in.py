"""People at the browser: a session without the sign-in page, whose own tests are elsewhere."""

from datetime import timedelta

from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext

from kalip.access import new_secret
from kalip.storage import LoginSession, create_login
from kalip.web.session import SESSION_COOKIE
from tests.support.web_site import Caller, Site


def session_of(site: Site, person: Caller) -> str:
    """Open a session for the person and give its token."""
    secret, now = new_secret(), site.services.clock()
    with site.services.database.write() as session:
        create_login(session, LoginSession(secret.hash, person.user_id, now, now + timedelta(days=1), now, "", ""))
    return secret.text


def client_of(site: Site, person: Caller) -> FlaskClient:
    """A client of the pages, signed in as the person."""
    client = site.app.test_client()
    client.set_cookie(SESSION_COOKIE, session_of(site, person))
    return client


def sign_in(context: BrowserContext, site: Site, person: Caller, address: str) -> None:
    """Sign the person in at a real browser."""
    context.add_cookies([{"name": SESSION_COOKIE, "value": session_of(site, person), "url": address}])
