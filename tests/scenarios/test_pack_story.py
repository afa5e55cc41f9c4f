"""Three years of a pack on a site that people reshape meanwhile, ending on an empty site that becomes the same."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Inspector, create_engine, inspect
from sqlalchemy.exc import SAWarning

from kalip.access import SYSTEM
from kalip.app import open_site
from kalip.designer import Publication, install_packs, propose, stored_packs
from kalip.records import SaveRecord, get_record, run, save_record
from kalip.storage.catalogue import live_columns, live_tables
from tests.support.builders import Json, PackBuilder, a_pack, an_entity
from tests.support.postgres import fresh_database
from tests.support.terminal import Ran
from tests.support.terminal import run as kalip

pytestmark = pytest.mark.slow
GOOD = "entities/good/entity.json"


@pytest.fixture
def second_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """Another empty database of the same kind."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'second.sqlite3'}"
        return
    name = f"kalip_second_{request.getfixturevalue('worker_name')}"
    with fresh_database(request.getfixturevalue("postgres_server"), name) as address:
        yield address


class Sited:
    """A site with its database: commands and edits run on it."""

    def __init__(self, folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.url, self.monkeypatch = folder, url, monkeypatch

    def __call__(self, *words: str | Path) -> Ran:
        self.monkeypatch.setenv("KALIP_DATABASE_URL", self.url)
        return kalip(*words, "--site", self.folder)

    def done(self, *words: str | Path) -> Ran:
        """A command that isn't refused."""
        ran = self(*words)
        assert ran.code == 0, ran.err + ran.out
        return ran

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The site, opened for the block."""
        self.monkeypatch.setenv("KALIP_DATABASE_URL", self.url)
        site = open_site(self.folder).site
        try:
            yield site
        finally:
            site.services.database.dispose()


# --- the pack, version by version --------------------------------------------


def first() -> PackBuilder:
    """Goods with a code, orders that are paid and sent, a shelf, and colours."""
    good = an_entity("good").with_keys(title="name", label="Good", search={"name": {}})
    good.with_field("name", "text", label="Name", required=True).with_field("code", "text", label="Code")
    good.with_field("stock", "integer", label="Stock").with_field("note", "long_text", label="Note")
    good.with_field("colour", "choice", choices="colour", label="Colour").with_list("name", "code", "stock")
    order = an_entity("order").with_keys(title="number", label="Order").with_field("number", "text", label="Number")
    order.with_field("good", "reference", to="good", label="Good").with_field("amount", "decimal", label="Amount")
    order.with_pipeline("sale", "new", "paid", "sent").with_access(clerk="all")
    shelf = an_entity("shelf").with_keys(title="place", label="Shelf").with_field("place", "text", label="Place")
    seed = {"entity": "good", "records": {"tea": {"name": "Tea", "code": "T1", "stock": 12, "colour": "red"}}}
    pack = a_pack("shop").with_role("clerk", label="Clerk").with_choices("colour", "red", "green")
    return pack.with_entity(good.with_access(clerk="all"), order, shelf).with_document("seed/goods", seed)


def next_version(before: PackBuilder, version: str) -> PackBuilder:
    after = deepcopy(before)
    after.manifest["version"] = version
    return after


def renames(before: PackBuilder) -> PackBuilder:
    """1.1: a field, a choice and a role's label have other names; there is a weight and a boss."""
    pack = next_version(before, "1.1.0")
    fields = pack.documents[GOOD]["fields"]
    renamed = {"sku" if name == "code" else name: field for name, field in fields.items()}
    renamed["sku"] |= {"label": "SKU", "was": ["code"]}
    pack.documents[GOOD]["fields"] = renamed | {"weight": {"type": "decimal", "label": "Weight"}}
    pack.documents["entities/good/views/list.json"]["columns"] = {"name": {}, "sku": {}, "stock": {}}
    pack.documents["choices/colour.json"]["choices"] = {"crimson": {"was": ["red"]}, "green": {}, "blue": {}}
    pack.documents["seed/goods.json"]["records"]["tea"] = {"name": "Tea", "sku": "T1", "stock": 12, "colour": "crimson"}
    return pack.with_role("boss", label="Boss")


def removals(before: PackBuilder) -> PackBuilder:
    """1.2: the note and the shelf are gone; orders are due."""
    pack = next_version(before, "1.2.0")
    del pack.documents[GOOD]["fields"]["note"]
    del pack.documents["entities/shelf/entity.json"]
    pack.documents["entities/order/entity.json"]["fields"]["due"] = {"type": "date", "label": "Due"}
    pack.documents[GOOD]["label"] = "Article"
    return pack


def retypes(before: PackBuilder) -> PackBuilder:
    """2.0: stock is a decimal, the amount a text; an entity has another name; goods have suppliers."""
    pack = next_version(before, "2.0.0")
    pack.documents[GOOD]["fields"]["stock"]["type"] = "decimal"
    pack.documents["entities/order/entity.json"]["fields"]["amount"]["type"] = "text"
    for path in [path for path in pack.documents if path.startswith("entities/order/")]:
        pack.documents[path.replace("order", "sale", 1)] = pack.documents.pop(path)
    pack.documents["entities/sale/entity.json"]["was"] = ["order"]
    supplier = an_entity("supplier").with_keys(title="name", label="Supplier").with_field("name", "text", label="Name")
    pack.documents[GOOD]["fields"]["supplier"] = {"type": "reference", "to": "supplier", "label": "Supplier"}
    return pack.with_entity(supplier.with_access(boss="all"))


# --- what the site's people do -----------------------------------------------


def site_changes() -> Iterator[Callable[[PackBuilder], None]]:
    """Forty edits of the site's own layer, each a step further than the one before."""
    for number in range(8):
        yield from (partial(each, number=number) for each in (own_field, hint, shade, column, late))


def own_field(site: PackBuilder, number: int) -> None:
    place = "name" if number % 2 else "stock"
    overlay(site)["fields"][f"own_{number}"] = {"type": "text", "label": f"Own {number}", "after": place}


def hint(site: PackBuilder, number: int) -> None:
    overlay(site)["fields"].setdefault("name", {})["help"] = f"Hint {number}"


def shade(site: PackBuilder, number: int) -> None:
    choices(site)[f"shade_{number}"] = {"label": f"Shade {number}"}


def column(site: PackBuilder, number: int) -> None:
    columns(site)[f"own_{number}"] = {}


def late(site: PackBuilder, number: int) -> None:
    """Rarer edits: labels, own entities, roles, something taken out and brought back."""
    if number == 0:
        overlay(site)["label"] = "Ware"
    elif number in {1, 5}:
        site.with_role(f"helper_{number}", label=f"Helper {number}")
    elif number in {2, 6}:
        visit = an_entity(f"visit_{number}").with_keys(title="name").with_field("name", "text")
        site.with_entity(visit.with_field("good", "reference", to="good").with_access(clerk={"read": "all"}))
    elif number == 3:
        overlay(site)["fields"]["own_0"] |= {"label": "Renamed own", "required_when": "stock > 1000"}
    elif number == 4:
        del overlay(site)["fields"]["own_1"]
        del columns(site)["own_1"]
    else:
        overlay(site)["fields"]["own_1"] = {"type": "text", "label": "Back again"}


def overlay(site: PackBuilder) -> Json:
    found: Json = site.documents.setdefault(GOOD, {"extends": "shop/good", "fields": {}})
    return found


def choices(site: PackBuilder) -> Json:
    found: Json = site.documents.setdefault("choices/colour.json", {"extends": "shop/colour", "choices": {}})["choices"]
    return found


def columns(site: PackBuilder) -> Json:
    list_ = {"extends": "shop/good/default", "columns": {}}
    found: Json = site.documents.setdefault("entities/good/views/list.json", list_)["columns"]
    return found


# --- the story ---------------------------------------------------------------


def contents(site: Any) -> dict[str, dict[str, bytes]]:
    with site.services.database.read() as session:
        return {pack.name: pack.contents for pack in stored_packs(session, site.blobs)}


def catalogue(sited: Sited) -> dict[str, Any]:
    """What the database has of the metadata, by itself and by Kalip's account, without what is retired."""
    with sited.opened() as site, site.services.database.read() as session:
        tables = {each.name for each in live_tables(session) if each.retired_at is None}
        account = [each for each in live_columns(session) if each.table in tables]
    retired = {(each.table, each.name) for each in account if each.retired_at is not None}
    engine = create_engine(sited.url)
    looked = inspect(engine)
    there = {
        table: {
            "columns": sorted(
                (each["name"], str(each["type"]), each["nullable"])
                for each in looked.get_columns(table)
                if (table, each["name"]) not in retired
            ),
            "keys": sorted(
                (each["constrained_columns"], each["referred_table"], each["options"])
                for each in looked.get_foreign_keys(table)
                if (table, each["constrained_columns"][0]) not in retired
            ),
            "indexes": sorted(
                (str(each["name"]), str(each["column_names"]), each["unique"])
                for each in indexes(looked, table)
                if not any((table, name) in retired for name in each["column_names"])
            ),
        }
        for table in sorted(tables)
    }
    engine.dispose()
    return {"account": sorted((each for each in account if each.retired_at is None), key=str), "there": there}


def indexes(looked: Inspector, table: str) -> list[Any]:
    """The indexes of a table; on SQLite those of expressions can't be read back."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        return list(looked.get_indexes(table))


def test_three_years_end_on_a_site_that_is_the_same(
    database_url: str, second_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Sited(tmp_path / "old", database_url, monkeypatch)
    old.done("init", "--empty")
    versions = [first()]
    for change in (renames, removals, retypes):
        versions.append(change(versions[-1]))
    archives = [archived(old, pack, tmp_path) for pack in versions]
    own = a_pack("site").requiring(shop=">=1")
    edits = site_changes()

    old.done("pack", "install", archives[0])
    edit(old, own, edits, 14)
    good = keep(
        old, "good", name="Coffee", code="C1", stock=7, note="Keep dry", colour="red", own_0="mine", own_1="kept"
    )
    shelf = keep(old, "shelf", place="North")
    order = keep(old, "order", number="1", good=good, amount="12.50")

    old.done("pack", "upgrade", archives[1])
    edit(old, own, edits, 10)
    assert read(old, "good", good, "sku", "colour", "own_0") == ["C1", "crimson", "mine"]

    # 1.2 hides nothing in silence, is refused without a word about the loss, is rolled back, and comes again.
    said = old.done("pack", "upgrade", archives[2], "--dry-run").out
    assert "keeps 'Ware'" in said
    assert "out of sight" in old("pack", "upgrade", archives[2]).err
    before = state(old)
    published = old.done("pack", "upgrade", archives[2], "--accept-loss", "--json").data["published"]
    old.done("rollback", str(published - 1), "--accept-loss")
    assert state(old) == before
    assert read(old, "good", good, "note") == ["Keep dry"]
    assert read(old, "shelf", shelf, "place") == ["North"]
    old.done("pack", "upgrade", archives[2], "--accept-loss")
    edit(old, own, edits, 9)
    old.done("pack", "upgrade", archives[3], "--accept-loss")
    edit(old, own, edits, 7)
    assert next(edits, None) is None
    assert len(old.done("log", "-n", "100", "--json").data) == 1 + 1 + 40 + 5

    # Nothing that people wrote is lost where its field is still there.
    assert read(old, "good", good, "sku", "stock", "own_0", "own_1") == ["C1", "7.00", "mine", "kept"]
    assert read(old, "sale", order, "number", "amount") == ["1", "12.50"]

    export = tmp_path / "export"
    old.done("pack", "export", "--all", "-o", export)
    new = Sited(tmp_path / "new", second_url, monkeypatch)
    new.done("init", "--empty")
    new.done("pack", "install", "--locked", export / "packs.lock", "--from", export)

    assert new.done("drift", export).out.strip() == "The same packs, to the byte."
    assert state(new) == state(old)
    found = catalogue(new)
    assert {"good", "sale", "supplier", "visit_2"} <= {table.removeprefix("e_") for table in found["there"]}
    assert found == catalogue(old)


def archived(site: Sited, pack: PackBuilder, folder: Path) -> Path:
    version = pack.manifest["version"]
    for path, content in pack.files().items():
        file = folder / f"shop-{version}" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    target = folder / f"shop-{version}.zip"
    site.done("pack", "build", folder / f"shop-{version}", "-o", target)
    return target


def edit(sited: Sited, own: PackBuilder, edits: Iterator[Callable[[PackBuilder], None]], count: int) -> None:
    """Publish the next edits of the site's own layer, one by one."""
    with sited.opened() as site:
        for number in range(count):
            next(edits)(own)
            _, published = install_packs(site, [own.build()], Publication(SYSTEM, f"Edit {number}", accept_loss=True))
            assert published is not None


def state(sited: Sited) -> tuple[dict[str, dict[str, bytes]], str]:
    """Every byte of the metadata, and the model's revision; nothing is left to do for the tables."""
    with sited.opened() as site:
        assert propose(site, []).is_empty
        return contents(site), site.services.runtime.refresh().model.revision


def keep(sited: Sited, entity: str, **values: object) -> str:
    with sited.opened() as site:
        site.services.runtime.refresh()
        return str(run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord(entity, values))).id)


def read(sited: Sited, entity: str, record: str, *fields: str) -> list[object]:
    with sited.opened() as site:
        site.services.runtime.refresh()
        found = run(site.services, SYSTEM, lambda work: get_record(work, entity, record), write=False)
        return [found[field] for field in fields]
