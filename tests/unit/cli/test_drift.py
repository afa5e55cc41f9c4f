"""What two sites differ in, and how an edit of one comes into the other."""

from pathlib import Path

import pytest

from tests.support.builders import a_pack
from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


@pytest.fixture
def two(site: Kalip, tmp_path: Path) -> Kalip:
    """The command line, for a site and `tmp_path / "prod"`; both have the shop."""
    folder = written(tmp_path / "shop", shop().files())
    assert site("init", "--empty", "--site", tmp_path / "prod").code == 0
    for where in ("site", "prod"):
        assert site("pack", "install", folder, "--site", tmp_path / where).code == 0
    return site


def edit(kalip: Kalip, tmp_path: Path, label: str = "Ware") -> None:
    """Somebody changes production."""
    overlay = {"extends": "shop/good", "label": label, "fields": {"tin": {"type": "text", "label": "Tax id"}}}
    mine = a_pack("site").requiring(shop=">=0").with_document("entities/good/entity", overlay)
    folder = written(tmp_path / f"edit-{label}", mine.files())
    assert kalip("pack", "install", folder, "--site", tmp_path / "prod").code == 0


def test_it_works(two: Kalip, tmp_path: Path) -> None:
    same = two("drift", tmp_path / "prod")
    assert (same.code, same.out.strip()) == (0, "The same packs, to the byte.")
    newer = shop().with_manifest(version="1.1.0").with_file("README.md", b"# Shop")
    newer.documents["entities/good/entity.json"]["label"] = "Article"
    assert two("pack", "upgrade", written(tmp_path / "next", newer.files())).code == 0
    found = two("drift", tmp_path / "prod")
    assert found.code == 1
    assert "shop 1.1.0 here, 1.0.0 there" in found.out
    assert "  Entity 'good': label is 'Article' here, 'Good' there." in found.out
    assert "  File README.md differs." in found.out
    (pack,) = two("drift", tmp_path / "prod", "--json").data["packs"]
    assert (pack["here"], pack["there"], pack["files"]) == ("1.1.0", "1.0.0", ["README.md"])


def test_u12_an_edit_in_production_is_captured_and_promoted(two: Kalip, tmp_path: Path) -> None:
    edit(two, tmp_path)
    assert "site 1.0.0 is only there" in two("drift", tmp_path / "prod").out
    archive = tmp_path / "captured.zip"
    assert two("pack", "export", "-o", archive, "--site", tmp_path / "prod").code == 0
    assert two("pack", "install", archive).code == 0
    assert two("explain", "shop/good", "label", "--json").data["value"] == "Ware"
    assert two("drift", tmp_path / "prod").code == 0
    edit(two, tmp_path, "Item")
    assert "Entity 'good': label is 'Ware' here, 'Item' there." in two("drift", tmp_path / "prod").out


def test_a_site_is_compared_with_an_export_of_another(two: Kalip, tmp_path: Path) -> None:
    export = tmp_path / "export"
    assert two("pack", "export", "--all", "-o", export, "--site", tmp_path / "prod").code == 0
    assert sorted(each.name for each in export.iterdir()) == ["packs.lock", "shop-1.0.0.zip"]
    assert two("drift", export).code == 0
    assert two("drift", export / "shop-1.0.0.zip").code == 0
    assert two("pack", "lock", "--check", "-o", export / "packs.lock").code == 0
    assert "something in" in two("pack", "export", "--all", "-o", export).err
    edit(two, tmp_path)
    words = ("--site", tmp_path / "prod")
    assert "site 1.0.0 is only here" in two("drift", export, *words).out
    # One pack says nothing about the others.
    assert two("drift", export / "shop-1.0.0.zip", *words).code == 0


def test_what_cannot_be_compared_is_said(two: Kalip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert two("drift", tmp_path / "nowhere").code == 2
    (tmp_path / "nothing").mkdir()
    assert "There is no pack in" in two("drift", tmp_path / "nothing").err
    written(tmp_path / "twins" / "a", shop().files())
    written(tmp_path / "twins" / "b", shop().files())
    assert "more than one shop" in two("drift", tmp_path / "twins").err
    assert "the same database" in two("drift", tmp_path / "site").err
    monkeypatch.setenv("KALIP_DATABASE_URL", f"sqlite:///{tmp_path / 'site' / 'site.db'}")
    assert "unset it" in two("drift", tmp_path / "prod").err


def test_a_long_difference_is_counted(two: Kalip, tmp_path: Path) -> None:
    many = shop()
    fields = many.documents["entities/good/entity.json"]["fields"]
    fields |= {f"field{number}": {"type": "text"} for number in range(60)}
    assert two("pack", "install", written(tmp_path / "many", many.files())).code == 0
    assert "… and 20 more" in two("drift", tmp_path / "prod").out
    assert "field59" in two("drift", tmp_path / "prod", "--all").out
