"""What a plan says beforehand beside what publishing then takes, and how fast questions are answered."""

import time
from collections.abc import Callable, Iterator

from kalip.access import SYSTEM
from kalip.app import open_site
from kalip.cli import OpenSite
from kalip.designer import Proposal, Publication, explain, propose, publish, stored_packs, uses_of
from kalip.metadata import SiteEditor
from tests.bench.comparing import Pair
from tests.bench.figures import Figure
from tests.bench.serving import Refused

_ENTITY = "entities/deal/entity"
_EDITS = (
    ("/fields/rank", {"type": "integer", "backfill": "int(chance * 2)", "indexed": True}),
    ("/fields/chance/min", None),
    ("/fields/chance/max", None),
    ("/fields/chance/type", "decimal"),
)
_QUESTIONS = 20
_AT_ONCE = 0.05  # seconds: an answer that nobody waits for


def planning(pair: Pair) -> Iterator[Figure]:
    """The estimate beside the time of a publish that fills, converts and indexes; `explain` and `where-used`."""
    site = open_site(pair.site.folder)
    try:
        yield _asked("explain", pair, lambda: len(explain(site.site, "sales/deal", "fields.amount.type").settings))
        yield _asked("where-used", pair, lambda: len(uses_of(site.site, "sales/deal", "fields.name")))
        proposal = _proposal(site)
        rows = max(step.rows for step in proposal.plan.steps)
        if rows != pair.site.rows:
            message = f"the plan speaks of {rows} rows, there are {pair.site.rows}"
            raise Refused(message)
        began = time.monotonic()
        publish(site.site, proposal, Publication(SYSTEM, "Measure", accept_loss=True))
        took = time.monotonic() - began
        if not propose(site.site, []).plan.is_empty:
            message = "what was planned was not all"
            raise Refused(message)
    finally:
        site.services.database.dispose()
    planned = proposal.plan.seconds
    yield Figure("publish beside its plan", pair.where, took, "s", other=planned, ratio=took / planned)


def _proposal(site: OpenSite) -> Proposal:
    with site.services.database.read() as session:
        editor = SiteEditor(stored_packs(session, site.site.blobs), site.site.extensions.types)
    for pointer, value in _EDITS:
        editor.set(_ENTITY, pointer, value)
    return propose(site.site, [editor.pack()])


def _asked(name: str, pair: Pair, ask: Callable[[], int]) -> Figure:
    """The slowest of some answers, none of them empty; the first one loads what all of them look into."""
    slowest = 0.0
    ask()
    for _ in range(_QUESTIONS):
        began = time.monotonic()
        if not ask():
            message = f"{name} found nothing"
            raise Refused(message)
        slowest = max(slowest, time.monotonic() - began)
    return Figure(name, pair.where, slowest * 1000, "ms", wanted=_AT_ONCE * 1000, at_most=True)
