"""Packs brought into a site: versions that fit, what a lock says, the questions before."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kalip.app import LiveComposition
from kalip.cli import cli
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


def base(version: str, **requires: str) -> PackBuilder:
    thing = an_entity("thing").with_field("name", "text").with_keys(title="name")
    return a_pack("base", version).requiring(**requires).with_entity(thing)


def till(base_range: str, version: str = "1.0.0") -> PackBuilder:
    return a_pack("till", version).requiring(base=base_range).with_role("cashier")


@pytest.fixture
def shelf(kalip: Kalip, tmp_path: Path) -> Path:
    """A folder with archives of three versions of a pack."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for version in ("1.0.0", "1.4.0", "2.0.0"):
        source = written(tmp_path / version, base(version).files())
        assert kalip("pack", "build", source, "-o", folder / f"base-{version}.zip").code == 0
    return folder


def installed(kalip: Kalip) -> dict[str, str]:
    return {each["pack"]: each["version"] for each in kalip("pack", "list", "--json").data}


def test_it_works(site: Kalip, tmp_path: Path, shelf: Path) -> None:
    pack = written(tmp_path / "mine" / "till", till(">=1.2,<2").files())
    done = site("pack", "install", pack, "--from", shelf)
    assert done.code == 0, done.err
    assert f"base 1.4.0 comes along, from {shelf}/base-1.4.0.zip" in done.err
    assert installed(site) == {"base": "1.4.0", "till": "1.0.0"}


def test_packs_of_the_sites_own_folder_are_named(site: Kalip, tmp_path: Path, shelf: Path) -> None:
    shelf.rename(tmp_path / "site" / "packs")
    assert site("pack", "install", "base<2").code == 0
    assert installed(site) == {"base": "1.4.0"}
    assert site("pack", "upgrade", "base").code == 0
    assert installed(site) == {"base": "2.0.0"}
    assert site("log", "--json").data[0]["message"] == "Upgrade to base 2.0.0"
    assert "Nothing to do." in site("pack", "upgrade", "base").out


def test_packs_that_do_not_fit_are_explained_and_nothing_happens(site: Kalip, tmp_path: Path, shelf: Path) -> None:
    pack = written(tmp_path / "mine" / "till", till(">=1.2,<2").files())
    assert site("pack", "install", pack, "--from", shelf).code == 0
    refused = site("pack", "install", "base>=2", "--from", shelf)
    assert refused.code == 1
    assert "till 1.0.0 requires base >=1.2,<2" in refused.err
    assert "base >=2 was asked for" in refused.err
    assert f"{pack}/pack.json" not in refused.err
    assert installed(site) == {"base": "1.4.0", "till": "1.0.0"}


def test_what_is_nowhere_is_said(site: Kalip, tmp_path: Path) -> None:
    refused = site("pack", "install", written(tmp_path / "till", till(">=1").files()))
    assert refused.code == 1
    assert "requires 'base', which is not there" in refused.err
    assert "is no pack 'nothing'" in site("pack", "install", "nothing").err
    assert "'=>1' is not a range" in site("pack", "install", "base=>1").err
    assert site("pack", "install").code == 2


def test_a_broken_archive_in_a_folder_is_passed_over(site: Kalip, shelf: Path) -> None:
    (shelf / "base-3.0.0.zip").write_bytes(b"PK")
    done = site("pack", "install", "base", "--from", shelf)
    assert "base-3.0.0.zip can't be read and is left out" in done.err
    assert installed(site) == {"base": "2.0.0"}


def test_u9_a_circle_is_refused_when_checked_built_and_installed(site: Kalip, tmp_path: Path) -> None:
    site(
        "pack",
        "install",
        written(tmp_path / "1" / "base", base("1.0.0").files()),
        written(tmp_path / "till", till(">=1").files()),
    )
    closing = written(tmp_path / "base", base("1.1.0", till=">=1").files())
    for words in (("check",), ("build", "-o", tmp_path / "base.zip"), ("install",), ("upgrade",)):
        refused = site("pack", words[0], closing, *words[1:])
        assert refused.code == 1
        assert "base → till → base" in refused.err or "till → base → till" in refused.err
        assert "from the requires of" in refused.err
    assert "drop 'till' from the requires of 'base'" in site("pack", "upgrade", closing).err
    assert not (tmp_path / "base.zip").exists()
    assert installed(site)["base"] == "1.0.0"


