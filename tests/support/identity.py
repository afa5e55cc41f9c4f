"""People who sign in: with a password that costs nothing to check, an app that shows codes, forms with their tokens."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kalip.access.second_factor import app_code, step_of
from kalip.storage import set_password_hash
from tests.support.clock import StandingClock
from tests.support.web_site import Caller, Site

PASSWORD = "correct horse battery"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_INPUT = re.compile(r'<input type="hidden" name="(kept|next)" value="([^"]*)"')
_SECRET = re.compile(r'<p class="mono secret">([A-Z2-7]+)</p>')


def with_password(site: Site, person: Caller) -> str:
    """Give a person the password of these tests; the e-mail address."""
    with site.services.database.write() as session:
        set_password_hash(session, person.user_id, HASH)
    return f"{person.user_id}@example.org"


@dataclass
class Browser:
    """A browser without scripts: it sends a page's forms with what is hidden in them."""

    client: FlaskClient
    page: TestResponse | None = None

    def open(self, path: str) -> TestResponse:
        """Open a page and follow where it leads."""
        self.page = self.client.get(path, follow_redirects=True)
        return self.page

    def send(self, path: str, **values: str) -> TestResponse:
        """Send a form of the page that is open, and follow where it leads."""
        text = self.page.text if self.page is not None else ""
        form = re.search(rf'<form[^>]*action="{re.escape(path)}".*?</form>', text, re.DOTALL)
        hidden = dict(_INPUT.findall(form[0] if form else ""))
        token = _TOKEN.search(text)
        sent = {**hidden, "csrf_token": token[1] if token else "", **values}
        referrer = {"Referer": f"http://localhost{self.path}"}
        self.page = self.client.post(path, data=sent, headers=referrer, follow_redirects=True)
        return self.page

    def sign_in(self, email: str, password: str = PASSWORD, path: str = "/") -> TestResponse:
        """Sign in by the sign-in page."""
        self.open("/login")
        return self.send("/login", email=email, password=password, next=path)

    @property
    def path(self) -> str:
        """The address of the page that is open."""
        return urlsplit(self.page.request.url).path if self.page is not None else "/"

    @property
    def secret(self) -> str:
        """The app's secret that the page shows."""
        found = _SECRET.search(self.page.text if self.page is not None else "")
        assert found is not None
        return found[1]


def code_now(secret: str, clock: StandingClock, later: int = 0) -> str:
    """What an app shows now, or some steps later."""
    return app_code(secret, step_of(clock.moment) + later)
