"""Processes that read the event log and run jobs are killed at random: nothing is lost, and nothing happens twice.

An effect outside of the database may be repeated, as at-least-once admits: it carries the same key then.
"""

import itertools
import shutil
import signal
import time
from pathlib import Path

import pytest

from kalip.storage import list_jobs
from tests.conftest import do_without
from tests.scenarios.jobs.conftest import Yard, a_yard
from tests.support.redis import RedisServer

pytestmark = pytest.mark.slow
DEALS = 250
PROCESSES = 2
KILLS = 6


def prove_each_fired_once(yard: Yard, deals: list[str]) -> None:
    """Every deal has its one company, and was told outside at least once, under one key."""
    expected = sorted(f"firing:{deal}" for deal in deals)
    yard.wait_until(lambda: len(yard.companies()) >= len(expected) and yard.left() <= 1)
    assert sorted(yard.companies()) == expected
    sent = yard.keys_sent()
    assert sorted(set(sent)) == expected
    assert len(sent) - len(expected) <= 2 * KILLS


def kill_while_saving(yard: Yard) -> list[str]:
    """Save deals while the processes are killed one after the other."""
    for _ in range(PROCESSES):
        yard.start()
    deals: list[str] = []
    for _ in range(KILLS):
        deals += yard.save_deals(DEALS // KILLS)
        half = len(deals) // 2
        yard.wait_until(lambda half=half: len(yard.keys_sent()) > half)  # type: ignore[misc]
        yard.kill_one()
    return deals


def test_kill_nine_without_redis(yard: Yard) -> None:
    prove_each_fired_once(yard, kill_while_saving(yard))


@pytest.mark.redis
def test_kill_nine_with_redis(redis_yard: Yard) -> None:
    prove_each_fired_once(redis_yard, kill_while_saving(redis_yard))


@pytest.mark.redis
def test_redis_stops_forgets_everything_and_starts_again(postgres_url: str, tmp_path: Path) -> None:
    server = RedisServer(shutil.which("redis-server") or do_without("Redis"))
    with server, a_yard(postgres_url, server.address, tmp_path) as yard:
        for _ in range(PROCESSES):
            yard.start()
        deals = yard.save_deals(60)
        yard.wait_until(lambda: len(yard.keys_sent()) > 20)
        server.stop()
        deals += yard.save_deals(60)
        time.sleep(2)
        server.start()
        deals += yard.save_deals(30)
        prove_each_fired_once(yard, deals)
        assert all(process.poll() is None for process in yard.processes)


def test_what_recurs_fires_once_over_nodes_that_come_and_go(yard: Yard) -> None:
    for _ in range(3):
        yard.start()
    for _ in range(3):
        time.sleep(2)
        yard.kill_one()

    def due() -> list[str]:
        with yard.site.services.database.read() as session:
            return [str(job.arguments["due"]) for job in list_jobs(session, kind="tick", limit=1000)]

    yard.wait_until(lambda: len(due()) >= 8)
    moments = sorted(due())
    seconds = [int(moment[17:19]) for moment in moments]
    # No second is missing, and none was fired twice.
    assert len(set(moments)) == len(moments)
    assert [(late - early) % 60 for early, late in itertools.pairwise(seconds)] == [1] * (len(moments) - 1)


def test_told_to_stop_a_process_ends_its_job_and_itself(yard: Yard) -> None:
    process = yard.start()
    deals = yard.save_deals(5)
    yard.wait_until(lambda: len(yard.companies()) == len(deals))
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


@pytest.mark.redis
def test_told_to_stop_a_process_on_redis_ends_too(redis_yard: Yard) -> None:
    process = redis_yard.start()
    deals = redis_yard.save_deals(5)
    redis_yard.wait_until(lambda: len(redis_yard.companies()) == len(deals))
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