def test_a_lock_holds_sites_to_the_same_bytes(site: Kalip, tmp_path: Path, shelf: Path) -> None:
    pack = written(tmp_path / "mine" / "till", till(">=1.2").files())
    lock = tmp_path / "packs.lock"
    assert site("pack", "lock", pack, "base<2", "--from", shelf, "-o", lock).code == 0
    assert installed(site) == {}
    assert {name: each["version"] for name, each in json.loads(lock.read_text())["packs"].items()} == {
        "base": "1.4.0",
        "till": "1.0.0",
    }
    assert site("pack", "install", "--locked", lock, "--from", shelf, "--from", pack.parent).code == 0
    assert installed(site) == {"base": "1.4.0", "till": "1.0.0"}
    assert site("pack", "lock", "--check", "-o", lock).code == 0
    assert site("pack", "lock").code == 0
    assert (tmp_path / "site" / "packs.lock").read_bytes() == lock.read_bytes()


def test_what_a_lock_does_not_say_is_refused(site: Kalip, tmp_path: Path, shelf: Path) -> None:
    lock = tmp_path / "packs.lock"
    assert site("pack", "lock", "base<2", "--from", shelf, "-o", lock).code == 0
    other = written(tmp_path / "base", base("1.4.0").with_role("clerk").files())
    refused = site("pack", "install", other, "--locked", lock)
    assert refused.code == 1
    assert "base 1.4.0 has other contents" in refused.err
    assert "base is 1.4.0 there, not 2.0.0" in site("pack", "install", shelf / "base-2.0.0.zip", "--locked", lock).err
    assert (
        "till 1.0.0 is not in it"
        in site("pack", "install", written(tmp_path / "till", till("").files()), "--locked", lock).err
    )
    assert "is no pack 'base'" in site("pack", "install", "--locked", lock).err
    assert installed(site) == {}
    assert site("pack", "install", other).code == 0
    drifted = site("pack", "lock", "--check", "-o", lock)
    assert drifted.code == 1
    assert "base 1.4.0 has other contents" in drifted.out
    lock.write_text("{}")
    assert "this is no lock file" in site("pack", "install", "--locked", lock).err


def test_tests_of_all_packs_are_run_before_anything_is_installed(site: Kalip, tmp_path: Path) -> None:
    when = {"create": {"entity": "good", "values": {"name": "Tea"}}}
    wrong = {"title": "Tea is coffee", "when": when, "then": {"values": {"name": "Coffee"}}}
    right = {"title": "Tea is tea", "when": when, "then": {"values": {"name": "Tea"}}}
    faulty = shop().with_document("tests/goods", {"cases": {"tea": right, "coffee": wrong, "again": wrong}})
    folder = written(tmp_path / "shop", faulty.files())
    refused = site("pack", "install", folder, "--test")
    assert refused.code == 1
    assert "2 tests fail: shop/tests/goods.json coffee (Tea is coffee)" in refused.err
    assert installed(site) == {}
    sound = shop().with_document("tests/goods", {"cases": {"tea": right}})
    assert site("pack", "install", written(tmp_path / "sound", sound.files()), "--test").code == 0
    assert installed(site) == {"shop": "1.0.0"}
    refused = site(
        "pack", "upgrade", written(tmp_path / "next", faulty.with_manifest(version="1.1.0").files()), "--test"
    )
    assert "2 tests fail" in refused.err
    assert installed(site) == {"shop": "1.0.0"}


@pytest.mark.parametrize("answer", ["y", "n"])
def test_what_would_happen_is_shown_before_it_is_asked(site: Kalip, tmp_path: Path, answer: str) -> None:
    folder = written(tmp_path / "shop", shop().files())
    words = ["pack", "install", str(folder), "--ask"]
    result = CliRunner().invoke(cli, words, obj=LiveComposition(), input=answer)
    assert result.stdout.index("install shop 1.0.0") < (result.stdout + "Published").index("Published")
    assert "Go on?" in result.stderr
    assert result.exit_code == (0 if answer == "y" else 1)
    assert installed(site) == ({"shop": "1.0.0"} if answer == "y" else {})
    assert site("pack", "install", folder, "--ask", "--json").code == 2
