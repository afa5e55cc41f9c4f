"""The command line on sites of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.terminal import Ran, run

Kalip = Callable[..., Ran]


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site without packs, to copy."""
    folder = tmp_path_factory.mktemp("empty") / "site"
    made = run("init", "--empty", "--password", "a long password", "--site", folder)
    assert made.code == 0, made.err
    return folder


@pytest.fixture
def kalip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kalip:
    """Run a command on the site in `tmp_path / "site"`."""
    monkeypatch.setenv("KALIP_SITE", str(tmp_path / "site"))
    # A page as wide as it needs: no line is broken.
    monkeypatch.setenv("COLUMNS", "400")
    return run


@pytest.fixture
def site(kalip: Kalip, empty_site: Path, tmp_path: Path) -> Kalip:
    """The command line on an empty site that is there."""
    shutil.copytree(empty_site, tmp_path / "site")
    return kalip
