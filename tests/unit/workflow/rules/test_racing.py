"""Several workers at the same rule at once: one does it, the others find it done."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kalip.jobs.reading import read_events
from kalip.records import ListRecords, list_records
from kalip.storage import list_jobs, set_roles
from kalip.workflow.rules import Firing, fire
from tests.support.ruling import Ruling, a_ruling

WORKERS = 6


def deals_of(ruling: Ruling) -> dict[str, int]:
    """How many deals each seller has."""
    asked = ListRecords("deal", fields=("seller",), limit=500)
    rows = ruling.site.act("ada", lambda work: list_records(work, asked), write=False).items
    found: dict[str, int] = {}
    for row in rows:
        found[str(row["seller"])] = found.get(str(row["seller"]), 0) + 1
    return found


def test_the_same_job_run_by_many_has_its_effect_once(database_url: str) -> None:
    then = {
        "count": {"set": {"amount": "amount + 1"}},
        "visit": {"create": {"entity": "visit", "values": {"topic": "name", "deal": "id"}}},
    }
    with a_ruling(database_url, {"rules": {"made": {"when": {"created": {}}, "then": then}}}) as ruling:
        deal = ruling.make(amount={"amount": "1", "currency": "TRY"})
        services = ruling.site.services
        read_events(services, ruling.yard.office.background.consumers)
        with services.database.read() as session:
            (job,) = list_jobs(session, kind="rules.event")
        firing = Firing("deal.made", str(job.arguments["event"]), deal, int(job.arguments["event"]))
        with ThreadPoolExecutor(WORKERS) as pool:
            runs = list(pool.map(lambda _: fire(services, firing), range(WORKERS)))
        assert [run.state for run in runs if run is not None] == ["done"]
        ruling.work()
        assert ruling.deal(deal)["amount"]["amount"] == "2.00"
        assert ruling.states("made") == ["done"]
        visits = ruling.site.act("ada", lambda work: list_records(work, ListRecords("visit")), write=False).items
        assert len(visits) == 1


def test_load_stays_even_when_many_assign_at_once(database_url: str) -> None:
    then = {"give": {"assign": {"role": "rep", "field": "seller"}}}
    document: dict[str, Any] = {"rules": {"made": {"when": {"created": {}}, "then": then}}}
    with a_ruling(database_url, document) as ruling:
        for name in ("cem", "deniz"):
            _hire(ruling, name)
        ids = [ruling.make() for _ in range(12)]
        services = ruling.site.services
        read_events(services, ruling.yard.office.background.consumers)
        with services.database.read() as session:
            events = [int(job.arguments["event"]) for job in list_jobs(session, kind="rules.event")][::-1]
        firings = [Firing("deal.made", str(event), each, event) for event, each in zip(events, ids, strict=True)]
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda firing: fire(services, firing), firings))
        assert sorted(deals_of(ruling).values()) == [4, 4, 4]


def _hire(ruling: Ruling, name: str) -> None:
    with ruling.site.services.database.write() as session:
        set_roles(session, str(ruling.site.actors[name].id), ("rep",))
