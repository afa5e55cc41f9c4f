"""Signed packs: who made them, and that nobody changed them since."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


def make_key(kalip: Kalip, file: Path) -> str:
    made = kalip("pack", "key", "new", file, "--json")
    assert made.code == 0, made.err
    public: str = made.data["public"]
    return public


def trust(tmp_path: Path, *keys: str) -> None:
    settings = tmp_path / "site" / "site.toml"
    settings.write_text(f'{settings.read_text()}trusted_keys = "{" ".join(keys)}"\nrequire_signed = true\n')


@pytest.fixture
def archive(site: Kalip, tmp_path: Path) -> Path:
    """A signed archive; the key's file is beside it."""
    make_key(site, tmp_path / "key.pem")
    target = tmp_path / "shop.zip"
    folder = written(tmp_path / "shop", shop().files())
    assert site("pack", "build", folder, "--sign", tmp_path / "key.pem", "-o", target).code == 0
    return target


def test_it_works(site: Kalip, tmp_path: Path, archive: Path) -> None:
    trust(tmp_path, site("pack", "key", "show", tmp_path / "key.pem").out.strip())
    assert site("pack", "install", archive).code == 0
    assert site("pack", "export", "shop", "-o", tmp_path / "again.zip").code == 0
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_a_key_is_its_owners_only_and_never_overwritten(kalip: Kalip, tmp_path: Path) -> None:
    public = make_key(kalip, tmp_path / "key.pem")
    assert public.startswith("ed25519:")
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert "can't be made" in kalip("pack", "key", "new", tmp_path / "key.pem").err
    assert kalip("pack", "key", "show", tmp_path / "key.pem").out.strip() == public
    assert "can't be read" in kalip("pack", "key", "show", tmp_path / "other.pem").err


def test_what_is_required_to_be_signed(site: Kalip, tmp_path: Path, archive: Path) -> None:
    unsigned = tmp_path / "shop"
    assert "is not signed" in site("pack", "install", unsigned, "--require-signed").err
    assert "is not trusted: ed25519:" in site("pack", "install", archive, "--require-signed").err
    trust(tmp_path, make_key(site, tmp_path / "other.pem"))
    assert "is not signed" in site("pack", "install", unsigned).err
    assert "is not trusted: ed25519:" in site("pack", "install", archive).err
    assert site("pack", "list", "--json").data == []


def test_a_changed_file_is_named_whatever_is_required(site: Kalip, tmp_path: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(tmp_path / "tampered.zip", "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b"Good", b"Evil") if name.startswith("entities") else content)
    refused = site("pack", "install", tmp_path / "tampered.zip")
    assert refused.code == 1
    assert "entities/good/entity.json: error M116: the file was changed after signing" in refused.err
    assert "roles/clerk.json" not in refused.err
    assert site("pack", "list", "--json").data == []


def test_a_folder_that_was_changed_after_signing_is_not_built(site: Kalip, tmp_path: Path, archive: Path) -> None:
    folder = tmp_path / "shop"
    with zipfile.ZipFile(archive) as source:
        source.extract("signature.json", folder)
    assert site("pack", "build", folder, "-o", tmp_path / "2.zip").code == 0
    assert (tmp_path / "2.zip").read_bytes() == archive.read_bytes()
    (folder / "roles" / "clerk.json").write_text('{"label": "Clerk"}\n')
    assert "roles/clerk.json" in site("pack", "build", folder, "-o", tmp_path / "3.zip").err
    checked = site("pack", "check", folder)
    assert checked.code == 1
    assert "the file was changed after signing" in checked.err
    assert not (tmp_path / "3.zip").exists()
    assert site("pack", "build", folder, "--sign", tmp_path / "key.pem", "-o", tmp_path / "3.zip").code == 0


def test_a_trusted_key_that_is_none_is_named(site: Kalip, tmp_path: Path, archive: Path) -> None:
    trust(tmp_path, "ed25519:nonsense")
    assert "'ed25519:nonsense' in trusted_keys is no public key" in site("pack", "install", archive).err


def test_folders_with_other_dates_and_modes_build_the_same_bytes(kalip: Kalip, tmp_path: Path) -> None:
    built = []
    for number, mask in enumerate((0o022, 0o077)):
        before = os.umask(mask)
        try:
            files = dict(sorted(shop().files().items(), reverse=bool(number)))
            folder = written(tmp_path / str(number) / "shop", files)
        finally:
            os.umask(before)
        for file in folder.rglob("*.json"):
            os.utime(file, (number * 10**9, number * 10**9))
            file.chmod(0o755 if number else 0o600)
        found = kalip("pack", "build", folder, "-o", tmp_path / f"{number}.zip", "--json").data
        built.append(((tmp_path / f"{number}.zip").read_bytes(), found["sha256"]))
    assert built[0] == built[1]


def test_u14_three_sites_have_the_same_artefact(site: Kalip, tmp_path: Path, archive: Path) -> None:
    hashes = []
    passed_on = archive
    for number in range(3):
        folder = tmp_path / f"site{number}"
        assert site("init", "--empty", "--site", folder).code == 0
        assert site("pack", "install", passed_on, "--site", folder).code == 0
        passed_on = tmp_path / f"{number}.zip"
        assert site("pack", "export", "shop", "-o", passed_on, "--site", folder).code == 0
        lock = site("pack", "lock", "--json", "--site", folder).data
        hashes.append((passed_on.read_bytes(), lock["packs"]["shop"]["sha256"]))
    assert len(set(hashes)) == 1
    assert hashes[0][0] == archive.read_bytes()
