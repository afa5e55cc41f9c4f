"""Sites for real servers, on both databases."""

from pathlib import Path

import pytest

from tests.support.installed import archive_of, install, make_site


@pytest.fixture
def folder(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with the tiny shop."""
    monkeypatch.setenv("KALIP_DATABASE_URL", database_url)
    made = tmp_path / "site"
    make_site(made)
    install(made, archive_of("tiny", tmp_path))
    return made
