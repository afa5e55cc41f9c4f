"""A pack's life on a site: begun, upgraded, taken out, brought into files."""

from pathlib import Path

import pytest

from tests.support.builders import a_pack
from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


@pytest.fixture
def reshaped(site: Kalip, tmp_path: Path) -> Kalip:
    """A site with a shop whose label it changed."""
    overlay = {"extends": "shop/good", "label": "Ware"}
    mine = a_pack("site").requiring(shop=">=0").with_document("entities/good/entity", overlay)
    packs = [written(tmp_path / "packs" / pack.manifest["name"], pack.files()) for pack in (shop(), mine)]
    assert site("pack", "install", *packs).code == 0
    return site


def next_shop(folder: Path, version: str = "1.1.0") -> Path:
    pack = shop().with_manifest(version=version)
    pack.documents["entities/good/entity.json"]["label"] = "Article"
    return written(folder, pack.files())


def test_it_works(kalip: Kalip, tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    assert kalip("pack", "new", "clinic", "patient", "visit", "--into", folder).code == 0
    assert kalip("pack", "check", folder).code == 0
    assert kalip("pack", "format", folder, "--check").code == 0
    assert "2 passed, 0 failed" in kalip("pack", "test", folder).out


@pytest.mark.parametrize("words", [("Clinic",), ("clinic", "a b")], ids=["pack", "entity"])
def test_a_pack_is_begun_only_with_names(kalip: Kalip, tmp_path: Path, words: tuple[str, ...]) -> None:
    refused = kalip("pack", "new", *words, "--into", tmp_path / "new")
    assert refused.code == 1
    assert "can't be a name" in refused.err
    assert not (tmp_path / "new").exists()


def test_a_pack_is_not_begun_over_something(kalip: Kalip, tmp_path: Path) -> None:
    written(tmp_path, {"notes.txt": b"mine"})
    assert "something in" in kalip("pack", "new", "clinic", "--into", tmp_path).err


def test_an_upgrade_says_what_is_hidden_and_keeps_it(reshaped: Kalip, tmp_path: Path) -> None:
    folder = next_shop(tmp_path / "next")
    said = reshaped("pack", "upgrade", folder, "--dry-run")
    assert "1 change is hidden by layers above" in said.out
    # Three ways: what the pack said, what it says now, what the site says.
    three = "Entity 'good': label is now 'Article', was 'Good'. site/entities/good/entity.json:3 keeps 'Ware'."
    assert three in said.out
    assert reshaped("pack", "list", "--json").data[0]["version"] == "1.0.0"
    (pack,) = reshaped("pack", "upgrade", folder, "--json").data["packs"]
    assert [(each["after"], each["kept"]) for each in pack["shadows"]] == [("Article", "Ware")]
    assert reshaped("pack", "list", "--json").data[0]["version"] == "1.1.0"
    assert reshaped("log", "--json").data[0]["message"] == "Upgrade to shop 1.1.0"


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_an_upgrade_is_to_something_newer(reshaped: Kalip, tmp_path: Path, version: str) -> None:
    refused = reshaped("pack", "upgrade", next_shop(tmp_path / "next", version))
    assert refused.code == 1
    assert "is not newer" in refused.err


def test_what_is_not_installed_is_neither_upgraded_nor_removed_nor_exported(site: Kalip, tmp_path: Path) -> None:
    for words in (("upgrade", next_shop(tmp_path / "next")), ("remove", "shop"), ("export", "shop")):
        refused = site("pack", *words)
        assert refused.code == 1
        assert "is not installed" in refused.err


def test_what_waits_after_a_removal_is_said_and_its_records_are_kept_as_files(site: Kalip, tmp_path: Path) -> None:
    tea = {"entity": "good", "records": {"tea": {"name": "Tea"}}}
    folder = written(tmp_path / "packs" / "shop", shop().with_document("seed/goods", tea).files())
    assert site("pack", "install", folder).code == 0
    kept = tmp_path / "kept"
    refused = site("pack", "remove", "shop", "--export", kept)
    assert refused.code == 1
    assert "accept" in refused.err
    done = site("pack", "remove", "shop", "--export", kept, "--accept-loss")
    assert done.code == 0, done.err
    assert sorted(each.name for each in kept.iterdir()) == ["good.csv", "shop-1.0.0.zip"]
    assert "Tea" in (kept / "good.csv").read_text("utf-8-sig")
    assert "kalip storage purge" in done.err
    waiting = site("storage", "retired", "--json").data
    assert [(each["was"], each["rows"]) for each in waiting] == [("good", 1)]
    assert site("pack", "install", kept / "shop-1.0.0.zip").code == 0
    assert site("storage", "retired", "--json").data == []
    assert site("export", "good", "-o", tmp_path / "again.csv").code == 0
    assert (tmp_path / "again.csv").read_bytes() == (kept / "good.csv").read_bytes()


def test_an_export_before_a_removal_overwrites_nothing(site: Kalip, tmp_path: Path) -> None:
    assert site("pack", "install", written(tmp_path / "shop", shop().files())).code == 0
    assert "something in" in site("pack", "remove", "shop", "--export", tmp_path / "shop", "--accept-loss").err
    assert len(site("pack", "list", "--json").data) == 1


def test_a_pack_that_others_need_stays(reshaped: Kalip) -> None:
    refused = reshaped("pack", "remove", "shop")
    assert refused.code == 1
    assert "the pack 'site' requires 'shop'" in refused.err
    assert len(reshaped("pack", "list", "--json").data) == 2


def test_what_is_removed_comes_back_from_what_was_exported(reshaped: Kalip, tmp_path: Path) -> None:
    archive, folder = tmp_path / "mine.zip", tmp_path / "shop-again"
    assert "needs shop >=0" in reshaped("pack", "export", "-o", archive).out
    assert reshaped("pack", "export", "shop", "-o", folder).code == 0
    assert (folder / "pack.json").read_bytes() == shop().files()["pack.json"]
    assert reshaped("pack", "remove", "site").code == 0
    assert reshaped("pack", "remove", "shop", "--dry-run").code == 0
    assert reshaped("pack", "remove", "shop", "--accept-loss", "-m", "Closed").code == 0
    assert reshaped("log", "--json").data[0]["message"] == "Closed"
    assert reshaped("pack", "list", "--json").data == []
    assert reshaped("pack", "install", folder, archive).code == 0
    assert reshaped("explain", "shop/good", "label", "--json").data["value"] == "Ware"
