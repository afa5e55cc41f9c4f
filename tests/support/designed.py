"""A small site for tests of the designer's pages, and how they use it without a browser."""

from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from tests.support.builders import EntityBuilder, PackBuilder, a_pack, an_entity
from tests.support.web_site import Site, a_site

ENTITY = "/designer/at/entities/thing/entity"
LAYOUT = "/designer/layout/thing"
ACCESS = "/designer/access/thing"


def a_thing() -> EntityBuilder:
    """An entity that a role may only read."""
    return (
        an_entity("thing")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("note", "text")
        .with_field("size", "integer")
        .with_access(rep={"read": "all"})
    )


def a_base(thing: EntityBuilder) -> PackBuilder:
    """A pack with the role and the entity."""
    return a_pack("base").with_role("rep").with_entity(thing)


def a_designed_site(url: str, folder: Path) -> AbstractContextManager[Site]:
    return a_site(url, folder, a_base(a_thing()), config={"WTF_CSRF_ENABLED": False})


def shown(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.text[:2000])
    return unescape(response.text)


def sent(client: FlaskClient, path: str, /, **form: str | list[str]) -> str:
    """Send a form as a browser without scripts does; where one is then."""
    response = client.post(path, data=form)
    assert response.status_code == 302, (path, form, response.status_code, response.text[:2000])
    return response.location


def published(client: FlaskClient, message: str, **form: str | list[str]) -> None:
    assert urlsplit(sent(client, "/designer/publish", message=message, **form)).path == "/designer"


def place(at: str) -> str:
    return f"{ENTITY}?at={at}"
