"""Sites that packs can be installed on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kalip.access import SYSTEM, Actor
from kalip.compiler import ADMINISTRATOR
from kalip.designer import Edit, Publication, Site, install_packs, load_served, propose, publish, stored_packs
from kalip.designer.commands import apply_edits
from kalip.metadata import Pack, SiteEditor
from kalip.records import Services, run
from kalip.records.accounts import NewUser, create_user
from kalip.runtime import Runtime, load_extensions
from kalip.storage import Blobs, current_revision, make_database, upgrade_own_tables
from tests.support.builders import a_pack, an_entity

Opened = Callable[[], Site]


@pytest.fixture
def open_site(database_url: str, tmp_path: Path) -> Iterator[Opened]:
    """Open the same site anew each time, as another process would."""
    opened = []

    def open_() -> Site:
        database = make_database(database_url)
        opened.append(database)
        upgrade_own_tables(database)
        extensions = load_extensions(None)
        blobs = Blobs(tmp_path / "files")

        def probe() -> str | None:
            with database.read() as session:
                return current_revision(session)

        runtime = Runtime(lambda revision: load_served(database, extensions, revision), probe, interval=0.0)
        return Site(Services(database, runtime, blobs=blobs), extensions, blobs)

    yield open_
    for database in opened:
        database.dispose()


@pytest.fixture
def site(open_site: Opened) -> Site:
    """An empty site."""
    return open_site()


LEAD = "entities/lead/entity"
Publish = Callable[..., None]


def crm_pack(version: str = "1.0.0", label: str = "Lead", phone: str = "") -> Pack:
    """A pack with leads."""
    lead = (
        an_entity("lead")
        .with_keys(label=label)
        .with_field("name", "text", required=True)
        .with_field("email", "email")
        .with_field("phone", "phone", **({"label": phone} if phone else {}))
        .with_list("name", "email")
        .with_pipeline("sales", "new", "won")
    )
    boss = a_pack("crm", version).with_role("boss", administrator=True).with_role("rep")
    return boss.with_choices("source", "web", "fair").with_entity(lead).build()


@pytest.fixture
def crm(site: Site) -> Site:
    """A site with leads."""
    install_packs(site, [crm_pack()], Publication(SYSTEM, "Leads"))
    return site


@pytest.fixture
def administrator(crm: Site) -> Callable[[str], Actor]:
    """Make an administrator."""

    def make(name: str) -> Actor:
        new = NewUser(name, f"{name.lower()}@example.com", (ADMINISTRATOR,), "correct horse battery")
        user_id = run(crm.services, SYSTEM, lambda work: create_user(work, new))
        return Actor(user_id, name, new.email, (ADMINISTRATOR,), administrator=True)

    return make


@pytest.fixture
def ada(administrator: Callable[[str], Actor]) -> Actor:
    """An administrator."""
    return administrator("Ada")


@pytest.fixture
def ben(administrator: Callable[[str], Actor]) -> Actor:
    """Another one."""
    return administrator("Ben")


@pytest.fixture
def published(crm: Site) -> Publish:
    """Publish edits as somebody else does."""

    def one(*edits: Edit) -> None:
        with crm.services.database.read() as session:
            editor = SiteEditor(stored_packs(session, crm.blobs), crm.extensions.types)
        apply_edits(editor, edits)
        publish(crm, propose(crm, [editor.pack()]), Publication(SYSTEM, "Somebody else's", accept_loss=True))

    return one


@pytest.fixture
def upgraded(crm: Site) -> Callable[..., object]:
    """Install the next version of the pack."""
    return lambda **said: install_packs(crm, [crm_pack("1.1.0", **said)], Publication(SYSTEM, ""))
