"""Pages and static files are compressed for those who take it, and for nobody else."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.builders import an_entity
from tests.support.signed_in import client_of
from tests.support.web_site import a_site


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with a_site(f"sqlite:///{tmp_path / 'kalip.sqlite3'}", tmp_path, an_entity()) as site:
        yield client_of(site, site.admin)


def addresses(client: FlaskClient) -> tuple[str, str]:
    """A page, and a style sheet that it names."""
    sheet = re.search(r'href="(/static/[^"]+\.css)"', client.get("/thing").text)
    assert sheet
    return "/thing", sheet[1]


def test_it_works(client: FlaskClient) -> None:
    for address in addresses(client):
        plain = client.get(address)
        packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert len(packed.data) < len(plain.data)
        # A page ends with a comment of random length, and holds a token of its own.
        assert gzip.decompress(packed.data)[:200] == plain.data[:200]


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "gzip;q=0, *", "br, gzip; q=0.0", "*;q=0"])
def test_who_does_not_take_it_gets_it_plain(client: FlaskClient, accepted: str) -> None:
    for address in addresses(client):
        answer = client.get(address, headers={"Accept-Encoding": accepted})
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers, address
