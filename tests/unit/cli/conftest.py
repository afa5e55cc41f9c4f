"""The command line on sites of its own."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kalip.app import LiveComposition
from kalip.cli import cli


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its answer as JSON."""
        return json.loads(self.out)


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


def run(*arguments: str | Path) -> Ran:
    """Run a command in this process."""
    result = CliRunner().invoke(cli, [str(each) for each in arguments], obj=LiveComposition())
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
