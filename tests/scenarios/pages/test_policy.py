"""What every page sends along, whoever asks: a strict policy, no 5xx; and nothing is changed from elsewhere."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from kalip.access import hash_password
from kalip.storage import set_password_hash
from kalip.web.security import POLICY
from tests.support.forms import form_at, form_in
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

SENT = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PEOPLE = ("anonymous", "reader", "administrator")
NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
# A script with text, a style, a handler: what the policy would stop in a page.
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


@dataclass
class House:
    """A site with one order, and a client for each kind of person."""

    site: Site
    clients: Mapping[str, FlaskClient]
    order: str
    task: str

    def addresses(self, rule: Rule) -> list[str]:
        """Addresses of a route: of the order's, and of something that is not there."""
        good = {
            "entity": "order",
            "record_id": self.order,
            "comment_id": "1",
            "task_id": self.task,
            "user_id": self.site.admin.user_id,
            "field": "customer",
            "action": "archive",
            "kind": "csv",
            "address": "entities/order/entity",
            "file_id": NOBODY,
            "revision": "1",
            "way": "back",
            "board": "board",
            "target": "sent",
            "name": "order_line.order",
            "view": "open",
            "path": "discount",
        }
        # Routes that name their own values (csv or xlsx, say) have no address with any other.
        fixed = {name: good[name] for name in ("kind", "action")}
        bad = {**dict.fromkeys(good, "nothing"), "record_id": NOBODY, "entity": "order", **fixed}
        worse = {**bad, "entity": "nothing", "record_id": "x'%00"}
        found = []
        for values in (good, bad, worse):
            with self.site.app.test_request_context():
                built = self.site.app.url_map.bind("localhost").build(
                    rule.endpoint, {name: values.get(name, NOBODY) for name in rule.arguments}, method=_method(rule)
                )
            found.append(built)
        return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("policy")
    with a_site(f"sqlite:///{folder}/x.db", folder, "tiny") as site:
        customer = site.admin.make("customer", name="Anadolu")["id"]
        order = site.admin.make("order", discount="7", customer=customer)["id"]
        given = {"title": "Count", "entity": "order", "record_id": order, "user": site.admin.user_id}
        task = (site.admin.call("POST", "/api/tasks", given).json or {})["id"]
        clients = {
            "anonymous": site.app.test_client(),
            "reader": client_of(site, site.caller("clerk")),
            "administrator": client_of(site, site.admin),
        }
        yield House(site, clients, order, task)


_BESIDE = ("/api/", "/scim/", "/static/", "/health", "/metrics", "/forms/")
_OPEN = ("/login", "/privacy")


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


def routes(house: House, method: str) -> list[Rule]:
    """The routes of pages that are asked by a method; public forms have a policy, and tests, of their own."""
    return [
        rule
        for rule in house.site.app.url_map.iter_rules()
        if method in (rule.methods or ()) and not rule.rule.startswith(_BESIDE)
    ]


def test_it_works(house: House) -> None:
    response = house.clients["administrator"].get(f"/order/{house.order}")
    assert response.status_code == 200
    assert {name: response.headers.get(name) for name in SENT} == SENT
    assert len(routes(house, "GET")) > 25
    assert len(routes(house, "POST")) > 15


def test_the_policy_lets_in_nothing_written_into_a_page() -> None:
    rules = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
    assert rules["script-src"] == rules["style-src"] == rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["form-action"] == "'self'"
    assert "unsafe" not in POLICY


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_is_answered_under_the_policy(house: House, who: str) -> None:
    faults = []
    for rule in routes(house, "GET"):
        for address in house.addresses(rule):
            response = house.clients[who].get(address, buffered=True)
            missing = {name for name, text in SENT.items() if response.headers.get(name) != text}
            if response.status_code >= 500 or missing:
                faults.append(f"{address}: {response.status_code}, without {sorted(missing)}")
            if response.mimetype == "text/html" and (written := INLINE.search(response.text)):
                faults.append(f"{address}: {written[0]} in the page")
            if who == "anonymous" and not rule.rule.startswith(_OPEN) and response.status_code != 400:
                told = response.status_code == 302 and response.location.startswith("/login")
                faults += [] if told else [f"{address}: {response.status_code} {response.location}"]
    assert faults == []


@pytest.mark.parametrize("who", PEOPLE)
def test_nothing_is_changed_without_the_token_of_our_page(house: House, who: str) -> None:
    before = house.site.admin.get(f"/api/records/order/{house.order}").json
    faults = []
    for rule in routes(house, "POST"):
        for address in house.addresses(rule):
            for data in ({}, {"csrf_token": "forged", "discount": "9"}):
                response = house.clients[who].post(address, data=data)
                if response.status_code != 400 or response.headers.get("Content-Security-Policy") != POLICY:
                    faults.append(f"{address}: {response.status_code}")
    assert faults == []
    assert house.site.admin.get(f"/api/records/order/{house.order}").json == before


def test_a_token_of_another_session_is_no_token(house: House) -> None:
    form = form_at(house.clients["anonymous"], "/login")
    form.action = f"/order/{house.order}"
    assert form.send(client_of(house.site, house.site.admin), {"discount": "9"}).status_code == 400


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cookies_stay_with_our_own_pages(house: House, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.site.app.config, "PREFERRED_URL_SCHEME", scheme)
    person = house.site.person("clerk")
    with house.site.services.database.write() as session:
        set_password_hash(session, person.user_id, hash_password("a long enough password"))
    client = house.site.app.test_client()
    client.environ_base["HTTP_REFERER"] = f"{scheme}://localhost/login"
    email = f"{person.user_id}@example.org"
    signed_in = form_at(client, "/login").send(client, {"email": email, "password": "a long enough password"})
    assert signed_in.status_code == 302, signed_in.text
    page = client.get("/order")
    chosen = form_in(page.text, "/account/display").send(client, {"theme": "dark"})
    sent = [cookie for each in (signed_in, page, chosen) for cookie in each.headers.getlist("Set-Cookie")]
    cookies = {cookie.split("=")[0]: cookie for cookie in sent}
    assert {"kalip_session", "kalip_theme", "session"} <= cookies.keys()
    assert "HttpOnly" in cookies["kalip_session"]
    assert "HttpOnly" in cookies["session"]
    for name, cookie in cookies.items():
        assert "SameSite=Lax" in cookie, name
        assert ("Secure" in cookie) == (scheme == "https"), name
