"""A wheel carries everything that a site needs, and nothing else."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.source import ROOT

pytestmark = pytest.mark.slow

LEFT_AT_HOME = shutil.ignore_patterns(".*", "__pycache__", "build", "*.egg-info", "site", "docs")

LITTER = r"node_modules|\.pyc$|stale$|static/package|static/\w+\.txt"

WHERE = "from kalip.base.bundle import bundle_path as p; print(*map(p, {names!r}), sep='\\n')"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("checkout")
    checkout = home / "kalip"
    shutil.copytree(ROOT, checkout, ignore=LEFT_AT_HOME)
    shutil.rmtree(checkout / "static" / "node_modules", ignore_errors=True)
    _clutter(checkout)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    flags = ["--no-build-isolation", "--wheel-dir", str(home), "."]
    subprocess.run([*command, *flags], cwd=checkout, check=True)
    return next(home.glob("kalip-*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with ZipFile(wheel) as archive:
        return archive.namelist()


def test_it_carries_the_shipped_folders(names: list[str]) -> None:
    carried = {name.removeprefix("kalip/_bundle/") for name in names}
    shipped = [
        path.relative_to(ROOT).as_posix()
        for folder in ("metadata", "plugins", "static/vendor", "static/js", "static/css")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    ]
    assert "static/vendor/htmx.min.js" in shipped
    assert [name for name in shipped if name not in carried] == []


def test_it_carries_the_whole_package(names: list[str]) -> None:
    package = ROOT / "platform"
    wanted = [
        path.relative_to(package).as_posix()
        for path in (package / "kalip").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    assert [name for name in wanted if name not in names] == []


def test_it_carries_no_litter(names: list[str]) -> None:
    assert [name for name in names if re.search(LITTER, name)] == []
    assert {name.split("/")[0] for name in names} == {"kalip", "kalip-0.1.0.dist-info"}


def test_it_finds_its_folders_far_from_any_checkout(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "site-packages"
    with ZipFile(wheel) as archive:
        archive.extractall(home)
    bundles = ("metadata", "plugins", "static")
    found = subprocess.run(
        [sys.executable, "-c", WHERE.format(names=bundles)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [str(home / "kalip" / "_bundle" / bundle) for bundle in bundles]
    assert found.stdout.splitlines() == expected


def _clutter(checkout: Path) -> None:
    """Leave what a working checkout is full of, none of which may be packaged."""
    for name in ("static/node_modules/deep/er/index.js", "plugins/__pycache__/x.cpython-311.pyc"):
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    stale = checkout / "build" / "lib" / "kalip" / "stale"
    stale.parent.mkdir(parents=True)
    stale.touch()
