"""Deleting for good over pages: the dialogue names what goes, the deed, and many rows at once."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.support.builders import a_pack, an_entity
from tests.support.forms import Form, form_in
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("purging")
    thing = (
        an_entity("thing")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("other", "reference", to="thing")
        .with_field("next", "reference", to="thing", on_delete="clear")
        .with_access(keeper={"all": "all", "purge": "all"}, writer="all")
        .with_list("name")
    )
    pack = a_pack().with_role("keeper", "writer").with_entity(thing)
    with a_site(f"sqlite:///{folder}/x.db", folder, pack) as running:
        yield running


@pytest.fixture
def keeper(site: Site) -> FlaskClient:
    return client_of(site, site.caller("keeper"))


def a_thing(site: Site, name: str, *, archived: bool = True, **values: str) -> str:
    made = str(site.admin.make("thing", name=name, **values)["id"])
    if archived:
        site.admin.call("DELETE", f"/api/records/thing/{made}")
    return made


def test_the_dialogue_names_what_goes_and_deletes_it(site: Site, keeper: FlaskClient) -> None:
    thing = a_thing(site, "Anvil", archived=False)
    a_thing(site, "Hammer", archived=False, next=thing)
    address = f"/thing/{thing}/purge"
    assert address not in keeper.get(f"/thing/{thing}").text
    site.admin.call("DELETE", f"/api/records/thing/{thing}")
    assert address in keeper.get(f"/thing/{thing}").text
    opened = keeper.get(address).text
    assert "Delete Anvil for good" in opened
    assert "Goes empty in other records:" in opened
    done = form_in(opened, address).send(keeper)
    assert (done.status_code, done.location) == (302, "/thing?archived=only")
    assert "Deleted for good." in keeper.get(done.location).text
    assert keeper.get(f"/thing/{thing}").status_code == 404


def test_what_stands_against_it_is_said_and_there_is_no_button(site: Site, keeper: FlaskClient) -> None:
    thing = a_thing(site, "Chisel", archived=False)
    site.admin.call("DELETE", f"/api/records/thing/{thing}")
    address = f"/thing/{thing}/purge"
    form = form_in(keeper.get(address).text, address)
    other = a_thing(site, "Box", archived=False)
    site.admin.call("POST", f"/api/records/thing/{thing}/restore")
    site.admin.call("PATCH", f"/api/records/thing/{other}", {"other": thing})
    site.admin.call("DELETE", f"/api/records/thing/{thing}")
    assert form.send(keeper).status_code == 412
    shown = keeper.get(address)
    assert "Other records refer to it by “Other” (Thing: 1)." in shown.text
    assert "button-danger" not in shown.text
    refused = form_in(shown.text, address).send(keeper)
    assert (refused.status_code, "It can&#39;t be deleted now:" in refused.text) == (422, True)


def test_it_is_offered_to_nobody_by_itself(site: Site) -> None:
    thing = a_thing(site, "Saw")
    writer = client_of(site, site.caller("writer"))
    assert "/purge" not in writer.get(f"/thing/{thing}").text
    assert "bulk/purge" not in writer.get("/thing?archived=only").text
    assert writer.get(f"/thing/{thing}/purge").status_code == 403


def test_many_rows_of_the_archive(site: Site, keeper: FlaskClient) -> None:
    first, second = a_thing(site, "First"), a_thing(site, "Second", archived=False)
    assert "bulk/purge" not in keeper.get("/thing").text
    form = form_in(keeper.get("/thing?archived=only").text, "/thing/bulk/edit/form")
    opened = Form("/thing/bulk/purge/form", form.values).send(keeper, {"id": [first, second]}).text
    assert "Nothing brings back what is deleted for good" in opened
    result = form_in(opened, "/thing/bulk/purge").send(keeper).text
    assert "1 record changed." in result
    assert "The record is not archived; archive it first." in result
    assert keeper.get(f"/thing/{first}").status_code == 404
