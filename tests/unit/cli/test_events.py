"""`kalip events`: sealed, verified with names and an exit code, forgotten by kind."""

import sqlite3
from pathlib import Path

from tests.unit.cli.conftest import Kalip


def spoil(folder: Path, statement: str) -> None:
    """Change the log as somebody does who takes the triggers away."""
    with sqlite3.connect(folder / "site" / "site.db") as raw:
        raw.execute("INSERT INTO kalip_event_door VALUES (1)")
        raw.execute(statement)
        raw.execute("DELETE FROM kalip_event_door")
    raw.close()


def test_it_works(site: Kalip) -> None:
    site("user", "add", "bora@example.com")
    assert "not sealed yet" in site("events", "verify").out
    sealed = site("events", "seal", "--json").data
    assert sealed["last"]["number"] == 1
    checked = site("events", "verify", "--expect", sealed["last"]["hash"], "--json")
    assert checked.code == 0
    assert checked.data["findings"] == []
    assert (checked.data["unsealed"], checked.data["expected_found"]) == (0, True)
    assert "Everything is as it was sealed." in site("events", "verify").out


def test_what_was_done_by_hand_is_named(site: Kalip, tmp_path: Path) -> None:
    for name in ("bora", "cem"):
        site("user", "add", f"{name}@example.com")
    site("events", "seal")
    spoil(tmp_path, "UPDATE kalip_event SET actor = 'x' WHERE id = (SELECT max(id) FROM kalip_event)")
    spoil(tmp_path, "DELETE FROM kalip_event WHERE id = (SELECT min(id) FROM kalip_event)")
    found = site("events", "verify")
    assert found.code == 1
    assert "altered since it was sealed" in found.out
    assert ": missing" in found.out
    assert "2 faults." in found.out
    assert [each["fault"] for each in site("events", "verify", "--json").data["findings"]] == ["missing", "altered"]


def test_a_hash_that_was_noted_must_be_there(site: Kalip) -> None:
    site("user", "add", "bora@example.com")
    site("events", "seal")
    found = site("events", "verify", "--expect", "0" * 64)
    assert found.code == 1
    assert "The expected seal is not in the chain" in found.out


def test_forgetting(site: Kalip) -> None:
    assert "All events are kept for ever." in site("events", "forget").out
    assert site("events", "forget", "--kept", "sign_in=30", "--dry-run", "--json").data == {"sign_in": 0}
    assert site("events", "forget", "--kept", "sign_in").code == 1
