"""The address of a record beside its list: under the record's rights, and a way to its page without scripts. W28."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kalip.base.ids import new_id
from tests.support.builders import a_pack, an_entity
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

HTMX = {"HX-Request": "true"}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    thing = (
        an_entity("thing").with_keys(title="name").with_field("name", "text").with_access(rep="own").with_list("name")
    )
    with a_site(database_url, tmp_path, a_pack().with_role("rep").with_entity(thing)) as running:
        yield running


def test_it_works(site: Site) -> None:
    person = site.person("rep")
    thing = person.make("thing", name="Loom")["id"]
    client = client_of(site, person)
    part = client.get(f"/thing/{thing}/peek", headers=HTMX).text
    assert part.lstrip().startswith('<div class="peek-head">')
    assert "<input" not in part.replace('type="hidden"', "")
    assert f'hx-get="/thing/{thing}/peek"' in client.get(f"/thing?peek={thing}").text
    assert client.get(f"/thing/{thing}/peek").location == f"/thing/{thing}"


def test_only_who_may_see_the_record_sees_it(site: Site) -> None:
    thing = site.person("rep").make("thing", name="Loom")["id"]
    client = client_of(site, site.person("rep"))
    for other in (thing, new_id(), "nothing"):
        answer = client.get(f"/thing/{other}/peek", headers=HTMX)
        assert (answer.status_code, "Loom" in answer.text) == (404, False)
        assert "kalip:toast" in answer.headers["HX-Trigger"]
    assert client.get("/thing?peek=<b>").status_code == 200
