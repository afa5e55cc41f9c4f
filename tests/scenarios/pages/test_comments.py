"""Comments on the record page as a browser without JavaScript, and as htmx, sends them; the history by kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.forms import form_at, form_in
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site

HTMX = {"HX_Request": "true"}


def notes() -> PackBuilder:
    note = (
        an_entity("note")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("text", "text")
        .with_access(writer="all", reader={"read": "all"})
    )
    return a_pack("notes").with_role("writer", "reader").with_entity(note)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, notes()) as running:
        yield running


@pytest.fixture
def writer(site: Site) -> Caller:
    return site.caller("writer")


@pytest.fixture
def client(site: Site, writer: Caller) -> FlaskClient:
    return client_of(site, writer)


@pytest.fixture
def page(writer: Caller) -> str:
    """The address of a record."""
    return f"/note/{writer.make('note', name='Looms', text='a field called text')['id']}"


def say(caller: Caller, page: str, text: str) -> str:
    """Comment by REST; gives the comment's id."""
    response = caller.call("POST", f"/api/records{page}/comments", {"text": text})
    assert response.status_code == 201, response.text
    return str((response.json or {})["id"])


def test_it_works(client: FlaskClient, page: str) -> None:
    form = form_at(client, page, f"{page}/comments")
    sent = form.send(client, {"text": "First <script>alert(1)</script> & https://example.org\r\n\r\nthird line"})
    assert (sent.status_code, sent.location) == (303, f"{page}#history")
    shown = client.get(page).text
    said = "First &lt;script&gt;alert(1)&lt;/script&gt; &amp; https://example.org\n\nthird line"
    assert f'<p class="comment-text" dir="auto">{said}</p>' in shown
    assert "<dt>" not in shown.partition('id="history"')[2]


def test_htmx_is_answered_the_history_alone(client: FlaskClient, page: str) -> None:
    form = form_at(client, page, f"{page}/comments")
    sent = form.send(client, {"text": "Hello"}, **HTMX)
    assert sent.status_code == 200
    assert sent.text.lstrip().startswith('<div id="history">')
    assert ">Hello</p>" in sent.text
    assert form_in(sent.text, f"{page}/comments").values["text"] == [""]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_refused_stays_in_the_form(client: FlaskClient, page: str, headers: dict[str, str]) -> None:
    form = form_at(client, page, f"{page}/comments")
    sent = form.send(client, {"text": "x" * 10_001}, **headers)
    assert sent.status_code == 422
    assert "At most 10000 characters" in sent.text.replace(",", "")
    assert form_in(sent.text, f"{page}/comments").values["text"] == ["x" * 10_001]
    assert 'class="comment-text"' not in client.get(page).text


def test_readers_comment_and_see_who_said_what(site: Site, page: str) -> None:
    reader = client_of(site, site.person("reader", name="Cem Kaya"))
    form_at(reader, page, f"{page}/comments").send(reader, {"text": "I only read"})
    shown = client_of(site, site.caller("writer")).get(page).text
    assert "<strong>Cem Kaya</strong> commented" in shown
    assert ">CK</span>" in shown
    assert "/remove" not in shown  # not the writer's to take back


def test_ones_own_comment_is_taken_back(client: FlaskClient, writer: Caller, page: str) -> None:
    address = f"{page}/comments/{say(writer, page, 'A slip')}/remove"
    sent = form_at(client, page, address).send(client)
    assert sent.location == f"{page}#history"
    shown = client.get(page).text
    assert "A slip" not in shown
    assert "Deleted by its author." in shown
    assert "record.comment_removed" not in shown
    assert client.post(address, data=form_at(client, page, f"{page}/comments").values).status_code == 404


def test_htmx_is_answered_the_entry_that_was_taken_back(site: Site, writer: Caller, page: str) -> None:
    said = say(writer, page, "A slip")
    admin = client_of(site, site.admin)
    sent = form_at(admin, page, f"{page}/comments/{said}/remove").send(admin, {}, **HTMX)
    assert sent.text.strip().startswith(f'<article class="event" id="event-{said}">')
    assert "Deleted by an administrator." in sent.text
    assert "kalip:toast" in sent.headers["HX-Trigger"]


def test_the_history_is_filtered_by_kind(client: FlaskClient, writer: Caller, page: str) -> None:
    say(writer, page, "Said this")
    parts = {kind: client.get(f"{page}/events?history={kind}").text for kind in ("all", "comments", "changes", "x")}
    assert ["Said this" in text for text in parts.values()] == [True, True, False, True]
    assert ["created this" in text for text in parts.values()] == [True, False, True, True]
    for kind in ("comments", "changes"):
        whole = client.get(f"{page}?history={kind}").text
        assert ("Said this" in whole) is (kind == "comments")
        assert f'name="history" value="{kind}"' in whole
    sent = form_at(client, f"{page}?history=comments", f"{page}/comments").send(client, {"text": "x"})
    assert sent.location == f"{page}?history=comments#history"


def test_later_parts_are_of_the_same_kind(client: FlaskClient, writer: Caller, page: str) -> None:
    for number in range(21):
        say(writer, page, f"comment {number:02}")
        writer.call("PATCH", f"/api/records{page}", {"name": f"name {number:02}"})
    first = client.get(f"{page}/events?history=comments").text
    assert "comment 01" in first
    assert "comment 00" not in first
    following = first.partition('hx-get="/note/')[2].rpartition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    rest = client.get(following).text
    assert "comment 00" in rest
    assert "name 0" not in rest
    assert 'id="timeline"' not in rest


def test_nothing_of_a_record_that_is_not_there(client: FlaskClient, page: str) -> None:
    token = form_at(client, page, f"{page}/comments").values["csrf_token"]
    other = "/note/01890a5d-ac96-774b-bcce-b302099a8057"
    assert client.post(f"{other}/comments", data={"text": "x", "csrf_token": token}).status_code == 404
    assert client.get(f"{other}/events").status_code == 404
    assert client.post(f"{page}/comments", data={"text": "x"}).status_code == 400


@pytest.mark.parametrize(("locale", "words"), [("tr", ("Yorumlar", "Gönder")), ("ru", ("Комментарии", "Отправить"))])
def test_other_languages(site: Site, page: str, locale: str, words: tuple[str, ...]) -> None:
    shown = client_of(site, site.person("writer", locale=locale)).get(page).text
    for word in words:
        assert word in shown


def test_who_only_commented_is_not_blamed_for_a_conflict(site: Site, page: str) -> None:
    changer, talker = site.person("writer", name="Ece Kurt"), site.person("reader", name="Cem Kaya")
    client = client_of(site, site.caller("writer"))
    stale = form_at(client, page)
    changer.call("PATCH", f"/api/records{page}", {"name": "Spindles"})
    say(talker, page, "Nice name")
    sent = stale.send(client, {"name": "Shuttles"})
    assert sent.status_code == 409
    assert "Ece Kurt" in sent.text
    assert "Cem Kaya" not in sent.text
