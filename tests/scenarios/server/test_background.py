"""A server that is killed in the midst of a change of very many rows goes on with it when it is started again. L58"""

import time
from pathlib import Path

import pytest

from kalip.access import SYSTEM
from kalip.app import open_site
from kalip.records import run
from kalip.records.bulk_jobs import BulkCommand, enqueue_bulk
from kalip.runtime.settings import SITE_FILE
from kalip.storage import StoredJob, get_job
from tests.support.serving import Caller, serving

pytestmark = pytest.mark.slow
CUSTOMERS = "/api/records/customer"
ROWS = 1_000


def test_kill_nine_in_the_midst_of_a_bulk_job(folder: Path) -> None:
    with (folder / SITE_FILE).open("a") as file:
        file.write("job_lease = 3\njob_pause = 0\n")
    site = open_site(folder)

    def job(job_id: str) -> StoredJob:
        with site.services.database.read() as session:
            found = get_job(session, job_id)
        assert found is not None
        return found

    with serving(folder) as server:
        ids = make_customers(server.caller)
        command = BulkCommand("customer", ids, "edit", {"values": {"notes": "changed"}})
        job_id = run(site.services, SYSTEM, lambda work: enqueue_bulk(work, command))
        while job(job_id).done == 0:
            time.sleep(0.01)
        server.kill()
    killed = job(job_id)
    assert (killed.state, 0 < killed.done < ROWS) == ("running", True)
    with serving(folder) as server:
        while job(job_id).state != "done":
            time.sleep(0.05)
        listed: list[dict[str, object]] = []
        path = f"{CUSTOMERS}?limit=1000&fields=notes,version"
        while path:
            body = server.caller.call("GET", path).body
            listed += body["items"]
            path = body["next"] and f"{CUSTOMERS}?limit=1000&fields=notes,version&cursor={body['next']}"
    ended = job(job_id)
    assert ended.attempt >= 2
    assert (ended.result or {})["changed"] == ROWS
    # Each row was changed once, whoever did it.
    assert {(str(each["notes"]), each["version"]) for each in listed if each["id"] in set(ids)} == {("changed", 2)}
    site.services.database.dispose()


def make_customers(caller: Caller) -> list[str]:
    """Make as many customers as a batch has at most."""
    operations = [{"op": "create", "values": {"name": f"C{number}"}} for number in range(ROWS)]
    made = caller.call("POST", f"{CUSTOMERS}/batch", {"operations": operations, "atomic": True})
    assert made.status == 200, made
    return [str(each["id"]) for each in made.body["items"]]
