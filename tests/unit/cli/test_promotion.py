"""Some of a site's changes brought into another site: by kind, by document, with what they need."""

from pathlib import Path

import pytest

from tests.support.builders import a_pack, an_entity
from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


@pytest.fixture
def prod(site: Kalip, tmp_path: Path) -> Path:
    """A site whose people made an entity, a role and lookup data; the other site has the shop alone."""
    folder = tmp_path / "prod"
    packed = written(tmp_path / "shop", shop().files())
    assert site("init", "--empty", "--site", folder).code == 0
    kind = an_entity("sort").with_field("name", "text").with_keys(title="name").with_access(guest="all")
    mine = a_pack("site").requiring(shop=">=0").with_entity(kind).with_role("guest")
    mine.with_document("seed/sorts", {"entity": "sort", "records": {"dry": {"name": "Dry"}}})
    mine.with_document("entities/good/entity", {"extends": "shop/good", "label": "Ware"})
    made = written(tmp_path / "mine", mine.files())
    assert site("pack", "install", packed).code == 0
    assert site("pack", "install", packed, made, "--site", folder).code == 0
    return folder


def documents(kalip: Kalip) -> set[str]:
    """What the site's own pack has here."""
    found = kalip("pack", "export", "--json", "-o", Path("all.zip")).data["documents"]
    return set(found) - {"pack"}


def test_u13_roles_without_lookups_then_lookups_alone(
    site: Kalip, prod: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = site("pack", "export", "--pick", "role=all", "--pick", "seed=none", "-o", "roles.zip", "--site", prod)
    assert said.code == 0, said.err
    assert site("pack", "install", "roles.zip", "--merge").code == 0
    assert documents(site) == {"roles/guest"}
    lookups = site("pack", "export", "--pick", "seed=all", "-o", "lookups.zip", "--site", prod, "--json").data
    assert lookups["missing"] == []
    assert site("pack", "install", "lookups.zip", "--merge").code == 0
    assert documents(site) == {"roles/guest", "seed/sorts", "entities/sort/entity"}
    assert site("export", "sort", "-o", "sorts.csv").code == 0
    assert "Dry" in (tmp_path / "sorts.csv").read_text("utf-8-sig")
    # Promoting it again changes nothing.
    assert "Nothing to do." in site("pack", "install", "lookups.zip", "--merge").out


def test_u13_what_is_left_behind_is_listed_and_missed(site: Kalip, prod: Path, tmp_path: Path) -> None:
    words = ("--pick", "seed=all", "--pick", "entity=none", "-o", tmp_path / "bare.zip", "--site", prod)
    said = site("pack", "export", *words)
    assert "without Entity 'sort', which Records 'sorts' needs: it has to be there already" in said.out
    refused = site("pack", "install", tmp_path / "bare.zip", "--merge")
    assert refused.code == 1
    assert "sort" in refused.err


def test_u13_a_document_is_picked_with_what_it_needs(site: Kalip, prod: Path, tmp_path: Path) -> None:
    archive = tmp_path / "picked.zip"
    found = site("pack", "export", "--only", "entities/sort/", "-o", archive, "--site", prod, "--json").data
    assert set(found["documents"]) == {"pack", "entities/sort/entity", "entities/sort/access", "roles/guest"}
    assert site("pack", "install", archive, "--merge").code == 0
    assert site("explain", "shop/good", "label", "--json").data["value"] == "Good"
    only = site("pack", "export", "--only", "entities/good/entity", "-o", archive, "--site", prod, "--json").data
    assert set(only["documents"]) == {"pack", "entities/good/entity"}
    assert site("pack", "install", archive, "--merge").code == 0
    assert site("explain", "shop/good", "label", "--json").data["value"] == "Ware"
    assert site("pack", "export", "-o", tmp_path / "whole.zip", "--json").data["documents"].count("roles/guest") == 1


def test_usage(site: Kalip, prod: Path, tmp_path: Path) -> None:
    refused = site("pack", "export", "--pick", "rolle=all", "--site", prod)
    assert refused.code == 2
    assert "did you mean 'role'?" in refused.err
    assert "modes are all, referenced, none" in site("pack", "export", "--pick", "role=some", "--site", prod).err
    assert site("pack", "export", "--all", "--pick", "role=all", "--site", prod).code == 2
    assert "Nothing of site was picked" in site("pack", "export", "--only", "roles/gast", "--site", prod).err
    assert site("pack", "lock", "-o", tmp_path / "lock").code == 0
    assert site("pack", "install", tmp_path / "shop", "--merge", "--locked", tmp_path / "lock").code == 2
