"""What is retired waits, and goes only when somebody says so."""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from kalip.app import LiveComposition
from kalip.cli import cli
from kalip.storage import Blobs
from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


@pytest.fixture
def retired(site: Kalip, tmp_path: Path) -> Kalip:
    """A site that two fields of the shop were taken out of."""
    full = shop()
    full.documents["entities/good/entity.json"]["fields"] |= {"a": {"type": "text"}, "b": {"type": "text"}}
    assert site("pack", "install", written(tmp_path / "full", full.files())).code == 0
    assert site("pack", "install", written(tmp_path / "bare", shop().files()), "--accept-loss").code == 0
    return site


def waiting(kalip: Kalip) -> list[str]:
    return sorted(each["was"] for each in kalip("storage", "retired", "--json").data)


def test_it_works(retired: Kalip) -> None:
    assert waiting(retired) == ["good.a", "good.b"]
    assert [each["was"] for each in retired("storage", "purge", "good.a", "--yes", "--json").data] == ["good.a"]
    assert waiting(retired) == ["good.b"]
    assert "good.b" in retired("storage", "purge", "--yes").out
    assert "Nothing is retired." in retired("storage", "retired").out
    assert "Nothing is to be dropped." in retired("storage", "purge").out
    assert "needs no change" in retired("plan").out


def test_what_is_listed_is_asked_about(retired: Kalip) -> None:
    for answer, code, left in (("n", 1, ["good.a", "good.b"]), ("y", 0, [])):
        result = CliRunner().invoke(cli, ["storage", "purge"], obj=LiveComposition(), input=answer)
        assert result.exit_code == code
        assert "good.a" in result.stdout
        assert "for good?" in result.stderr
        assert waiting(retired) == left


def test_what_waits_too_short_or_is_not_retired_stays(retired: Kalip) -> None:
    assert "Nothing is to be dropped." in retired("storage", "purge", "--days", "1", "--yes").out
    refused = retired("storage", "purge", "good.aa", "--yes")
    assert refused.code == 1
    assert "did you mean 'good.a'?" in refused.err
    assert retired("storage", "purge", "--json").code == 2
    assert waiting(retired) == ["good.a", "good.b"]


def test_contents_that_nothing_names_are_listed_and_removed(site: Kalip, tmp_path: Path) -> None:
    assert "Everything in the store is named." in site("storage", "collect").out
    content = Blobs(tmp_path / "site" / "files").write(BytesIO(b"hello")).sha256
    assert "can go from" in site("storage", "collect", "--dry-run").out
    assert "can go from" in site("storage", "collect").out
    for path in (tmp_path / "site" / "files").rglob(content):
        os.utime(path, (0, 0))
    assert site("storage", "collect", "--dry-run", "--json").data == [
        {"content": content, "bytes": 5, "due": "1970-01-01T12:00:00+00:00", "removed": False}
    ]
    assert "can go\n" in re.sub(" +\n", "\n", site("storage", "collect", "--dry-run").out)
    told = site("storage", "collect").out
    assert "removed" in told
    assert "5 bytes were freed." in told
    assert site("storage", "collect", "--json").data == []
