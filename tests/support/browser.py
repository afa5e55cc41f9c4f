"""Chromium for tests: how it is started, and what a page may not leave in its console."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

# No sandbox inside containers; nothing is fetched that the page did not ask for.
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

_SCROLL = """([place, items, count]) => {
  if (document.querySelectorAll(items).length >= count) return true;
  const scrolled = document.querySelector(place);
  scrolled?.scrollTo(0, scrolled.scrollHeight);
  return false;
}"""

# What fades in has faint colours for a moment. A spinner never ends.
_SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
  .map((each) => each.finished)).then(() => null)"""

# A refused form answers 409, 412 or 422 and Chromium notes each in the console; htmx notes what a page's end cuts off.
EXPECTED_NOTES = re.compile(
    r"Failed to load resource: .* status of (400|401|403|409|412|422|429)|htmx:(afterRequest|sendError|sendAbort),"
)


class PageFaults(list[str]):
    """What went wrong in a page so far: console errors, uncaught exceptions, policy breaches."""

    def watch(self, page: Page) -> None:
        """Collect from now on."""
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_NOTES.match(message.text):
            self.append(f"{message.text} ({message.location.get('url', '')})")


def chromium_program() -> str | None:
    """Return the path of a Chromium on this machine, if there is one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """Start headless Chromium for the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


def scroll_until(page: Page, place: str, items: str, count: int) -> None:
    """Scroll a place to its end, again and again, until it has loaded that many items; then it has exactly these.

    What loads the rest is swapped while one scrolls, so no handle to it is held.
    """
    page.wait_for_function(_SCROLL, arg=[place, items, count], polling=50)
    expect(page.locator(items)).to_have_count(count)


def accessibility_faults(page: Page) -> list[str]:
    """Return one line for each place in the page that axe objects to, once all has come into sight."""
    page.evaluate(_SETTLED)
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {violation['help']} at {' '.join(map(str, node['target']))}"
        for violation in found
        for node in violation["nodes"]
    ]
