"""A whole site for tests: database, model in service, application, and people with tokens who call its API."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.utils import LRUCache
from werkzeug.test import TestResponse

from kalip.access import SYSTEM, new_secret
from kalip.base.bundle import bundle_path
from kalip.base.clock import Clock, system_clock
from kalip.base.ids import new_id
from kalip.compiler import ADMINISTRATOR
from kalip.designer import Site as DesignedSite
from kalip.designer import compile_served, load_served
from kalip.designer.stored import revision_paths, store_packs
from kalip.metadata import Pack, order_packs, read_pack
from kalip.records import Services, run
from kalip.records.accounts import TokenScope, create_api_token
from kalip.runtime import Extensions, Runtime, Served, load_extensions
from kalip.storage import (
    Blobs,
    Database,
    NewRevision,
    Token,
    User,
    add_user,
    create_token,
    current_revision,
    make_database,
    save_revision,
)
from kalip.web import register
from kalip.web.locale import translate
from tests.support.builders import EntityBuilder, PackBuilder, a_pack
from tests.support.made import make_all_tables

Json = dict[str, Any]
Part = PackBuilder | EntityBuilder | Pack | str
_OWN_PACKS = Path(__file__).parent.parent / "packs"


@dataclass(frozen=True)
class Caller:
    """A person's client of the API; `Authorization` is sent with every call."""

    client: FlaskClient
    user_id: str
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Call the API; a body that is neither bytes nor text is sent as JSON. Header names lose underscores."""
        sent: dict[str, str] = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if body is None or isinstance(body, bytes | str) else json.dumps(body)
        return self.client.open(path, method=method, data=data, headers=sent, buffered=True)

    def get(self, path: str, **headers: str) -> TestResponse:
        """GET."""
        return self.call("GET", path, **headers)

    def make(self, entity: str, **values: Any) -> Json:
        """Make a record; the test fails when it is refused."""
        response = self.call("POST", f"/api/records/{entity}", values)
        assert response.status_code == 201, response.text
        return dict(response.json or {})

    def ids(self, path: str) -> list[str]:
        """The ids in a page."""
        response = self.get(path)
        assert response.status_code == 200, response.text
        return [each["id"] for each in (response.json or {})["items"]]


@dataclass
class Site:
    """A site in service."""

    app: Flask
    services: Services
    callers: dict[tuple[str, ...], Caller] = field(default_factory=dict)

    @property
    def served(self) -> Served:
        """The model in service."""
        return self.services.runtime.pin()

    def person(self, *roles: str, name: str = "", locale: str = "en", token_role: str | None = None) -> Caller:
        """A new person with roles and a token."""
        user_id, secret, now = new_id(), new_secret("kalip_"), self.services.clock()
        name = name or f"Person {user_id[-4:]}"
        user = User(user_id, name, f"{user_id}@example.org", roles, locale, "UTC", True, None, now)
        token = Token(new_id(), secret.hash, user_id, "test", token_role, now, None, None)
        with self.services.database.write() as session:
            add_user(session, user)
            create_token(session, token)
        return Caller(self.app.test_client(), user_id, secret.text)

    def narrowed(self, person: Caller, scope: TokenScope) -> Caller:
        """The same person, with a token for a part of the rights."""
        text = run(self.services, SYSTEM, lambda work: create_api_token(work, person.user_id, "narrow", scope))
        return Caller(self.app.test_client(), person.user_id, text)

    def caller(self, *roles: str) -> Caller:
        """The person with these roles whom all rows of a test share."""
        if roles not in self.callers:
            self.callers[roles] = self.person(*roles)
        return self.callers[roles]

    @property
    def admin(self) -> Caller:
        """An administrator."""
        return self.caller(ADMINISTRATOR)


def an_app(services: Services, blobs: Blobs, **config: Any) -> Flask:
    """The pages and REST of services."""
    app = Flask("kalip.web")
    app.jinja_options = {"bytecode_cache": BYTECODE}
    app.config.update(SECRET_KEY="for tests only, and long enough", TESTING=True, **config)
    register(app, DesignedSite(services, _extensions(), blobs))
    return app


def published(database: Database) -> str | None:
    """The hash of the revision that is published."""
    with database.read() as session:
        return current_revision(session)


def read_packs(names: Sequence[str]) -> list[Pack]:
    """Packs by name: shipped ones, else those of the tests."""
    shipped = bundle_path("metadata")
    return [read_pack(shipped / name if (shipped / name).is_dir() else _OWN_PACKS / name) for name in names]


@contextmanager
def a_site(
    database_url: str,
    folder: Path,
    *parts: Part,
    clock: Clock = system_clock,
    config: Mapping[str, object] | None = None,
) -> Iterator[Site]:
    """Serve packs (by name, built, or as builders) for the block; entities alone become a pack of their own."""
    entities = [part for part in parts if isinstance(part, EntityBuilder)]
    packs = [
        part.build() if isinstance(part, PackBuilder) else part
        for part in parts
        if isinstance(part, PackBuilder | Pack)
    ]
    packs += read_packs([part for part in parts if isinstance(part, str)])
    if entities:
        packs.append(a_pack().with_entity(*entities).build())
    served = _served(database_url.partition(":")[0], packs)
    make_all_tables(database_url, served)
    database = make_database(database_url)
    blobs = Blobs(folder / "blobs")

    def load(revision: str | None) -> Served:
        return served if revision == served.model.revision else load_served(database, _extensions(), revision)

    try:
        with database.publish() as session:
            ordered, now = order_packs(packs).packs, system_clock()
            store_packs(session, blobs, ordered, now, None)
            save_revision(session, NewRevision(served.model.revision, now, None, "test", revision_paths(ordered)))
        runtime = Runtime(load, partial(published, database))
        services = Services(database, runtime, blobs=blobs, clock=clock, translate=translate)
        yield Site(an_app(services, blobs, **(config or {})), services)
    finally:
        database.dispose()


_SERVED: LRUCache = LRUCache(32)


def _served(dialect: str, packs: Sequence[Pack]) -> Served:
    """What is made of packs; many tests have the same ones."""
    key = dialect, tuple(sorted(revision_paths(order_packs(packs).packs).items()))
    found: Served | None = _SERVED.get(key)
    if found is None:
        found = _SERVED[key] = compile_served(packs, _extensions())
    return found


@cache
def _extensions() -> Extensions:
    return load_extensions(None)


class _Bytecode(BytecodeCache):
    """Templates that were compiled, kept for as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was kept for the source."""
        kept = self._kept.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


BYTECODE = _Bytecode()
