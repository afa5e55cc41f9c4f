"""What publishing would do, and doing it, on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


@pytest.fixture
def opened(site: Kalip, tmp_path: Path) -> Kalip:
    """A site with a shop."""
    assert site("pack", "install", written(tmp_path / "shop", shop().files())).code == 0
    return site


def overlay(folder: Path, **data: Any) -> Path:
    """A folder of overlays, without a manifest."""
    file = folder / "entities" / "good" / "entity.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"extends": "shop/good", **data}))
    return folder


def test_it_works(opened: Kalip, tmp_path: Path) -> None:
    folder = overlay(tmp_path / "mine", label="Article", fields={"note": {"type": "text"}})
    planned = opened("plan", folder, "--json").data
    assert [step["id"] for step in planned["steps"] if step["id"].startswith("add")] == ["add_column:good.note"]
    said = opened("publish", folder, "-m", "Articles")
    assert "Published revision" in said.out
    assert opened("log", "--json").data[0]["message"] == "Articles"
    assert opened("explain", "shop/good", "label", "--json").data["value"] == "Article"
    assert [each["pack"] for each in opened("pack", "list", "--json").data] == ["shop", "site"]
    assert "Nothing to do." in opened("publish", folder, "-m", "Again").out


def test_what_was_published_meanwhile_is_told(opened: Kalip, tmp_path: Path) -> None:
    base = opened("log", "--json").data[0]["revision"]
    assert opened("publish", overlay(tmp_path / "a", label="A"), "-m", "A", "--base", base[:12]).code == 0
    late = opened("publish", overlay(tmp_path / "b", label="B"), "-m", "B", "--base", base)
    assert late.code == 1
    assert "Something else was published meanwhile" in late.err
    assert opened("explain", "shop/good", "label", "--json").data["value"] == "A"


def test_a_lossy_step_is_accepted_by_its_id_or_all_are(opened: Kalip, tmp_path: Path) -> None:
    assert opened("publish", overlay(tmp_path / "a", fields={"note": {"type": "text"}}), "-m", "Notes").code == 0
    (tmp_path / "goods.csv").write_text("name,note\nNut,small\n")
    assert opened("import", tmp_path / "goods.csv", "--entity", "good").code == 0
    without = overlay(tmp_path / "a", label="Good!")
    steps = opened("plan", without, "--json").data["steps"]
    lossy = [step["id"] for step in steps if step["kind"] == "lossy"]
    assert lossy == ["retire_column:good.note"]
    assert opened("publish", without, "-m", "No notes").code == 1
    assert opened("publish", without, "-m", "No notes", "--accept", "retire_column:good.name").code == 1
    assert opened("publish", without, "-m", "No notes", "--accept", lossy[0]).code == 0
