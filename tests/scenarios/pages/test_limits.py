"""What a request may hold: more than that is refused at once, as a page or as a problem, and nothing is kept of it."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from kalip.fields.types.long_text import LONGEST
from kalip.web.security import LIMITS
from tests.support.builders import a_pack, an_entity
from tests.support.forms import Form, form_at
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("limits")
    note = an_entity("note").with_keys(title="name").with_field("name", "text", required=True, max_length=9)
    note.with_field("text", "long_text", max_length=LONGEST).with_field("scan", "file").with_access(writer="all")
    with a_site(f"sqlite:///{folder}/x.db", folder, a_pack("notes").with_role("writer").with_entity(note)) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("writer"))


@pytest.fixture
def form(client: FlaskClient) -> Form:
    return form_at(client, "/note/new")


def test_it_works(site: Site, client: FlaskClient, form: Form) -> None:
    text = "ж" * LONGEST
    made = form.send(client, {"name": "long", "text": text})
    assert made.status_code == 302, made.text[:2000]
    (note,) = site.caller("writer").ids("/api/records/note")
    assert (site.caller("writer").get(f"/api/records/note/{note}").json or {})["text"] == text
    site.admin.call("DELETE", f"/api/records/note/{note}")


@pytest.mark.parametrize("encoded", [False, True])
def test_too_much_text_is_refused(site: Site, client: FlaskClient, form: Form, encoded: bool) -> None:
    changed = {"name": "long", "text": "x" * (LIMITS["MAX_FORM_MEMORY_SIZE"] + 1)}
    response = client.post("/note/new", data=form.values | changed) if encoded else form.send(client, changed)
    assert response.status_code == 413
    assert "<h1>" in response.text
    assert site.caller("writer").ids("/api/records/note") == []


@pytest.mark.parametrize("encoded", [False, True])
def test_too_many_inputs_are_refused(site: Site, client: FlaskClient, form: Form, encoded: bool) -> None:
    changed = {"name": "many", "text": ["x"] * (LIMITS["MAX_FORM_PARTS"] + 1)}
    response = client.post("/note/new", data=form.values | changed) if encoded else form.send(client, changed)
    assert response.status_code == 413
    assert site.caller("writer").ids("/api/records/note") == []


def test_a_request_that_says_it_is_too_large_is_not_read(site: Site, client: FlaskClient) -> None:
    class Unread(BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

    for address, status in (("/note/new", 413), ("/login", 413), ("/api/records/note", 413)):
        response = client.post(
            address,
            input_stream=Unread(),
            environ_overrides={"CONTENT_LENGTH": str(LIMITS["MAX_CONTENT_LENGTH"] + 1)},
            content_type="application/json" if address.startswith("/api") else "multipart/form-data; boundary=x",
            headers={"Authorization": f"Bearer {site.caller('writer').token}"} if address.startswith("/api") else {},
        )
        assert response.status_code == status, address
        said = "application/problem+json" if address.startswith("/api") else "text/html"
        assert response.mimetype == said


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\xff\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 100_000),
        ("application/x-www-form-urlencoded", b"%ff%fe=%00&&&=;" + b"&" * 10_000),
        ("application/x-www-form-urlencoded; charset=utf-7", b"name=+AGEAYg-"),
        ("application/octet-stream", b"\0\1\2"),
    ],
)
def test_a_body_that_is_no_form_is_refused(client: FlaskClient, kind: str, body: bytes) -> None:
    for address in ("/note/new", "/note/preview", "/login", "/account/display"):
        assert 400 <= client.post(address, data=body, content_type=kind).status_code < 500
