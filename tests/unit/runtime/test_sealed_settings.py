"""Sealed parts of a site's settings under another key, the rest of the file untouched."""

import stat
from pathlib import Path

import pytest

from kalip.base.sealing import SealBroken
from kalip.runtime.sealed_settings import renew_settings, sealed_in_settings
from kalip.runtime.settings import SETTING, SITE_FILE, sealer_of, write_settings

FORMER, PRESENT = sealer_of("f" * 32), sealer_of("p" * 32, "f" * 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site with two sealed parts, by the former key, and a comment."""
    write_settings(tmp_path)
    with (tmp_path / SITE_FILE).open("a", encoding="utf-8") as file:
        file.write(f'# bizim posta\nmailboxes = "imaps://a:{FORMER.seal("one", SETTING)}@host"\n')
        file.write(f'[hook_secrets]\nshop = "{FORMER.seal("two", SETTING)} plain"\n')
    return tmp_path


def test_it_works(folder: Path) -> None:
    path = folder / SITE_FILE
    before = path.read_text(encoding="utf-8")
    assert sealed_in_settings(folder) == {FORMER.key: 2}
    assert renew_settings(folder, PRESENT) == 2
    assert sealed_in_settings(folder) == {PRESENT.key: 2}
    after = path.read_text(encoding="utf-8")
    assert PRESENT.open_within(after, SETTING) == FORMER.open_within(before, SETTING)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in folder.iterdir()] == [SITE_FILE]
    assert renew_settings(folder, PRESENT) == 0


def test_without_the_former_key_nothing_is_changed(folder: Path) -> None:
    before = (folder / SITE_FILE).read_bytes()
    with pytest.raises(SealBroken):
        renew_settings(folder, sealer_of("p" * 32))
    assert (folder / SITE_FILE).read_bytes() == before
