"""The page of the command line is whole, and every `kalip` line that a page shows is one that `kalip` takes."""

from pathlib import Path

import click
import pytest

from tests.support.commands import command_lines, commands, parse
from tests.support.reference import REFERENCE
from tests.support.source import ROOT

PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))


def test_each_command_has_its_heading() -> None:
    lines = (REFERENCE / "cli.md").read_text().splitlines()
    headings = [line.removeprefix("## kalip ") for line in lines if line.startswith("## ")]
    assert headings == sorted(commands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_line_parses(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in command_lines(page):
        try:
            parse(line, tmp_path)
        except click.UsageError as error:
            pytest.fail(f"{line}: {error.format_message()}")


def test_lines_are_found_and_wrong_ones_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "```sh\nKALIP_SITE=s .venv/bin/kalip pack \\\n  check a  # why\nkalip sing\nkalip serve --loud\n```\n"
    )
    lines = list(command_lines(page))
    assert lines == ["kalip pack    check a", "kalip sing", "kalip serve --loud"]
    parse(lines[0], tmp_path)
    for line in lines[1:]:
        with pytest.raises(click.UsageError):
            parse(line, tmp_path)
