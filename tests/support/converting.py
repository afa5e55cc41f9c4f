"""A sales site with the shipped CRM, and leads to convert: by use case as somebody, or by REST."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from kalip.access import SYSTEM, Actor, make_actor
from kalip.base.clock import Clock, system_clock
from kalip.records import SaveRecord, Work, get_record, run, save_record
from kalip.records.accounts import identity_of
from kalip.storage import get_user
from kalip.workflow.conversions import (
    ConversionPlan,
    Converted,
    ConvertRecord,
    TargetChoice,
    conversion_plan,
    convert_record,
)
from tests.support.web_site import Caller, Part, Site, a_site

T = TypeVar("T")
LEAD: Mapping[str, Any] = {
    "topic": "Looms for Bursa",
    "name": {"first": "Elif", "last": "Demir"},
    "company_name": "Demir Tekstil",
    "email": "elif@demir.example",
    "mobile": "+90 532 123 45 67",
    "need": "Twelve looms by spring",
    "timeframe": "now",
    "source": "referral",
    "budget": {"amount": "12500.50", "currency": "EUR"},
    "utm_source": "fair",
    "utm_campaign": "spring",
}
EVERYTHING: Mapping[str, TargetChoice] = {name: TargetChoice() for name in ("company", "contact", "deal")}


@dataclass
class SalesSite:
    """The site, and its people: rep sells, manager may everything in sales, boss administers."""

    site: Site
    rep: Caller
    manager: Caller
    boss: Caller
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, who: Caller) -> Actor:
        """The person as use cases know them."""
        if who.user_id not in self.actors:
            with self.site.services.database.read() as session:
                user = get_user(session, who.user_id)
            assert user is not None
            self.actors[who.user_id] = make_actor(self.site.served.model, identity_of(user), user.roles)
        return self.actors[who.user_id]

    def act(self, who: Caller | None, command: Callable[[Work], T], *, write: bool = True) -> T:
        """Run a use case as somebody, or as the system."""
        return run(self.site.services, SYSTEM if who is None else self.actor(who), command, write=write)

    def make(self, entity: str, who: Caller | None = None, **values: Any) -> str:
        """Make a record; its id."""
        return self.act(who, lambda work: save_record(work, SaveRecord(entity, values, accept_duplicates=True)).id)

    def lead(self, stage: str = "qualifying", **values: Any) -> str:
        """A lead of the representative that may be qualified; values of None leave fields out."""
        said = {**LEAD, "owner": self.rep.user_id, **values}
        lead = self.make("lead", **{name: value for name, value in said.items() if value is not None})
        if stage == "qualifying":
            moved = self.boss.call("POST", f"/api/records/lead/{lead}/transitions/start_qualifying", {})
            assert moved.status_code == 200, moved.text
        return lead

    def get(self, entity: str, record_id: str) -> dict[str, Any]:
        """A record as the system reads it."""
        return self.act(None, lambda work: get_record(work, entity, record_id), write=False)

    def convert(self, lead: str, who: Caller | None = None, **said: Any) -> Converted:
        """Qualify a lead as somebody; the representative when nobody is named."""
        command = ConvertRecord("lead", lead, "qualify", **said)
        return self.act(who or self.rep, lambda work: convert_record(work, command))

    def plan(self, lead: str, who: Caller | None = None, **said: Any) -> ConversionPlan:
        """What qualifying a lead would do."""
        command = ConvertRecord("lead", lead, "qualify", **said)
        return self.act(who or self.rep, lambda work: conversion_plan(work, command), write=False)

    def count(self, entity: str) -> int:
        """How many records of an entity there are."""
        response = self.boss.get(f"/api/records/{entity}?limit=1&count=true")
        assert response.status_code == 200, response.text
        return int((response.json or {})["count"])


@contextmanager
def a_sales_site(database_url: str, folder: Path, *parts: Part, clock: Clock = system_clock) -> Iterator[SalesSite]:
    """Open the site for the block, with packs on top of the CRM."""
    with a_site(database_url, folder, "crm", *parts, clock=clock) as site:
        yield SalesSite(
            site,
            site.person("sales_rep", name="Bora Kaya"),
            site.person("sales_manager", name="Selin Öz"),
            site.person("administrator", name="Ada Yılmaz"),
        )
