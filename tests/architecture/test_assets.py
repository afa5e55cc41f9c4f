"""What a browser loads: little of it, and nothing that the content security policy would refuse."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.base.bundle import bundle_path
from tests.support.builders import an_entity
from tests.support.signed_in import client_of
from tests.support.web_site import a_site

FIRST_LOAD, LATER_PAGE = 150_000, 30_000  # bytes on the wire
TEMPLATES = Path(__file__).parents[2] / "platform" / "kalip" / "web" / "templates"
PAGES = ("/", "/thing", "/thing/new", "/thing/board", "/search?q=thing", "/thing/filter", "/thing/columns", "/designer")

LINK = re.compile(r'<(?:link|script)\b[^>]*?(?:href|src)="(/static/[^"]+\.(?:css|js))"')
IMPORT = re.compile(r"""\bimport\b[^"';]*["'](\./[^"']+)["']""")
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script without a source": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "a handler in an attribute": re.compile(r"<[a-z][^<>]*?\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"""(?:href|src|action)\s*=\s*["']?\s*javascript:""", re.IGNORECASE),
    "htmx code in an attribute": re.compile(r"\shx-on[:-]|\bhx-vals=[\"']js:", re.IGNORECASE),
}


def faults_of(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("assets")
    thing = (
        an_entity("thing")
        .with_pipeline("flow", "todo", "done")
        .with_list("name", "stage")
        .with_document("views/card", {"fields": {"name": {}}})
        .with_document("views/board", {"pipeline": "flow"})
    )
    with a_site(f"sqlite:///{folder / 'kalip.sqlite3'}", folder, thing) as site:
        yield client_of(site, site.admin)


def assets_of(client: FlaskClient, page: str) -> dict[str, int]:
    """Style sheets and scripts of a page, modules they import included, with their bytes on the wire."""
    response = client.get(page)
    assert response.status_code == 200
    waiting, found = LINK.findall(response.text), {}
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"]
        body = answer.data
        found[address] = len(body)
        packed = answer.headers.get("Content-Encoding") == "gzip"
        source = (gzip.decompress(body) if packed else body).decode()
        folder = address.rpartition("/")[0]
        waiting += [f"{folder}/{name[2:]}" for name in IMPORT.findall(source) if "/js/" in address]
    return found


def test_it_works(client: FlaskClient) -> None:
    found = assets_of(client, "/thing")
    found |= assets_of(client, "/designer/at/entities/thing/entity")
    names = {address.rpartition("/")[2] for address in found}
    own = {file.name for file in (bundle_path("static") / "js").glob("*.js")}
    assert {"theme.css", "htmx.min.js", "main.js", "list.js"} <= names
    assert own <= names, own - names  # no module is left that nothing loads
    assert sum(found.values()) > 30_000


@pytest.mark.parametrize("page", PAGES)
def test_a_first_load_is_light(client: FlaskClient, page: str) -> None:
    found = assets_of(client, page)
    assert sum(found.values()) <= FIRST_LOAD, found


@pytest.mark.parametrize("page", PAGES)
def test_a_later_page_is_lighter(client: FlaskClient, page: str) -> None:
    known = assets_of(client, "/thing")
    more = {address: size for address, size in assets_of(client, page).items() if address not in known}
    page_size = len(gzip.compress(client.get(page).data))
    assert page_size + sum(more.values()) <= LATER_PAGE, (page_size, more)


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_a_template_holds_no_style_and_no_code(file: Path) -> None:
    assert faults_of(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_holds_no_style_and_no_code(client: FlaskClient, page: str) -> None:
    assert faults_of(client.get(page).text) == []


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<a hx-on:click="go()">',
    ],
)
def test_the_faults_are_seen(text: str) -> None:
    assert len(faults_of(text)) == 1
