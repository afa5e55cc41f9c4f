"""Sites to measure: one busy entity among many idle ones, filled with rows, and a seller who may see most of them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from kalip.access import SYSTEM
from kalip.app import open_site
from kalip.base.bundle import bundle_path
from kalip.base.ids import new_id
from kalip.cli import OpenSite
from kalip.designer import Publication, install_packs
from kalip.metadata import read_pack
from kalip.records import Services, run
from kalip.records.accounts import NewUser, create_api_token, create_user, sign_in
from kalip.runtime import write_settings
from kalip.storage import append_events, index_records, insert_records
from kalip.storage.eventlog import Event
from tests.support.big_pack import a_big_pack
from tests.support.builders import EntityBuilder, a_pack, an_entity

EMAIL, PASSWORD = "seller@example.org", "bench and compare"
STAGES = ("new", "offer", "won", "lost")
CITIES = ("Ankara", "Bursa", "Izmir", "Kazan", "Leeds", "Oslo", "Porto", "Sivas")
THINGS = ("Pumps", "Valves", "Motors", "Cables", "Filters", "Boilers", "Cranes")
IDLE_FIELDS = 28
_AT_ONCE = 2_000
_BUSY_ENTITIES = 2
_SAMPLE = 500


@dataclass(frozen=True, slots=True)
class MadeSite:
    """A site ready to be served; `ids` is a sample of deals that the seller may change."""

    folder: Path
    url: str
    entities: int
    rows: int
    token: str
    login: str
    company: str
    ids: tuple[str, ...]


def make_site(folder: Path, url: str, entities: int, rows: int) -> MadeSite:
    """Make a site folder on an empty database and fill it."""
    write_settings(folder)
    with (folder / "site.toml").open("a") as settings:
        settings.write(f'database_url = "{url}"\n')
    site = open_site(folder)
    try:
        return _fill(site, folder, entities, rows)
    finally:
        site.services.database.dispose()


def make_crm_site(folder: Path) -> None:
    """Make a site of the CRM that is shipped, without records, on SQLite."""
    write_settings(folder)
    site = open_site(folder)
    try:
        install_packs(site.site, [read_pack(bundle_path("metadata") / "crm")], Publication(SYSTEM, "Measure"))
    finally:
        site.services.database.dispose()


def _fill(site: OpenSite, folder: Path, entities: int, rows: int) -> MadeSite:
    packs = [a_pack("sales").with_role("seller").with_entity(_company(), _deal()).build()]
    if entities > _BUSY_ENTITIES:
        packs.append(a_big_pack(entities - _BUSY_ENTITIES, IDLE_FIELDS).build())
    install_packs(site.site, packs, Publication(SYSTEM, "Measure"))
    services = site.services
    seller = run(services, SYSTEM, lambda work: create_user(work, NewUser("Seller", EMAIL, ("seller",), PASSWORD)))
    other = run(services, SYSTEM, lambda work: create_user(work, NewUser("Other", "other@example.org", ("seller",))))
    token = run(services, SYSTEM, lambda work: create_api_token(work, seller, "bench"))
    login = sign_in(services, EMAIL, PASSWORD).token
    companies = [_a_company(number, seller) for number in range(100)]
    _insert(services, "company", companies, ("name", "city"))
    mine: list[str] = []
    for batch in _deals(rows, seller, other, [each["id"] for each in companies]):
        _insert(services, "deal", batch, ("name", "city"))
        mine += [row["id"] for row in batch if row["owner"] == seller]
    analyze(services)
    ids = tuple(random.Random(7).sample(mine, min(_SAMPLE, len(mine))))  # noqa: S311 (the same sample in every run)
    return MadeSite(folder, services.database.url, entities, rows, token, login, companies[0]["id"], ids)


def _company() -> EntityBuilder:
    return (
        an_entity("company")
        .with_keys(title="name", search={"name": {}, "city": {}})
        .with_field("name", "text", required=True)
        .with_field("city", "text")
        .with_access(seller="all")
        .with_list("name", "city")
    )


def _deal() -> EntityBuilder:
    stages = {"new": {}, "offer": {}, "won": {"outcome": "won"}, "lost": {"outcome": "lost"}}
    return (
        an_entity("deal")
        .with_keys(title="name", search={"name": {}, "city": {}})
        .with_field("name", "text", required=True)
        .with_field("city", "text")
        .with_field("company", "reference", to="company")
        .with_field("amount", "decimal", scale=2)
        .with_field("chance", "integer", min=0, max=100)
        .with_field("closes", "date")
        .with_field("urgent", "boolean")
        .with_field("email", "email")
        .with_field("note", "long_text")
        .with_access(seller="own")
        .with_document(
            "pipelines/sales", {"stages": stages, "transitions": {"offer": {"from": {"new": {}}, "to": "offer"}}}
        )
        .with_document("views/card", {"fields": {"name": {}, "company": {}, "amount": {}, "closes": {}}})
        .with_document("views/board", {"pipeline": "sales", "sum": "amount", "sort": {"closes": "asc"}})
        .with_list("name", "company", "city", "amount", "stage", "closes", "owner", sort={"closes": "desc"})
    )


def _a_company(number: int, owner: str) -> dict[str, Any]:
    return {**_system(owner), "name": f"Company {number}", "city": CITIES[number % len(CITIES)]}


def _deals(rows: int, seller: str, other: str, companies: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Deals of two years, a tenth of them another seller's."""
    chance = random.Random(3)  # noqa: S311 (the same rows in every run)
    for start in range(0, rows, _AT_ONCE):
        yield [
            {
                **_system(other if number % 10 == 0 else seller),
                "pipeline": "sales",
                "stage": chance.choice(STAGES),
                "stage_since": datetime(2026, 1, 1, tzinfo=UTC),
                "name": f"{THINGS[number % len(THINGS)]} {number}",
                "city": chance.choice(CITIES),
                "company": chance.choice(companies),
                "amount": Decimal(chance.randrange(100_000, 10_000_000)) / 100,
                "chance": chance.randrange(101),
                "closes": date(2026, 1, 1) + timedelta(days=chance.randrange(730)),
                "urgent": chance.random() < 0.1,
                "email": f"buyer{number}@example.org",
                "note": "Asked for a second offer after the visit, wants delivery before the season begins.",
            }
            for number in range(start, min(rows, start + _AT_ONCE))
        ]


def _system(owner: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": new_id(),
        "created_at": now,
        "updated_at": now,
        "created_by": owner,
        "updated_by": owner,
        "owner": owner,
    }


def _insert(services: Services, entity: str, rows: Sequence[dict[str, Any]], searched: Sequence[str]) -> None:
    served = services.runtime.pin()
    with services.database.write() as session:
        insert_records(session, served, entity, rows)
        texts = {row["id"]: [row[name] for name in searched] for row in rows}
        index_records(session, entity, texts, fresh=True)
        append_events(
            session,
            [
                Event("record.created", entity, row["id"], row["owner"], row["created_at"], None, {"name": row["name"]})
                for row in rows
            ],
        )


def analyze(services: Services) -> None:
    """Tell the database how the rows are spread, as an import or, within a minute, PostgreSQL's autovacuum would."""
    services.database.learn()
    if services.database.dialect == "sqlite":
        return
    with services.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")
