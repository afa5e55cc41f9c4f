"""Workers killed in the middle of rules: no effect in the database twice, none missing; messages bear the same key."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kalip.records import ListRecords, list_records
from tests.support.hooked import hook_taker
from tests.support.ruling import a_ruling

ROOT = Path(__file__).parents[4]
DEALS = 60
KILLS = 5


@pytest.mark.slow
def test_every_effect_is_there_once(database_url: str, tmp_path: Path) -> None:
    """SB6: kill -9 at random"""
    with hook_taker() as taker:
        then = {
            "visit": {"create": {"entity": "visit", "values": {"topic": "name", "deal": "id"}}},
            "count": {"set": {"amount": "amount + 1"}},
            "tell": {"call": {"url": taker.url, "secret": "shop"}},
        }
        document = {"rules": {"made": {"when": {"created": {}}, "then": then}}}
        rules = tmp_path / "rules.json"
        rules.write_text(json.dumps(document))
        host = urlsplit(taker.url).netloc
        with a_ruling(database_url, document) as ruling:
            deals = [ruling.make(amount={"amount": "1", "currency": "TRY"}) for _ in range(DEALS)]
            ruling.site.services.database.dispose()
            _run_killed(database_url, rules, host, lambda: len({_key(each) for each in taker.calls}) == DEALS)
            assert Counter(run.record_id for run in ruling.runs("made")) == dict.fromkeys(deals, 1)
            assert set(ruling.states("made")) == {"done"}
            asked = ListRecords("visit", fields=("deal",), limit=1000)
            visits = ruling.site.act("ada", lambda work: list_records(work, asked), write=False).items
            assert Counter(each["deal"] for each in visits) == dict.fromkeys(deals, 1)
            assert {ruling.deal(each)["amount"]["amount"] for each in deals} == {"2.00"}
        # At least once, and whoever gets a message twice knows it by its key and id.
        assert {json.loads(body)["data"]["id"] for _, body in taker.calls} == set(deals)
        assert len({(_key(each), each[0]["webhook-id"]) for each in taker.calls}) == DEALS


def _key(call: tuple[dict[str, str], bytes]) -> str:
    return call[0]["idempotency-key"]


def _run_killed(url: str, rules: Path, host: str, is_done: Any) -> None:
    """Run a worker and kill it again and again, then let one finish."""
    command = [sys.executable, "-m", "tests.support.rule_process", url, str(rules), host]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "platform")))}
    chance = random.Random(7)  # noqa: S311 - moments of dying
    for kill in range(KILLS + 1):
        with subprocess.Popen(command, cwd=ROOT, env=environment) as worker:  # noqa: S603
            end = time.monotonic() + (90 if kill == KILLS else 2.5 + chance.random())
            while time.monotonic() < end and not is_done():
                time.sleep(0.02)
            worker.send_signal(signal.SIGKILL)
        if is_done():
            return
    raise AssertionError("the jobs did not come to an end")
