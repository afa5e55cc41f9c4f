"""Rights on a field by stage, said on a page: what they show and let somebody change, stage by stage."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.builders import a_pack
from tests.support.designed import ACCESS, a_thing, published, sent, shown
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

NOTE = f"{ACCESS}/fields/note"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    thing = a_thing().with_pipeline("flow", "fresh", "won").with_access(rep={"all": "all"}, clerk={"read": "all"})
    pack = a_pack("base").with_role("rep", "clerk").with_entity(thing)
    with a_site(database_url, tmp_path, pack, config={"WTF_CSRF_ENABLED": False}) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.admin)


def test_it_works(site: Site, client: FlaskClient) -> None:
    """Masked while it is fresh, whole and changed once it is won."""
    rep = site.person("rep")
    fresh, won = (site.admin.make("thing", name=name, note="1234567890")["id"] for name in ("Fresh", "Won"))
    assert site.admin.call("POST", f"/api/records/thing/{won}/transitions/to_won", {}).status_code == 200
    assert f'href="{NOTE}"' in shown(client, f"{ACCESS}/fields")
    form = {"own/rep": "1", "rep/mask": "flow.fresh", "rep/read": "flow.won", "rep/update": "flow.won"}
    assert sent(client, NOTE, **form) == NOTE
    page = shown(client, NOTE)
    assert 'name="rep/mask" value="flow.fresh" aria-label="Rep, Fresh: Last characters" checked' in page
    assert "by stage" in shown(client, f"{ACCESS}/fields")
    published(client, "Notes are shown once it is won")
    notes = {each["id"]: each["note"] for each in (rep.get("/api/records/thing").json or {})["items"]}
    assert notes == {fresh: "••••890", won: "1234567890"}
    assert rep.call("PATCH", f"/api/records/thing/{won}", {"note": "new"}).status_code == 200
    assert rep.call("PATCH", f"/api/records/thing/{fresh}", {"note": "new"}).status_code == 422
    whole = (site.person("clerk").get(f"/api/records/thing/{fresh}").json or {})["note"]
    assert whole == "1234567890"


def test_words_stay_words_and_what_is_not_said_goes(site: Site, client: FlaskClient) -> None:
    boxes: dict[str, str | list[str]] = {"rep/read": ["*", "flow.won"], "own/clerk": "1"}
    sent(client, NOTE, **boxes)
    published(client, "Read alone")
    text = shown(client, "/designer/json/entities/thing/access")
    assert '"note": "read"' in text
    assert '"note": "none"' in text
    sent(client, NOTE, **{"own/rep": "1", "rep/read": "*", "own/clerk": "1"})
    assert "Everything is published." in shown(client, NOTE)
    sent(client, NOTE)
    published(client, "As the record")
    assert '"note"' not in shown(client, "/designer/json/entities/thing/access").partition("fields")[2]


def test_odd_boxes_say_nothing_and_unknown_fields_are_not_there(client: FlaskClient) -> None:
    sent(client, NOTE, **{"own/rep": "1", "rep/read": "flow.nowhere"})
    assert '"note": "none"' in shown(client, "/designer/json/entities/thing/access")
    assert client.get(f"{ACCESS}/fields/nothing").status_code == 404
    assert client.get("/designer/access/nothing/fields/note").status_code == 404
