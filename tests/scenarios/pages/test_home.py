"""The start page: what one changed last, or where one may begin; and the navigation beside every page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import a_pack, an_entity
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    thing = an_entity("thing").with_keys(title="name").with_field("name", "text").with_access(rep="own")
    with a_site(database_url, tmp_path, a_pack().with_role("rep").with_entity(thing)) as running:
        yield running


def test_it_works(site: Site) -> None:
    one, other = site.person("rep"), site.person("rep")
    site_page = client_of(site, one).get("/").text
    assert "Choose where to begin." in site_page
    assert "Changed by you" not in site_page
    one.make("thing", name="Loom")
    other.make("thing", name="Somebody else's")
    page = client_of(site, one).get("/").text
    assert "Pick up where you left off." in page
    assert "Loom" in page
    assert "Somebody else" not in page


def test_the_navigation_marks_a_page_on_those_below_it_too(site: Site) -> None:
    page = client_of(site, site.admin).get("/admin/rules/runs").text
    assert re.findall(r'class="nav-item" href="([^"]+)" aria-current="page"', page) == ["/admin/rules"]
