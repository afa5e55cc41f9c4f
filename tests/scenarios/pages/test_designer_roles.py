"""What one role may do, said on a page: conditions, denials, single transitions; and what they do to records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.builders import a_pack
from tests.support.designed import ACCESS, a_thing, published, sent, shown
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

REP = f"{ACCESS}/roles/rep"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    thing = (
        a_thing()
        .with_pipeline("flow", "new", "won", "lost")
        .with_access(rep={"all": "all", "read": {"scope": "all", "where": "size == null || size < 100"}})
    )
    pack = a_pack("base").with_role("rep", "guest").with_entity(thing)
    with a_site(database_url, tmp_path, pack, config={"WTF_CSRF_ENABLED": False}) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.admin)


def permissions(site: Site, role: str = "rep") -> dict[str, Any]:
    found = site.services.runtime.refresh().model.entities["thing"].permissions
    return {
        str(verb): (each.scope.value, each.condition.source if each.condition else "", each.deny)
        for (name, verb), each in found.items()
        if name == role
    }


def test_it_works(site: Site, client: FlaskClient) -> None:
    """A condition is changed and taken out, a denial and the right to one transition are given: it holds at once."""
    rep = site.person("rep")
    small, large = (site.admin.make("thing", name=name, size=size)["id"] for name, size in (("S", 1), ("L", 500)))
    assert rep.ids("/api/records/thing") == [small]
    assert f'href="{REP}"' in shown(client, ACCESS)
    page = shown(client, REP)
    assert 'value="size == null || size < 100"' in page
    form = {
        "all": "all", "read": "all", "where read": "", "update": "all", "where update": "size > 100",
        "deny update": "1", "transition": "none", "transition:to_won": "own",
    }  # fmt: skip
    assert sent(client, REP, **form) == REP
    published(client, "All are seen, large ones kept")
    found = permissions(site)
    assert found["read"] == ("all", "", False)
    assert found["update"] == ("all", "size > 100", True)
    assert found["transition:to_won"] == ("own", "", False)
    assert set(rep.ids("/api/records/thing")) == {small, large}
    assert rep.call("PATCH", f"/api/records/thing/{large}", {"note": "x"}).status_code == 403
    shown_again = shown(client, REP)
    assert "1 single right" in shown(client, ACCESS)
    assert 'name="deny update" value="1" checked' in shown_again


def test_what_stays_as_it_was_is_left_alone_and_emptied_rights_go(site: Site, client: FlaskClient) -> None:
    before = permissions(site)
    assert sent(client, REP, all="all", read="all", **{"where read": "size == null || size < 100"}) == REP
    assert "Everything is published." in shown(client, REP)
    assert sent(client, f"{ACCESS}/roles/guest", read="own") == f"{ACCESS}/roles/guest"
    sent(client, REP, read="", **{"where read": ""})
    published(client, "Guests see their own")
    assert permissions(site, "guest") == {"read": ("own", "", False)}
    assert permissions(site)["read"] == ("all", "", False) != before["read"]


def test_a_faulty_condition_is_kept_and_told_at_its_place(client: FlaskClient) -> None:
    refused = client.post(REP, data={"update": "", "where update": "size > 1"})
    assert (refused.status_code, "Say whose records" in refused.text) == (422, True)
    assert 'value="size &gt; 1"' in refused.text
    sent(client, REP, update="own", **{"where update": "sise > 1"})
    page = shown(client, REP)
    assert "This can't be published yet" in page
    assert 'id="right-update-error"' in page
    assert client.post(REP, data={"update": "everything"}).status_code == 400
    assert client.get(f"{ACCESS}/roles/nobody").status_code == 404


def test_a_denial_of_everything_is_told_as_one(client: FlaskClient) -> None:
    """Where nothing else is said of a verb, also of a single transition."""
    sent(client, REP, all="own", **{"deny all": "1"}, read="all", **{"where read": ""})
    for address, most in ((ACCESS, 1), (REP, 5)):
        text = shown(client, address)
        assert text.count("– (denied: own)") > most, address
        assert "– (own)" not in text


@pytest.mark.parametrize(
    "text",
    [
        '{"permissions": []}', '{"permissions": {"rep": "all"}}', '{"permissions": {"rep": {"foo:bar": "all"}}}',
        '{"permissions": {"rep": {"read": {"scope": {}, "where": 1, "deny": "x"}}}}', '{"fields": []}',
        '{"permissions": {"rep": {"convert:": "own", ":": "own", "read:x": "all"}}}', '{"fields": {"rep": "read"}}',
        '{"fields": {"rep": {"name": {"read": {"x": 1}, "foo": []}}}}', '{"permissions": {"nobody": {"all": "all"}}}',
    ],
    ids=range(9),
)  # fmt: skip
def test_odd_rights_break_no_page(client: FlaskClient, text: str) -> None:
    sent(client, "/designer/json/entities/thing/access", text=text)
    for address in (ACCESS, REP, f"{ACCESS}/fields", f"{ACCESS}/fields/name", "/designer/at/entities/thing/access"):
        assert client.get(address).status_code == 200, address
    assert client.post("/designer/publish", data={"message": "x"}).status_code == 409
    for address, form in ((ACCESS, {"rep/read": "own"}), (REP, {"read": "own"}), (f"{ACCESS}/fields", {})):
        assert client.post(address, data=form).status_code < 500, address
