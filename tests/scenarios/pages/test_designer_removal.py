"""Removal in the designer: whole documents of a pack with what names them, and sections of a form that are empty."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.designed import ENTITY, LAYOUT, a_designed_site, published, sent, shown
from tests.support.signed_in import client_of

MAIN = "/tabs/main/sections/main"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    """An administrator of a site."""
    with a_designed_site(f"sqlite:///{tmp_path / 'x.db'}", tmp_path) as running:
        yield client_of(running, running.admin)


def test_an_entity_of_a_pack_goes_with_the_field_that_refers_to_it_and_is_brought_back(client: FlaskClient) -> None:
    """U11"""
    sent(client, "/designer/new/entity", label="Part", field="Title", type="text")
    entity = "/designer/at/entities/part/entity"
    whole = f"{entity}?at=/fields/whole"
    assert sent(client, entity, do="add", map="/fields", label="Whole", type="reference") == whole
    sent(client, whole, **{"/fields/whole/to": "thing"})
    published(client, "Parts of things")
    asked = client.post(ENTITY, data={"do": "remove"})
    assert asked.status_code == 200
    assert "Field 'Whole' of Entity 'Part'" in unescape(asked.text)
    assert "site/part/entity.fields.whole.to" in asked.text
    assert sent(client, ENTITY, do="remove", sure="along") == "/designer"
    assert "Removed here" in shown(client, "/designer")
    review = shown(client, "/designer/review")
    assert "Entity 'Thing' is removed." in review
    published(client, "No more things", accept=re.findall(r'name="accept" value="([^"]+)"', review))
    assert client.get("/thing").status_code == 404
    assert "Whole" not in shown(client, "/part/new")
    assert sent(client, "/designer/restored", address="entities/thing/entity") == ENTITY
    published(client, "Things again")
    assert client.get("/thing").status_code == 200


def test_an_empty_section_is_removed_and_the_last_one_stays(client: FlaskClient) -> None:
    sent(client, LAYOUT, do="tab", label="More")
    assert shown(client, LAYOUT).count("Remove the section") == 1
    assert client.post(LAYOUT, data={"do": "close", "section": MAIN}).status_code == 400
    sent(client, LAYOUT, do="close", section="/tabs/more/sections/main")
    assert "More" not in re.findall(r"<h2[^>]*>(.*?)</h2>", shown(client, LAYOUT))
    for field in ("name", "note", "size"):
        client.post(LAYOUT, data={"do": "take", "pointer": f"{MAIN}/fields/{field}"})
    assert client.post(LAYOUT, data={"do": "close", "section": MAIN}).status_code == 400
