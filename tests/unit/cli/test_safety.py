"""Backup and restore on the command line, from one kind of database to the other."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


def test_it_works(site: Kalip, tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", shop().files())
    assert site("pack", "install", folder).code == 0
    saved = site("backup", tmp_path / "b.kalip", "--json").data
    assert saved["rows"] > 0
    other = tmp_path / "other"
    back = site("restore", tmp_path / "b.kalip", "--site", other, "--json").data
    assert (back["rows"], back["revision"]) == (saved["rows"], saved["revision"])
    assert [each["pack"] for each in site("pack", "list", "--site", other, "--json").data] == ["shop"]
    assert site("plan", "--site", other, "--json").data["steps"] == []


def test_a_site_that_holds_something_is_left_alone(site: Kalip, tmp_path: Path) -> None:
    site("backup", tmp_path / "b.kalip")
    refused = site("restore", tmp_path / "b.kalip")
    assert refused.code == 1
    assert "not empty" in refused.err


def test_to_postgresql(site: Kalip, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site("pack", "install", written(tmp_path / "shop", shop().files()))
    saved = site("backup", tmp_path / "b.kalip", "--json").data
    monkeypatch.setenv("KALIP_DATABASE_URL", postgres_url)
    back = site("restore", tmp_path / "b.kalip", "--site", tmp_path / "other", "--json")
    assert back.code == 0, back.err
    assert back.data["rows"] == saved["rows"]
    assert [each["pack"] for each in site("pack", "list", "--site", tmp_path / "other", "--json").data] == ["shop"]


def test_what_is_no_backup(site: Kalip, tmp_path: Path) -> None:
    (tmp_path / "b.kalip").write_bytes(b"nothing")
    refused = site("restore", tmp_path / "b.kalip", "--site", tmp_path / "other")
    assert refused.code == 1
    assert "can't be restored" in refused.err
