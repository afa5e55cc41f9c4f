"""A small company at work in the shipped packs: its people, some data, and the server they open in browsers.

Ada administers. Bora sells: he sees all companies and contacts, and of leads and deals his own. Cem reads
companies and services, and changes none. Whoever needs leads or deals to himself asks for a `seller`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from kalip.access import SYSTEM
from kalip.records import SaveRecord, run, save_record
from tests.support.live import live_server
from tests.support.signed_in import sign_in
from tests.support.web_site import Caller, Site, a_site

COMPANIES = 130
_CITIES = ("İzmir", "Ankara", "Bursa")
_KINDS = ("prospect", "customer", "partner")
_PHONE = {"width": 390, "height": 844}
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Office:
    """The site in service at `address`, and the people who work there."""

    site: Site
    address: str
    ada: Caller
    bora: Caller
    cem: Caller

    def seat(self, page: Page, person: Caller, *, theme: str = "light", phone: bool = False) -> Page:
        """The page, signed in as the person, in a theme, on a desk or on a phone."""
        sign_in(page.context, self.site, person, self.address)
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        if phone:
            page.set_viewport_size({"width": _PHONE["width"], "height": _PHONE["height"]})
        return page

    def seller(self, name: str = "Selin Öz") -> Caller:
        """A new sales representative, who has no leads or deals yet."""
        return self.site.person("sales_rep", name=name)

    def make(self, entity: str, *records: Values) -> list[str]:
        """Make records by the use case; their ids. Their owner is nobody unless `owner` says so."""
        return run(self.site.services, SYSTEM, lambda work: [
            save_record(work, SaveRecord(entity, dict(values))).id for values in records
        ])  # fmt: skip

    def values(self, entity: str, record_id: str) -> dict[str, Any]:
        """A record as an administrator reads it through the API."""
        response = self.ada.get(f"/api/records/{entity}/{record_id}")
        assert response.status_code == 200, response.text
        return dict(response.json or {})

    def deals(self, owner: Caller, *names: str, **values: Any) -> list[str]:
        """Make deals of somebody, all for one company."""
        (company,) = self.make("company", {"name": f"Customer of {names[0]}", "kind": "prospect"})
        shared = {"company": company, "owner": owner.user_id, "expected_close": "2031-05-01", **values}
        return self.make("deal", *({"name": name, **shared} for name in names))

    def leads(self, owner: Caller, *topics: str, **values: Any) -> list[str]:
        """Make leads of somebody."""
        shared = {"email": "lead@example.org", "company_name": "Marmara Tekstil", "owner": owner.user_id, **values}
        return self.make("lead", *({"topic": topic, **shared} for topic in topics))


@contextmanager
def an_office(folder: Path) -> Iterator[Office]:
    """Open the office for the block: a server over SQLite with the packs crm and helpdesk."""
    with (
        a_site(f"sqlite:///{folder / 'kalip.sqlite3'}", folder, "crm", "helpdesk") as site,
        live_server(site.app) as at,
    ):
        ada = site.person("administrator", name="Ada Yılmaz")
        bora = site.person("sales_rep", name="Bora Kaya")
        cem = site.person("marketing", "support_agent", name="Cem Demir")
        office = Office(site, at, ada, bora, cem)
        _furnish(office)
        yield office


def _furnish(office: Office) -> None:
    companies = office.make("company", *_companies(office.bora))
    office.make("contact", *(
        {"name": {"first": given, "last": family}, "company": companies[at], "email": f"{given.lower()}@example.org"}
        for at, (given, family) in enumerate((("Ceren", "Aksoy"), ("Irmak", "Ilgaz"), ("Oleg", "Petrov")))
    ))  # fmt: skip
    office.leads(office.bora, "Fair in Bursa", "Looms for İzmir")
    office.deals(office.bora, "Winter order", "Spring order", amount={"amount": "1250.50", "currency": "TRY"})
    office.make("service", {
        "code": "MAIL", "name": "Electronic mail", "criticality": "vital", "hours": "always",
        "response_hours": "1", "solution_hours": "8",
    })  # fmt: skip


def _companies(bora: Caller) -> Sequence[Values]:
    return [
        {
            "name": f"Firm {number:03}",
            "kind": _KINDS[number % 3],
            "owner": bora.user_id if number % 2 else None,
            "address": {"city": _CITIES[number % 3], "country": "TR"},
            "employees": number * 10,
            **({"customer_since": "2025-01-01"} if number % 3 == 1 else {}),
        }
        for number in range(1, COMPANIES + 1)
    ]
