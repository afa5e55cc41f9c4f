"""Packs installed beside a server at work: every worker follows, nobody is turned away, faults change nothing."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import create_engine, inspect, select, table, text

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.installed import archive_of, install
from tests.support.serving import Caller, serving
from tests.support.terminal import run

pytestmark = pytest.mark.slow
CUSTOMERS = "/api/records/customer"
CLIENTS = 2
IN_A_ROW = 40
# Tokens note when they were used, and background work goes on by the clock.
MOVING = ("kalip_token", "kalip_recurring", "kalip_job", "kalip_job_attempt", "kalip_consumer")


def test_every_worker_serves_a_new_pack_and_turns_nobody_away(folder: Path, tmp_path: Path) -> None:
    archive = archive_of("port", tmp_path)
    with serving(folder) as server:
        before = revision(server.caller)
        with load(server.caller) as statuses:
            install(folder, archive)
            after = published(folder)
            assert after != before
            wait_for_all(server.caller, after)
        assert set(statuses) == {200, 201}, statuses
        made = server.caller.call("POST", "/api/records/agency", {"name": "Marmara Agency"})
        assert made.status == 201
        assert server.caller.call("GET", "/api/records/berth?count=true").body["count"] == 2


def broken_field() -> PackBuilder:
    """The shop with a field of no known type."""
    return a_pack("broken").with_entity(an_entity("thing").with_field("a", "tekst"))


def refused_seed() -> PackBuilder:
    """A sound pack whose record is refused when its tables are there already."""
    seed = {"entity": "thing", "records": {"good": {"name": "x"}, "bad": {}}}
    return a_pack("broken").with_entity(an_entity("thing")).with_document("seed/things", seed)


def test_faulty_packs_leave_the_server_and_its_database_untouched(
    folder: Path, tmp_path: Path, database_url: str
) -> None:
    with serving(folder) as server:
        before = revision(server.caller)
        state = contents(database_url)
        for number, broken in enumerate((broken_field(), refused_seed())):
            archive = tmp_path / f"broken-{number}.zip"
            with ZipFile(archive, "w") as target:
                for path, content in broken.files().items():
                    target.writestr(path, content)
            refused = run("pack", "install", archive, "--site", folder, "--json")
            assert refused.code == 1
            assert contents(database_url) == state
        assert published(folder) == before
        with load(server.caller) as statuses:
            wait_for_all(server.caller, before)
        assert set(statuses) == {200, 201}
        assert server.caller.call("GET", "/api/records/thing").status == 404


@contextmanager
def load(caller: Caller) -> Iterator[Counter[int]]:
    """Readers and writers at work for the block, at least once each; how often which status was answered."""
    stop, statuses = threading.Event(), Counter[int]()

    def work(method: str, body: object) -> None:
        while True:
            statuses[caller.call(method, CUSTOMERS, body).status] += 1
            if stop.is_set():
                return

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = [pool.submit(work, *each) for each in (("GET", None), ("POST", {"name": "Ada"})) * (CLIENTS // 2)]
        try:
            yield statuses
        finally:
            stop.set()
        for each in done:
            each.result()


def wait_for_all(caller: Caller, wanted: str) -> None:
    """Wait until so many answers in a row, whichever worker gives them, are of a revision."""
    row = 0
    for _ in range(100 * IN_A_ROW):
        row = row + 1 if revision(caller) == wanted else 0
        if row == IN_A_ROW:
            return
    pytest.fail("not every worker follows")


def revision(caller: Caller) -> str:
    """The revision of the worker that happens to answer."""
    answer = caller.call("GET", "/api/metadata")
    assert answer.status == 200, answer
    return answer.headers["Kalip-Revision"]


def published(folder: Path) -> str:
    """The revision that the log names last."""
    return str(run("log", "--site", folder, "--json").data[0]["revision"])


def contents(database_url: str) -> dict[str, object]:
    """Every table with its columns, and its rows where they stay by themselves."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    found: dict[str, object] = {}
    with engine.connect() as connection:
        seen = inspect(connection)
        for name in seen.get_table_names():
            columns = [(each["name"], str(each["type"]), each["nullable"]) for each in seen.get_columns(name)]
            whole = select(text("*")).select_from(table(name))
            rows = sorted(repr(row) for row in connection.execute(whole))
            found[name] = (columns, [] if name in MOVING else rows)
    engine.dispose()
    return found
