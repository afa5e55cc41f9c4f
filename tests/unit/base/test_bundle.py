from pathlib import Path

import pytest

from kalip.base.bundle import bundle_path
from kalip.base.errors import ConfigurationError


def test_it_works() -> None:
    static = bundle_path("static")
    assert (static / "package.json").is_file()


def test_a_wheel_carries_its_own_folder(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "kalip"
    inside = package / "_bundle" / "metadata"
    inside.mkdir(parents=True)
    assert bundle_path("metadata", package) == inside


def test_a_checkout_has_it_at_the_top(tmp_path: Path) -> None:
    package = tmp_path / "platform" / "kalip"
    package.mkdir(parents=True)
    (tmp_path / "setup.cfg").touch()
    (tmp_path / "plugins").mkdir()
    assert bundle_path("plugins", package) == tmp_path / "plugins"


def test_the_wheel_wins_over_a_folder_that_only_looks_like_a_checkout(tmp_path: Path) -> None:
    package = tmp_path / "platform" / "kalip"
    inside = package / "_bundle" / "static"
    inside.mkdir(parents=True)
    (tmp_path / "setup.cfg").touch()
    (tmp_path / "static").mkdir()
    assert bundle_path("static", package) == inside


def test_a_stranger_folder_beside_site_packages_is_not_taken(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "kalip"
    package.mkdir(parents=True)
    (tmp_path / "metadata").mkdir()
    with pytest.raises(ConfigurationError, match="'metadata' is neither in") as caught:
        bundle_path("metadata", package)
    assert caught.value.code == "K101"
