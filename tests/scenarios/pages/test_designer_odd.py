"""Whatever JSON is drafted, the designer's pages show it with its faults, and none of them breaks."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from kalip.metadata.source import value_at
from tests.support.designed import a_base, a_thing, sent, shown
from tests.support.signed_in import client_of
from tests.support.web_site import a_site

OTHER: Final = "entities/other"
SOUND: Final[dict[str, Any]] = {
    f"{OTHER}/entity": {
        "label": "Other",
        "titles": {"title": "name"},
        "fields": {"name": {"type": "text"}, "size": {"type": "integer", "label": "Size"}},
    },
    f"{OTHER}/access": {
        "permissions": {"rep": {"read": {"scope": "own", "where": "size > 1", "deny": True}}},
        "fields": {"rep": {"name": "hide", "size": {"read": "size > 1"}}},
    },
    f"{OTHER}/pipelines/flow": {
        "stages": {"new": {"label": "New", "outcome": "open"}, "won": {"outcome": "won"}},
        "transitions": {"to_won": {"from": ["new"], "to": "won"}},
    },
    f"{OTHER}/views/form": {"tabs": {"main": {"sections": {"first": {"fields": {"name": {}}}}}}},
}
PAGES: Final = (
    "/designer",
    "/designer/review",
    "/designer/layout/other",
    "/designer/access/other",
    "/designer/access/other/roles/rep",
    "/designer/access/other/fields",
    "/designer/access/other/fields/name",
    *(f"/designer/{way}/{address}" for address in SOUND for way in ("at", "json")),
)

PLACES: Final = {
    f"{OTHER}/entity": ("/fields", "/fields/name"),
    f"{OTHER}/access": ("/permissions", "/permissions/rep", "/permissions/rep/read", "/fields/rep", "/fields/rep/name"),
    f"{OTHER}/pipelines/flow": ("/stages/new", "/transitions/to_won"),
    f"{OTHER}/views/form": ("/tabs/main", "/tabs/main/sections/first/fields"),
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    config = {"WTF_CSRF_ENABLED": False}
    with a_site(f"sqlite:///{tmp_path / 'x.db'}", tmp_path, a_base(a_thing()), config=config) as site:
        yield client_of(site, site.admin)


def test_odd_values_break_no_page(client: FlaskClient) -> None:
    for address, said in SOUND.items():
        sent(client, f"/designer/json/{address}", text=json.dumps(said))
    for address, pointers in PLACES.items():
        for pointer, odd in product(pointers, (None, ["name", 1])):
            text = json.dumps(_with(SOUND[address], pointer, odd))
            sent(client, f"/designer/json/{address}", text=text)
            for page in PAGES:
                assert client.get(page).status_code < 500, (page, text)
            assert "must be" in shown(client, f"/designer/at/{address}")
        sent(client, f"/designer/json/{address}", text=json.dumps(SOUND[address]))


def _with(data: dict[str, Any], pointer: str, odd: Any) -> dict[str, Any]:
    """The document with another value at a pointer."""
    copied: dict[str, Any] = json.loads(json.dumps(data))
    around, _, key = pointer.rpartition("/")
    value_at(copied, around)[key] = odd
    return copied
