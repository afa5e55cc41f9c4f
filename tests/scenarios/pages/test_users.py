"""The administrators' page of users: found by name, role and state, in pages, and one comes back to where one was."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.base.ids import new_id
from kalip.storage import User, add_user
from tests.support.builders import a_pack
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

USERS = "/admin/users"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    pack = a_pack().with_role("clerk", "guest")
    with a_site(database_url, tmp_path, pack, config={"WTF_CSRF_ENABLED": False}) as running:
        now = running.services.clock()
        with running.services.database.write() as session:
            for number in range(120):
                roles = ("clerk",) if number % 2 else ()
                name, email = f"Worker {number:03}", f"w{number:03}@example.org"
                add_user(session, User(new_id(), name, email, roles, "en", "UTC", number != 7, None, now))
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.person("administrator", name="Ada Işık"))


def names(client: FlaskClient, asked: str) -> list[str]:
    response = client.get(f"{USERS}{asked}")
    assert response.status_code == 200, response.text
    return re.findall(r"people/[\w-]+\"><strong>(Worker \d+|Ada Işık)</strong>", response.text)


def test_it_works(client: FlaskClient) -> None:
    assert names(client, "?q=worker+01") == [f"Worker {number:03}" for number in range(10, 20)]
    assert names(client, "?q=W007@") == ["Worker 007"]
    assert names(client, "?state=out") == ["Worker 007"]
    assert names(client, "?q=worker+00&role=clerk&state=in") == ["Worker 001", "Worker 003", "Worker 005", "Worker 009"]
    assert names(client, "?q=nobody") == []
    assert "Show everybody" in client.get(f"{USERS}?q=nobody").text


def test_there_are_fifty_on_a_page_and_ways_to_the_others(client: FlaskClient) -> None:
    first = names(client, "")
    assert (len(first), first[0]) == (50, "Ada Işık")
    page = client.get(USERS).text
    assert 'rel="next"' in page
    assert 'rel="prev"' not in page
    assert names(client, "?page=2") == [f"Worker {number:03}" for number in range(99, 120)]
    assert 'rel="next"' not in client.get(f"{USERS}?page=2").text
    for odd in ("?page=99", "?page=-1", "?page=x", "?page=99999999999", "?role=none&state=odd"):
        assert client.get(f"{USERS}{odd}").status_code == 200
    assert names(client, "?page=99") == names(client, "?page=2")


def test_one_comes_back_to_where_one_was(client: FlaskClient) -> None:
    page = client.get(f"{USERS}?q=worker+00&page=0").text
    action = re.search(r'action="(/admin/users/[\w-]+/active\?[^"]+)"', page)
    assert action is not None
    answer = client.post(action[1].replace("&amp;", "&"), data={"active": "0"})
    assert answer.location == f"{USERS}?q=worker+00&page=0"


def test_a_refused_new_user_keeps_what_was_chosen(client: FlaskClient) -> None:
    form = {"name": "Eda", "email": "w001@example.org", "role": ["clerk"], "locale": "tr"}
    answer = client.post(USERS, data=form)
    assert answer.status_code == 422
    asked = answer.text[answer.text.index('id="new-user"') :]
    assert re.findall(r'value="(\w+)" (?:selected|checked)', asked) == ["tr", "clerk"]
