"""Doors of the site: headers over https, sessions that nobody plants, frames, redirects, hosts, and what may be set."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.access import hash_password
from kalip.storage import set_password_hash
from kalip.web.security import POLICY
from kalip.web.session import SESSION_COOKIE
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.forms import form_at
from tests.support.signed_in import client_of, session_of
from tests.support.web_site import Caller, Site, a_site

PASSWORD = "a long enough password"
EVIL = "evil.example"


def doors_pack() -> PackBuilder:
    """Notes with two public forms: one that a site may show within its pages, and one that none may."""
    form = {"title": "Ask us", "fields": {"name": {"required": True}}}
    note = (
        an_entity("note")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("locked", "text", readonly=True)
        .with_pipeline("flow", "new", "done")
        .with_access(writer={"all": "own", "create": "all"}, door={"create": "all"})
        .with_document("intake", {"receive": {"role": "door", "fields": {"subject": "name"}}})
        .with_document("webforms/open", {**form, "origins": {"https://www.firm.example": {}}})
        .with_document("webforms/closed", form)
    )
    return a_pack("doors").with_role("writer", "door").with_entity(note)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("doors")
    with a_site(f"sqlite:///{folder}/x.db", folder, doors_pack()) as site:
        yield site


@pytest.fixture
def writer(site: Site) -> Caller:
    """Somebody with a password."""
    person = site.person("writer")
    with site.services.database.write() as session:
        set_password_hash(session, person.user_id, hash_password(PASSWORD))
    return person


def enter(site: Site, client: FlaskClient, person: Caller, address: str = "/login") -> str:
    """Sign in by the form; where one is led to."""
    values = {"email": f"{person.user_id}@example.org", "password": PASSWORD}
    answer = form_at(client, address, "/login").send(client, values)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_over_https_browsers_are_told_to_stay_there(site: Site) -> None:
    client = site.app.test_client()
    for address in ("/login", "/api/openapi.json", "/static/none", "/forms/open"):
        assert "Strict-Transport-Security" not in client.get(address).headers
        told = client.get(address, base_url="https://localhost").headers["Strict-Transport-Security"]
        assert "max-age=31536000" in told


@pytest.mark.parametrize("address", ["/login", "/forms/open", "/api/openapi.json", "/nothing", "/static/none"])
def test_every_answer_keeps_to_itself(site: Site, address: str) -> None:
    headers = site.app.test_client().get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in {"same-origin", "strict-origin-when-cross-origin"}
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(headers["Permissions-Policy"].split(", "))
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert not [name for name, _ in headers if name.startswith("Access-Control-")]


def test_what_a_stranger_planted_in_the_browser_is_nobodys_session(site: Site, writer: Caller) -> None:
    planted = "p" * 43
    client = site.app.test_client()
    client.set_cookie(SESSION_COOKIE, planted)
    enter(site, client, writer)
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    assert cookie.value != planted
    stranger = site.app.test_client()
    stranger.set_cookie(SESSION_COOKIE, planted)
    assert stranger.get("/note").location.startswith("/login")


def test_who_signs_in_over_anothers_session_leaves_it(site: Site, writer: Caller) -> None:
    client = client_of(site, site.caller("writer"))
    before = client.get_cookie(SESSION_COOKIE)
    client.delete_cookie(SESSION_COOKIE)
    enter(site, client, writer)
    after = client.get_cookie(SESSION_COOKIE)
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_signing_out_ends_the_session_itself(site: Site) -> None:
    person = site.caller("writer")
    token = session_of(site, person)
    client = site.app.test_client()
    client.set_cookie(SESSION_COOKIE, token)
    form = form_at(client, "/account/preferences", "/logout")
    assert form.send(client).status_code == 302
    thief = site.app.test_client()
    thief.set_cookie(SESSION_COOKIE, token)
    assert thief.get("/note").location.startswith("/login")


@pytest.mark.parametrize(
    "aim",
    [
        *(f"https://{EVIL}", f"//{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}", f"/\t/{EVIL}", f"/\n/{EVIL}", f"///{EVIL}"),
        *(f" //{EVIL}", f"javascript:alert('{EVIL}')", f"/%0d%0aLocation: https://{EVIL}", f"/\r\nX-{EVIL}: 1"),
        *(f"http:{EVIL}", f"/.//{EVIL}", f"/@{EVIL}", f"https:/{EVIL}", f"/;//{EVIL}", f"/\u2028/{EVIL}"),
        *("http://[", "//[", f"/\x7f/{EVIL}", f"/\udcff{EVIL}".encode("utf-8", "replace").decode()),
    ],
)
def test_after_signing_in_one_is_led_nowhere_else(site: Site, writer: Caller, aim: str) -> None:
    client = site.app.test_client()
    form = form_at(client, "/login")
    values = {"email": f"{writer.user_id}@example.org", "password": PASSWORD, "next": aim}
    answer = form.send(client, values)
    assert answer.status_code == 302
    again = client.get("/login", query_string={"next": aim})
    for found in (answer, again):
        led = str(found.location)
        # As a browser reads it: blanks and signs of control within are passed over.
        read = "".join(each for each in led if each > " ").replace("\\", "/")
        assert read.startswith("/"), led
        assert not read.startswith("//"), led
        assert "\r" not in led
        assert "\n" not in led
        assert f"X-{EVIL}" not in found.headers


def test_a_host_that_somebody_made_up_is_in_no_answer(site: Site) -> None:
    client = client_of(site, site.caller("writer"))
    for address in (
        "/",
        "/note",
        "/login",
        "/note/nothing",
        "/forms/open",
        "/api/openapi.json",
        "/account/preferences",
    ):
        answer = client.get(address, headers={"Host": EVIL, "X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}"})
        assert EVIL not in answer.text, address
        assert all(EVIL not in value for _, value in answer.headers), address


@pytest.mark.parametrize(
    "host", ["", "a b", "x/y", "exa mple", "<script>", "[::1", "a:b:c", "x" * 300, "127.0.0.1:99999999"]
)
def test_what_is_no_host_is_refused_in_plain_words(site: Site, host: str) -> None:
    for address in ("/login", "/note", "/api/records/note", "/nothing\0"):
        answer = site.app.test_client().get(address, headers={"Host": host})
        assert answer.status_code < 500, (address, answer.text)
        assert host not in answer.text or len(host) < 5


@pytest.mark.parametrize("address", ["/forms/{}", "/forms/{}/thanks"])
def test_a_public_form_is_shown_within_pages_of_its_sites_only(site: Site, address: str) -> None:
    client = site.app.test_client()
    opened = client.get(address.format("open"))
    policy = opened.headers["Content-Security-Policy"]
    assert "frame-ancestors https://www.firm.example;" in f"{policy};"
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in opened.text
    assert " style=" not in opened.text
    assert "Set-Cookie" not in opened.headers
    closed = client.get(address.format("closed"))
    assert "frame-ancestors 'none'" in closed.headers["Content-Security-Policy"]
    assert closed.headers["X-Frame-Options"] == "DENY"
    assert client.get("/login").headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize(
    "values",
    [
        *({"id": "01890a5d-ac96-774b-bcce-b302099a8057"}, {"version": 99}, {"created_at": "2020-01-01T00:00:00Z"}),
        *({"created_by": "x"}, {"updated_at": None}, {"archived_at": "2020-01-01T00:00:00Z"}, {"stage": "done"}),
        *({"stage_since": None}, {"locked": "x"}, {"is_admin": True}, {"__class__": {}}, {"roles": ["administrator"]}),
    ],
)
def test_nobody_sets_what_is_not_theirs_to_set(site: Site, values: dict[str, object]) -> None:
    caller = site.caller("writer")
    made = caller.make("note", name="Mine")
    for method, path in (("PATCH", f"/api/records/note/{made['id']}"), ("POST", "/api/records/note")):
        answer = caller.call(method, path, {"name": "Mine", **values})
        assert answer.status_code == 422, (values, answer.text)
    now = caller.get(f"/api/records/note/{made['id']}").json or {}
    assert now == {**made, **{key: now[key] for key in now.keys() - made.keys()}}


def test_a_record_is_made_ones_own_and_given_to_nobody(site: Site) -> None:
    caller, other = site.caller("writer"), site.person("writer")
    answer = caller.call("POST", "/api/records/note", {"name": "Yours", "owner": other.user_id})
    assert answer.status_code in {201, 403, 422}
    mine = caller.make("note", name="Mine")
    assert caller.call("PATCH", f"/api/records/note/{mine['id']}", {"owner": other.user_id}).status_code == 403
    assert other.get(f"/api/records/note/{mine['id']}").status_code == 404
