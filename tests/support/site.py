"""A small site for tests of use cases: its model, a real database, and the fixed cast of users.

Ada administers, Bora sells and sees his own, Cem only looks at what is Turkish, Deniz may do nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from kalip.access import Actor, Identity, make_actor
from kalip.fields import builtin_types
from kalip.records import SavedRecord, SaveRecord, Services, Work, get_record, run, save_record
from kalip.records.organisation import SaveGroup, change_members, make_group
from kalip.runtime import Action, Runtime, Served
from kalip.storage import NewRevision, User, add_user, make_database, save_revision
from tests.support.builders import PackBuilder, a_compilation, a_pack, an_entity
from tests.support.clock import StandingClock
from tests.support.made import make_all_tables

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CAST = {"ada": ("boss",), "bora": ("rep",), "cem": ("viewer",), "deniz": ()}
T = TypeVar("T")


@dataclass
class Site:
    """Services on one database, and the actors by name."""

    services: Services
    served: Served
    clock: StandingClock
    actors: dict[str, Actor] = field(default_factory=dict)

    def act(self, who: str, command: Callable[[Work], T], *, write: bool = True) -> T:
        """Run a use case as somebody."""
        return run(self.services, self.actors[who], command, write=write)

    def save(self, who: str, entity: str, values: dict[str, Any], record_id: str | None = None) -> SavedRecord:
        """Make or change a record as somebody."""
        return self.act(who, lambda work: save_record(work, SaveRecord(entity, values, record_id)))

    def get(self, who: str, entity: str, record_id: str) -> dict[str, Any]:
        """Read a record as somebody."""
        return self.act(who, lambda work: get_record(work, entity, record_id), write=False)

    def group(self, code: str, *people: str, name: str = "") -> str:
        """Make a group of some of the cast; its id."""
        made = self.act("ada", lambda work: make_group(work, SaveGroup(code, name or code.capitalize())))
        self.act("ada", lambda work: change_members(work, made, [str(self.actors[each].id) for each in people]))
        return made


def sales_pack() -> PackBuilder:
    """Companies, products, and deals with lines and a pipeline."""
    company = (
        an_entity("company")
        .with_keys(title="name", search={"name": {}, "city": {}})
        .with_field("name", "text", label={"en": "Name", "tr": "Ad"}, required=True)
        .with_field("city", "text")
        .with_field("country", "text")
        .with_field("sector", "choice", choices="sector")
        .with_field("vat", "text", unique=True)
        .with_field("founded", "date")
        .with_access(rep="all", viewer={"read": {"scope": "all", "where": "country == 'TR'"}})
        .with_list("name", "city", "country")
    )
    product = (
        an_entity("product")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("price", "decimal", scale=2)
        .with_field("active", "boolean", default=True)
        .with_access(rep={"read": "all"})
    )
    line = (
        an_entity("deal_line")
        .with_keys(owned_by="deal", title="id")
        .with_field("deal", "reference", to="deal", required=True, on_delete="cascade")
        .with_field("product", "reference", to="product", filter="active")
        .with_field("quantity", "integer", required=True, default=1, min=1)
        .with_field("price", "decimal", scale=2, default_expression="product.price")
        .with_field("total", "computed", expression="quantity * price", result={"type": "decimal", "scale": 2})
    )
    return (
        a_pack("sales")
        .with_role("rep", "viewer")
        .with_role("boss", administrator=True)
        .with_choices("sector", "steel", "food", old={"retired": True})
        .with_entity(company, product, line, deal_entity())
    )


def deal_entity() -> Any:
    """The deal: rules of every kind."""
    return (
        an_entity("deal")
        .with_keys(
            title="name",
            search={"name": {}, "number": {}},
            unique={"per_company": {"fields": {"company": {}, "reference": {}}}},
            checks={
                "discount_small": {
                    "expression": "discount == null || discount <= 50",
                    "message": {"en": "A discount is at most half.", "tr": "İndirim en çok yarısıdır."},
                    "field": "discount",
                },
                "few_lines": {"expression": "size(lines) <= 3", "message": "At most three lines."},
            },
        )
        .with_field("name", "text", required=True)
        .with_field("number", "autonumber", format="D-{year}-{number:04}", period="year")
        .with_field("company", "reference", to="company")
        .with_field("country", "computed", expression="company.country")
        .with_field("partners", "references", to="company")
        .with_field("reference", "text")
        .with_field("amount", "money", currency="TRY")
        .with_field("discount", "percent")
        .with_field("rush", "boolean")
        .with_field("rush_reason", "text", required_when="rush", visible_when="rush")
        .with_field("locked", "boolean")
        .with_field("secret", "text", readonly_when="locked")
        .with_field("won_at", "datetime", readonly=True)
        .with_field("lost_reason", "text")
        .with_field("lines", "children", of="deal_line")
        .with_field("line_count", "rollup", of="lines", function="count")
        .with_field("total", "rollup", of="lines", function="sum", field="total")
        .with_access(
            rep={"all": "own", "create": "all"},
            viewer={"read": {"scope": "all", "where": "company.country == 'TR'"}},
        )
        .with_document("pipelines/sales", deal_pipeline())
        .with_list("name", "company", "amount", "owner", "stage", "company.country", sort={"name": "asc"})
        .with_document("views/card", {"fields": {"name": {}, "company": {}, "amount": {}}})
        .with_document("views/board", {"pipeline": "sales", "sum": "amount", "sort": {"name": "asc"}})
    )


def deal_pipeline() -> dict[str, Any]:
    """New, offer, won or lost."""
    return {
        "label": "Sales",
        "stages": {
            "new": {"label": "New"},
            "offer": {"label": "Offer", "required": {"amount": {}}},
            "won": {"label": "Won", "outcome": "won", "required": {"company": {}}},
            "lost": {"label": "Lost", "outcome": "lost", "required": {"lost_reason": {}}},
        },
        "transitions": {
            "make_offer": {"label": "Make offer", "from": {"new": {}}, "to": "offer"},
            "win": {
                "label": "Win",
                "from": {"offer": {}},
                "to": "won",
                "guard": "amount > 10",
                "guard_message": {"en": "Too small to win.", "tr": "Kazanmak için çok küçük."},
                "effects": {"stamp": {"set": {"won_at": "now()", "rush": "false"}}},
            },
            "lose": {"label": "Lose", "to": "lost", "ask": {"lost_reason": {}}},
            "reopen": {"label": "Reopen", "from": {"lost": {}}, "to": "new", "roles": {"boss": {}}},
        },
    }


@contextmanager
def a_site(url: str, *packs: PackBuilder, actions: Mapping[str, Action] | None = None) -> Iterator[Site]:
    """A site on an empty database, closed at the end."""
    compiled = a_compilation(*(packs or (sales_pack(),)), actions=actions or {})
    served = Served(compiled.required(), builtin_types(), actions=actions or {})
    make_all_tables(url, served)
    database = make_database(url)
    with database.publish() as session:
        save_revision(session, NewRevision(served.model.revision, NOW, None, "test", {}))
    runtime = Runtime(lambda _: served, lambda: served.model.revision)
    clock = StandingClock(NOW)
    site = Site(Services(database, runtime, clock=clock), served, clock)
    for place, (name, roles) in enumerate(CAST.items(), 1):
        person = Identity(f"01990000-0000-7000-8000-00000000000{place}", name.capitalize(), f"{name}@example.com")
        with database.write() as session:
            add_user(session, User(person.id, person.name, person.email, roles, "en", "UTC", True, None, NOW))
        site.actors[name] = make_actor(served.model, person, roles)
    try:
        yield site
    finally:
        database.dispose()
