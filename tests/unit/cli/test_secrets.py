"""Secrets sealed on the command line, and brought under a new key."""

from pathlib import Path

import pytest

from kalip.base.sealing import SEALED
from kalip.runtime import read_settings
from tests.unit.cli.conftest import Kalip

KEY = "k" * 40


def test_it_works(site: Kalip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALIP_SECRET_KEY", KEY)
    sealed = site("secrets", "seal", given="whsec_abc\n").out.strip()
    assert SEALED.fullmatch(sealed)
    with (tmp_path / "site" / "site.toml").open("a", encoding="utf-8") as file:
        file.write(f'[hook_secrets]\nshop = "{sealed}"\n')
    assert read_settings(tmp_path / "site").hook_secrets == {"shop": "whsec_abc"}
    (row,) = site("secrets", "list", "--json").data["secrets"]
    assert (row["place"], row["which"], row["secrets"]) == ("site.toml", "present", 1)

    monkeypatch.setenv("KALIP_SECRET_KEY", "n" * 40)
    assert "previous_keys" in site("secrets", "list").err
    monkeypatch.setenv("KALIP_PREVIOUS_KEYS", KEY)
    assert "former" in site("secrets", "list").out
    assert site("secrets", "rotate", "--json").data == {"settings": 1, "database": 0, "broken": []}
    monkeypatch.delenv("KALIP_PREVIOUS_KEYS")
    assert read_settings(tmp_path / "site").hook_secrets == {"shop": "whsec_abc"}
    assert "0 secrets" in site("secrets", "rotate").out


def test_nothing_sealed(site: Kalip) -> None:
    assert "Nothing is sealed" in site("secrets", "list").out
