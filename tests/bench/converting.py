"""Conversions: how long one lead takes to become contact, company and deal, and how many become so in a second."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import quantiles

from kalip.access import SYSTEM
from kalip.records import SaveRecord, Selection, Work, run
from kalip.records.saving import Grounds, draft_commands, save_drafts
from kalip.workflow.conversions import ConvertRecord, bulk_convert
from tests.bench.figures import Figure
from tests.support.converting import SalesSite, a_sales_site

BATCH = 500
SINGLES = 200
MANY = 1_000
SLOWEST = 300
"""Milliseconds that 95 of 100 conversions into three targets may take."""
_SYLLABLES = ("ka", "lip", "to", "mur", "sen", "da", "vor", "el", "nik", "os", "ba", "rin", "gu", "the", "ya", "zed")


def converting(database: str, address: str, folder: Path, rows: int) -> Iterator[Figure]:
    """Measure on an empty database at an address, once it has so many leads."""
    with a_sales_site(address, folder) as sales:
        ready = _fill(sales, rows)
        times = []
        for lead in ready[:SINGLES]:
            began = time.perf_counter()
            done = sales.convert(lead, sales.boss)
            times.append((time.perf_counter() - began) * 1_000)
            if len(done.results) != len(("company", "contact", "deal")):
                raise AssertionError(f"{done.results} are not three")
        where = f"{database}, {rows:,} leads"
        yield Figure("convert, p95", where, quantiles(times, n=20)[-1], "ms", wanted=SLOWEST, at_most=True)
        selection = Selection("lead", tuple(ready[SINGLES : SINGLES + MANY]))
        began = time.perf_counter()
        result = bulk_convert(
            sales.site.services, sales.actor(sales.boss), selection, ConvertRecord("lead", "", "qualify")
        )
        passed = time.perf_counter() - began
        refused = [each.error for each in result if each.error is not None]
        if refused:
            raise AssertionError(f"{len(refused)} were refused, first {refused[0]}")
        yield Figure(f"convert {MANY:,} at once", where, MANY / passed, "/s")


def _fill(sales: SalesSite, rows: int) -> list[str]:
    """Make so many leads of different people; the ids of those that may be converted."""
    ready: list[str] = []
    for first in range(0, rows, BATCH):
        numbers = range(first, min(first + BATCH, rows))
        made = run(sales.site.services, SYSTEM, partial(_make, owner=sales.rep.user_id, numbers=numbers))
        ready += made if len(ready) < SINGLES + MANY else []
    sales.site.services.database.learn()
    return ready


def _make(work: Work, owner: str, numbers: range) -> list[str]:
    forced = {"pipeline": "inbound", "stage": "qualifying", "stage_since": work.now}
    commands = [SaveRecord("lead", _lead(number, owner), accept_duplicates=True) for number in numbers]
    drafts = draft_commands(work, commands, Grounds(forced=forced, placed=True))
    for outcome in save_drafts(work, drafts):
        if isinstance(outcome, Exception):
            raise outcome
    return [draft.id for draft in drafts]


def _lead(number: int, owner: str) -> dict[str, object]:
    name = _word(number)
    return {
        "topic": f"Machines for {name}",
        "name": {"first": name.title(), "last": _word(number * 7_919 + 13).title()},
        "company_name": f"{_word(number * 104_729 + 7).title()} {name.title()}",
        "email": f"{name}{number}@example.org",
        "need": "Machines by spring",
        "timeframe": "now",
        "budget": {"amount": f"{number}.50", "currency": "EUR"},
        "owner": owner,
    }


def _word(number: int) -> str:
    """A word of its own for each number."""
    found = ""
    for _ in range(5):
        number, place = divmod(number, len(_SYLLABLES))
        found += _SYLLABLES[place]
    return found
