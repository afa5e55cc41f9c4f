"""Links between pages lead somewhere, and every page can be reached from the first."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.source import ROOT

DOCS = ROOT / "docs"
TOPS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = [*TOPS, ROOT / "changelog.d" / "README.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_pages_and_headings(page: Path) -> None:
    lost = [
        f"{path.name}#{heading}"
        for path, heading in _links(page)
        if not path.exists() or (heading and heading not in _headings(path))
    ]
    assert lost == []


def test_every_page_is_linked_from_the_first_ones() -> None:
    seen: set[Path] = set()
    pending = [ROOT / "README.md", DOCS / "README.md"]
    while pending:
        page = pending.pop()
        if page in seen:
            continue
        seen.add(page)
        if page.is_dir():
            pending += page.glob("*.md")
        elif page.suffix == ".md":
            pending += [path for path, _ in _links(page)]
    assert [page.relative_to(ROOT).as_posix() for page in DOCS.rglob("*.md") if page not in seen] == []


def test_a_lost_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Über uns, `kalip init`\n[a](page.md#über-uns-kalip-init) [b](gone.md#x)\n```\n[c](no.md)\n```\n")
    links = list(_links(page))
    assert links == [(page, "über-uns-kalip-init"), (tmp_path / "gone.md", "x")]
    assert _headings(page) == {"über-uns-kalip-init"}


def _links(page: Path) -> Iterator[tuple[Path, str]]:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            path, _, heading = unquote(target).partition("#")
            yield ((page.parent / path).resolve() if path else page), heading


def _headings(page: Path) -> set[str]:
    """Anchors as GitHub makes them."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
