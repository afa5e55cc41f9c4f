"""Many revisions published under load: nobody is turned away, no answer mixes two of them, no write is lost."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.nightly import NIGHTLY
from tests.support.serving import Answer, Caller, serving

pytestmark = pytest.mark.slow
CUSTOMERS, CUSTOMER = "/api/records/customer", "/api/metadata/entity/customer"
WORKERS, CLIENTS = 3, 4
TABLES_CHANGE = 5  # every so many revisions


@dataclass
class Seen:
    """What the clients were answered: statuses, and what each revision was seen with."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[object] = field(default_factory=list)
    made: dict[str, tuple[str, str]] = field(default_factory=dict)
    labels: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def test_revisions_under_load(folder: Path, database_url: str) -> None:
    """U5 U10: fifty a night where servers share a database, fewer on SQLite, which lets one write at a time."""
    revisions = (50 if NIGHTLY else 25) if database_url.startswith("postgresql") else 15
    seen, stop = Seen(), threading.Event()
    with serving(folder, workers=WORKERS) as server, ThreadPoolExecutor(CLIENTS) as pool:
        caller = server.caller
        seeded = len(all_customers(caller))
        before = first_revision(caller)
        marks = {str(publish(caller, before, 0).body["revision"]): "0"}
        started = [threading.Event() for _ in range(CLIENTS)]
        clients = [pool.submit(work, caller, number, seen, stop, started[number]) for number in range(CLIENTS)]
        try:
            assert all(each.wait(60) for each in started)
            present = next(iter(marks))
            for number in range(1, revisions + 1):
                done = publish(caller, present, number)
                assert done.status == 200, done
                present = str(done.body["revision"])
                marks[present] = str(number)
        finally:
            stop.set()
        for client in clients:
            client.result()
        kept = all_customers(caller)
        log = caller.call("GET", "/api/metadata/revisions?limit=200").body["items"]
    assert seen.faults == []
    assert min(seen.statuses[200], seen.statuses[201]) >= revisions
    # Each record was made wholly under the revision that its answer names, each description is of one revision.
    assert len({revision for revision, _ in seen.made.values()}) > revisions // 4
    # A worker may have answered for a moment as it was before the first of them.
    made = {record_id: told for record_id, told in seen.made.items() if told[0] != before}
    for record_id, (revision, mark) in made.items():
        assert mark == marks[revision]
        assert kept[record_id] == mark
    for revision, label in (each for each in seen.labels if each[0] != before):
        assert label == f"Customer {marks[revision]}"
    assert len(kept) == len(seen.made) + seeded
    assert len({each["revision"] for each in log}) == len(log) >= revisions


def first_revision(caller: Caller) -> str:
    """The revision that is published."""
    return str(caller.call("GET", "/api/metadata/revisions?limit=1").body["items"][0]["revision"])


def publish(caller: Caller, base: str, number: int) -> Answer:
    """Publish another label and default; now and then a field comes too."""
    fields: dict[str, Any] = {"mark": {"type": "text", "default": str(number)}}
    fields |= {f"extra_{each}": {"type": "text"} for each in range(number // TABLES_CHANGE)}
    overlay = {"extends": "tiny/customer", "label": f"Customer {number}", "fields": fields}
    body = {"documents": {"entities/customer/entity.json": overlay}, "base_revision": base, "message": f"No. {number}"}
    return caller.call("POST", "/api/metadata/publish", body)


def work(caller: Caller, client: int, seen: Seen, stop: threading.Event, started: threading.Event) -> None:
    """Make customers and look at the description, until it is time to stop."""
    number = 0
    while not stop.is_set():
        number += 1
        made = caller.call("POST", CUSTOMERS, {"name": f"Customer {client} {number}"})
        described = caller.call("GET", CUSTOMER)
        with seen.lock:
            seen.statuses.update((made.status, described.status))
            seen.faults += [each.body for each in (made, described) if each.status not in (200, 201)]
            if made.status == 201:
                seen.made[made.body["id"]] = (made.headers["Kalip-Revision"], made.body["mark"])
            if described.status == 200:
                seen.labels.append((described.headers["Kalip-Revision"], described.body["label"]))
        started.set()


def all_customers(caller: Caller) -> dict[str, str]:
    """The mark of every customer by id."""
    found: dict[str, str] = {}
    cursor: str | None = ""
    while cursor is not None:
        page = caller.call("GET", f"{CUSTOMERS}?limit=1000{cursor}")
        assert page.status == 200, page
        found |= {each["id"]: each.get("mark", "") for each in page.body["items"]}
        cursor = f"&cursor={page.body['next']}" if page.body["next"] else None
    return found
