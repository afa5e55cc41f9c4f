"""Pages that lead by the hand lead where they say: every file is written, every command run, every answer compared."""

from pathlib import Path

import pytest

from tests.support.source import ROOT
from tests.support.walkthrough import matches, walk

PAGES = sorted(page for page in (ROOT / "docs").rglob("*.md") if "\n```console\n" in page.read_text())


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_can_be_followed(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KALIP_SITE", raising=False)
    assert walk(page, monkeypatch)


def test_the_tutorial_is_walked() -> None:
    assert "a-crm-of-your-own.md" in [page.name for page in PAGES]


def test_what_is_shown_must_be_printed() -> None:
    assert matches("a\n…\nc … e\n", "a\nb\nb\nc d e  \n")
    assert not matches("a\nb\n", "a\n")
    assert not matches("a …\n", "a\n")


def test_a_wrong_page_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text("`p/pack.json`:\n\n```json\n{}\n```\n\n```console\n$ kalip pack check p\np: no faults\n```\n")
    with pytest.raises(pytest.fail.Exception, match="printed"):
        walk(page, monkeypatch)
    assert (tmp_path / "p" / "pack.json").read_text() == "{}\n"
