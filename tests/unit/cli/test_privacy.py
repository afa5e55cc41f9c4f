"""Personal data on the command line: register, found, handed out, planned, erased; a restore sweeps."""

from pathlib import Path

from tests.support.personal import CANARY, MAIL, personal_pack
from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import written


def test_it_works(site: Kalip, tmp_path: Path) -> None:
    """An erasure is done as planned, and repeated on a backup from before it."""
    assert site("pack", "install", written(tmp_path / "people", personal_pack().files())).code == 0
    rows = tmp_path / "contact.csv"
    rows.write_text(f"name,email\nNil {CANARY},{MAIL}\n", encoding="utf-8")
    imported = site("import", rows, "--entity", "contact", "--yes")
    assert imported.code == 0, imported.err
    assert "contact" in {each["entity"] for each in site("privacy", "register", "--json").data}
    (found,) = site("privacy", "find", MAIL, "--json").data
    record = found["record"]
    for name in ("person.json", "person.pdf"):
        made = site("privacy", "export", record, "--out", tmp_path / name, "--purpose", "Asked")
        assert made.code == 0, made.err
    assert CANARY in (tmp_path / "person.json").read_text(encoding="utf-8")
    site("backup", tmp_path / "before.kalip")
    plan = site("privacy", "erase", record, "--json").data
    assert [each["action"] for each in plan["steps"]] == ["empty"]
    proof = site("privacy", "erase", record, "--reason", "Asked", "--plan", plan["plan"], "--json")
    assert proof.code == 0, proof.err
    assert site("privacy", "find", MAIL, "--json").data == []
    listed = site("privacy", "sweep", "--json").data["list"]
    other = tmp_path / "other"
    back = site("restore", tmp_path / "before.kalip", "--erasures", listed, "--site", other, "--json")
    assert back.code == 0, back.err
    assert back.data["erasures"] == 1
    assert site("privacy", "find", MAIL, "--site", other, "--json").data == []
    assert [each["id"] for each in site("privacy", "proofs", "--site", other, "--json").data] == [proof.data["id"]]


def test_holds_and_terms(site: Kalip, tmp_path: Path) -> None:
    assert site("pack", "install", written(tmp_path / "people", personal_pack().files())).code == 0
    rows = tmp_path / "contact.csv"
    rows.write_text(f"name,email\nNil {CANARY},{MAIL}\n", encoding="utf-8")
    site("import", rows, "--entity", "contact", "--yes")
    (found,) = site("privacy", "find", MAIL, "--json").data
    said = ("--reason", "Lawsuit", "--until", "2099-01-01", "--person", "--json")
    held = site("privacy", "hold", found["record"], *said)
    assert held.code == 0, held.err
    assert [each["reason"] for each in site("privacy", "holds", "--json").data] == ["Lawsuit"]
    refused = site("privacy", "erase", found["record"], "--reason", "x", "--plan", "y")
    assert refused.code == 1
    assert site("privacy", "release", held.data["id"]).code == 0
    assert site("privacy", "holds", "--json").data == []
    assert [each["term"] for each in site("privacy", "due", "--json").data] == ["P1Y"]
    assert site("privacy", "find", "nobody").out.strip() == "Nobody was found."
    assert site("privacy", "hold", "contact", "--reason", "x").code == 1
