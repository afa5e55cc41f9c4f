"""A site as an installation has it: made by the command line, with packs from archives and its own application."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kalip.app import create_app
from tests.support.source import ROOT
from tests.support.terminal import run
from tests.support.web_site import BYTECODE, Site

PASSWORD = "a long password"


def make_site(folder: Path) -> None:
    """Make a site without packs; KALIP_DATABASE_URL says where its database is."""
    made = run("init", "--empty", "--password", PASSWORD, "--site", folder)
    assert made.code == 0, made.err


def install(folder: Path, archive: Path) -> None:
    """Install a pack from its archive."""
    done = run("pack", "install", archive, "--site", folder)
    assert done.code == 0, done.err


def archive_of(pack: str, folder: Path) -> Path:
    """Build the archive of a pack of the tests."""
    archive = folder / f"{pack}.zip"
    built = run("pack", "build", ROOT / "tests" / "packs" / pack, "-o", archive)
    assert built.code == 0, built.err
    return archive


@contextmanager
def application(folder: Path) -> Iterator[Site]:
    """The application of a site, and people for it."""
    app = create_app(folder)
    app.jinja_env.bytecode_cache = BYTECODE
    services = app.extensions["kalip_site"].services
    try:
        yield Site(app, services)
    finally:
        services.database.dispose()
