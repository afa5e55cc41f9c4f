"""The designer of somebody whose role publishes a part of the metadata: that part is offered, the rest is closed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.access import SYSTEM
from kalip.records import run
from kalip.records.organisation import NewSubstitution, make_substitution
from tests.support.designed import ACCESS, ENTITY, LAYOUT, a_base, a_thing, published, sent, shown
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site

LIST = "/designer/at/entities/thing/views/list"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    pack = a_base(a_thing().with_list("name", label="All of them")).with_role("maker", publishes={"views": True})
    pack.with_role("builder", publishes={"structure": True})
    with a_site(f"sqlite:///{tmp_path / 'x.db'}", tmp_path, pack, config={"WTF_CSRF_ENABLED": False}) as running:
        yield running


@pytest.fixture
def mia(site: Site) -> Caller:
    return site.person("maker", "rep")


@pytest.fixture
def client(site: Site, mia: Caller) -> FlaskClient:
    return client_of(site, mia)


def test_it_works(site: Site, client: FlaskClient) -> None:
    """The navigation leads there, and what is published is served."""
    assert 'href="/designer"' in shown(client, "/")
    assert 'href="/admin/users"' not in shown(client, "/")
    overview = shown(client, "/designer")
    assert f'href="{LAYOUT}"' in overview
    assert "/designer/new/" not in overview
    assert "/designer/at/roles/" not in overview
    tabs = shown(client, LIST)
    assert f'href="{LAYOUT}"' in tabs
    assert f'href="{ENTITY}"' not in tabs
    assert f'href="{ACCESS}"' not in tabs
    sent(client, LIST, do="add", map="/columns", label="note")
    published(client, "Notes in the list")
    assert "note" in str(site.services.runtime.pin().model.entities["thing"].lists["default"].columns)


@pytest.mark.parametrize(
    "path",
    [
        ENTITY,
        "/designer/json/entities/thing/entity",
        "/designer/json/roles/maker",
        "/designer/at/roles/maker",
        "/designer/at/entities/thing/access",
        ACCESS,
        f"{ACCESS}/fields",
        "/designer/uses/entities/thing/access",
        "/designer/new/role",
        "/designer/new/entity",
        "/designer/history/1",
        "/designer/history/1/back",
        "/admin/users",
    ],
)
def test_the_rest_is_closed(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 403
    if path not in ("/designer/history/1", "/designer/uses/entities/thing/access"):
        answer = client.post(path, data={"do": "save", "text": '{"administrator": true}', "label": "X", "message": "m"})
        assert answer.status_code == 403


def test_texts_and_parts_are_those_of_the_area(client: FlaskClient) -> None:
    texts = shown(client, "/designer/translations/thing")
    assert 'name="entities/thing/views/list/label/en"' in texts
    assert "entities/thing/entity" not in texts
    assert client.post("/designer/parts/thing", data={"kind": "rules", "label": "R"}).status_code == 403
    assert sent(client, "/designer/parts/thing", kind="card", label="").endswith("views/card")
    offered = shown(client, LIST)
    assert '<option value="card">' in offered
    assert '<option value="rules">' not in offered


def test_who_builds_entities_is_told_that_others_open_them(site: Site) -> None:
    client = client_of(site, site.person("builder"))
    form = shown(client, "/designer/new/entity")
    assert "until an administrator lets others in" in form
    assert 'name="role"' not in form
    assert 'name="stage"' not in form
    at = sent(client, "/designer/new/entity", label="Ship", field=["Name"], type=["text"])
    assert "only administrators see it" in shown(client, f"{at}?at=/fields/name")
    review = shown(client, "/designer/review")
    assert "Rights on fields" not in review
    published(client, "Ships")
    assert client.get("/ship").status_code == 404
    assert client.post("/designer/new/entity", data={"label": "Boat", "role": "rep"}).status_code == 403


def test_programmes_publish_what_their_user_may(site: Site, mia: Caller) -> None:
    base = site.services.runtime.pin().model.revision
    views = {"entities/thing/views/list.json": {"extends": "base/thing", "columns": {"size": {}}}}
    rights = {"entities/thing/access.json": {"extends": "base/thing", "permissions": {"maker": {"all": "all"}}}}
    refused = mia.call("POST", "/api/metadata/publish", {"documents": rights, "base_revision": base})
    assert refused.status_code == 403, refused.text
    assert "entities/thing/access" in refused.text
    done = mia.call("POST", "/api/metadata/publish", {"documents": views, "base_revision": base})
    assert (done.status_code, (done.json or {})["published"]) == (200, True)
    assert "/api/metadata/publish" in mia.get("/api/openapi.json").text
    assert (mia.get("/api/metadata/role/maker").json or {})["publishes"] == {"views": True}


def test_who_acts_for_an_administrator_does_not_bring_rights_back(site: Site) -> None:
    """Acting, one changes areas, but neither rights nor accounts; going back could give what was taken."""
    boss, deputy, now = site.person("administrator"), site.person("rep"), site.services.clock()
    period = (now - timedelta(days=1), now + timedelta(days=1))
    stand_in = NewSubstitution(boss.user_id, deputy.user_id, *period, "all")
    run(site.services, SYSTEM, lambda work: make_substitution(work, stand_in))
    client = client_of(site, deputy)
    assert client.post("/account/acting", data={"user": boss.user_id}).status_code == 302
    sent(client, LIST, do="add", map="/columns", label="note")
    published(client, "Notes in the list")
    assert client.get("/designer/history/1/back").status_code == 200
    assert client.post("/designer/history/1/back", data={"message": "Back"}).status_code == 403
    assert client.post(ACCESS, data={"rep/all": "all"}).status_code == 403
    assert client.post(f"/admin/users/{deputy.user_id}/roles", data={"role": "administrator"}).status_code == 403
    assert client_of(site, boss).post("/designer/history/1/back", data={"message": "Back"}).status_code == 302
