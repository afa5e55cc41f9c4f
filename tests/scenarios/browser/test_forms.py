"""The public form in a real browser: filled in by a stranger, also within a page of another site."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kalip.storage.receipts import list_receipts
from tests.support.browser import accessibility_faults
from tests.support.inbox import FORM, inbox_pack
from tests.support.live import live_server
from tests.support.office import Office
from tests.support.web_site import a_site

pytestmark = pytest.mark.browser
PLACE = "/forms/contact_us?lang=en&utm_source=news"


def fill(form: Locator, email: str) -> None:
    form.get_by_label("Name: First name").fill("Ayşe")
    form.get_by_role("textbox", name="Email").fill(email)
    form.get_by_label("Your question").fill("Two steel doors, please.")
    form.get_by_label("My data may be used").check()


def send(page: Page, form: Locator) -> None:
    # Nobody is as fast as a machine, and a machine makes nothing.
    page.wait_for_timeout(2100)
    form.get_by_role("button", name="Send the question").click()


def state_of(office: Office, sender: str) -> str:
    with office.site.services.database.read() as session:
        return next(each.state for each in list_receipts(session) if sender in each.sender)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_stranger_asks_and_a_lead_is_there(office: Office, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(PLACE)
    form = page.get_by_role("main")
    assert accessibility_faults(page) == []
    fill(form, f"w{width}@client.example")
    send(page, form)
    expect(page.get_by_role("heading", name="Write to us")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("will write to you soon")
    assert state_of(office, f"w{width}@client.example") == "made"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.context.cookies() == []


def test_a_machine_fills_what_nobody_sees(office: Office, page: Page) -> None:
    page.goto(PLACE)
    form = page.get_by_role("main")
    expect(form.locator("[name=fax_number]")).not_to_be_in_viewport()
    fill(form, "robot@client.example")
    form.locator("[name=fax_number]").evaluate("input => { input.value = '1' }")
    send(page, form)
    expect(page.get_by_role("status")).to_be_visible()
    with office.site.services.database.read() as session:
        latest = list_receipts(session)[0]
    assert (latest.state, latest.record_id) == ("ignored", None)


@contextmanager
def another_site() -> Iterator[tuple[str, list[str]]]:
    """A site whose page shows, in a frame, the address that is put into the list."""
    shown: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><iframe src='{shown[0]}' width=600 height=800></iframe>".encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://localhost:{server.server_port}", shown
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_sites_that_a_form_names_show_it_and_others_dont(browser: Browser, tmp_path: Path) -> None:
    with another_site() as (elsewhere, shown):
        pack = inbox_pack(form={**FORM, "origins": {elsewhere: {}}})
        url = f"sqlite:///{tmp_path / 'kalip.sqlite3'}"
        with a_site(url, tmp_path, pack) as site, live_server(site.app) as address:
            shown.append(f"{address}/forms/ask?lang=en")
            # The refused frame leaves its note in the console, as it should.
            page = browser.new_context(locale="en-GB").new_page()
            page.goto(elsewhere)
            form = page.frame_locator("iframe").get_by_role("main")
            form.get_by_label("Email").fill("framed@client.example")
            form.get_by_label("I have read").check()
            page.wait_for_timeout(2100)
            form.get_by_role("button", name="Send").click()
            expect(form.get_by_role("status")).to_contain_text("Thank you!")
            with site.services.database.read() as session:
                (receipt,) = list_receipts(session)
            assert receipt.state == "made"
            assert receipt.payload["circumstances"]["page"].startswith(elsewhere)
            page.goto(elsewhere.replace("localhost", "127.0.0.1"))
            expect(page.frame_locator("iframe").locator("form")).to_have_count(0)
            page.context.close()
