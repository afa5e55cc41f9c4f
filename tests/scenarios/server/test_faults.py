"""Firings of a rule with effects in the database, a mail and a web hook each, while everything that runs is killed.

Redis forgets all it knows in the middle.
"""

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

import pytest

from kalip.metadata import build_zip
from tests.conftest import do_without
from tests.support.builders import a_pack, an_entity
from tests.support.hooked import Taker, hook_taker
from tests.support.installed import install, make_site
from tests.support.mail import Sink, smtp_sink
from tests.support.nightly import NIGHTLY
from tests.support.redis import RedisServer
from tests.support.serving import KALIP_COMMAND, Answer, Server, serving
from tests.support.source import KALIP

pytestmark = pytest.mark.slow
FIRINGS: Final = 1_000 if NIGHTLY else 60
AT_ONCE: Final = 20
KILLS: Final = 60 if NIGHTLY else 4
LONGEST: Final = 1_800 if NIGHTLY else 300
ORDERS, NOTES = "/api/records/order", "/api/records/note"
SETTINGS = "job_lease = 3\njob_pause = 1\n"


def test_every_firing_survives_all_that_dies(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None lost, no effect in the database twice, what goes out twice bears the same key."""
    redis = RedisServer(shutil.which("redis-server") or do_without("Redis"))
    with redis, hook_taker() as taker, smtp_sink() as sink:
        monkeypatch.setenv("KALIP_DATABASE_URL", postgres_url)
        monkeypatch.setenv("KALIP_REDIS_URL", redis.address)
        monkeypatch.setenv("KALIP_SMTP_URL", f"smtp://127.0.0.1:{sink.port}")
        monkeypatch.setenv("KALIP_MAIL_FROM", "shop@example.com")
        monkeypatch.setenv("KALIP_PRIVATE_HOSTS", taker.url.split("/")[2])
        monkeypatch.setenv("KALIP_HOOK_SHOP", "a secret that both sides know")
        folder = a_shop(tmp_path, taker.url)
        with Town(folder) as town:
            made = orders(town)
            town.haunt(redis, lambda: told(taker, sink) == FIRINGS)
            town.settle(lambda: told(taker, sink) == FIRINGS)
            assert len(made) == FIRINGS
            kept = listed(town, f"{ORDERS}?fields=id,count&limit=1000")
            assert Counter(each["count"] for each in kept) == {1: FIRINGS}
            notes = listed(town, f"{NOTES}?fields=order&limit=1000")
            assert Counter(each["order"] for each in notes) == dict.fromkeys(made, 1)
        assert {json.loads(body)["data"]["id"] for _, body in taker.calls} == set(made)
        assert len({(head["idempotency-key"], head["webhook-id"]) for head, _ in taker.calls}) == FIRINGS
        assert len({str(mail["Subject"]) for mail in sink.messages}) == FIRINGS
        assert len({(str(mail["Subject"]), str(mail["Message-ID"])) for mail in sink.messages}) == FIRINGS


class Town:
    """The server and two workers of a site, which come back when they die."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chance = random.Random(11)  # noqa: S311 - moments of dying
        self._serving = ExitStack()
        self._server: Server | None = None
        self._workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._serve()
        self._workers = [self._worker() for _ in range(2)]
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._serving.close()

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Call the API again and again until somebody answers."""
        end = time.monotonic() + LONGEST
        while True:
            try:
                assert self._server is not None
                answer = self._server.caller.call(method, path, body, **headers)
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < end
                time.sleep(0.1)
                continue
            if answer.status != http.client.CONFLICT:  # the same call of before is not at its end
                return answer
            time.sleep(0.1)

    def haunt(self, redis: RedisServer, is_done: Any) -> None:
        """Kill one after another at random, and let Redis forget everything once."""
        for kill in range(KILLS):
            time.sleep(0.5 + self._chance.random())
            if is_done():
                return
            if kill == KILLS // 2:
                redis.stop()
                time.sleep(1)
                redis.start()
            victim = self._chance.randrange(3)
            if victim == 2:
                self._kill_server()
            else:
                self._workers[victim].send_signal(signal.SIGKILL)
                self._workers[victim].wait()
                self._workers[victim] = self._worker()

    def settle(self, is_done: Any) -> None:
        """Wait until all is done."""
        end = time.monotonic() + LONGEST
        while not is_done():
            assert time.monotonic() < end, "the jobs did not come to an end"
            time.sleep(0.1)

    def _kill_server(self) -> None:
        assert self._server is not None
        self._server.kill()
        self._serving.close()
        self._serve()

    def _serve(self) -> None:
        self._server = self._serving.enter_context(serving(self._folder))

    def _worker(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(KALIP.parent)}
        command = [*KALIP_COMMAND, "worker", "--site", str(self._folder)]
        with (self._folder / "worker.log").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - ourselves


def a_shop(folder: Path, url: str) -> Path:
    """A site whose orders fire a rule as they are made."""
    then = {
        "count": {"set": {"count": "count + 1"}},
        "note": {"create": {"entity": "note", "values": {"order": "id"}}},
        "mail": {"mail": {"address": {"client": "email"}, "subject": "Order {name}", "body": "Thank you."}},
        "hook": {"call": {"url": url, "secret": "shop"}},
    }
    order = (
        an_entity("order")
        .with_keys(title="name")
        .with_field("name", "text")
        .with_field("email", "email")
        .with_field("count", "integer", default=0)
        .with_document("rules", {"rules": {"made": {"when": {"created": {}}, "then": then}}})
    )
    note = an_entity("note").with_field("order", "reference", to="order")
    archive = folder / "shop.zip"
    archive.write_bytes(build_zip(a_pack("shop").with_entity(order, note).build()))
    site = folder / "site"
    make_site(site)
    with (site / "site.toml").open("a") as settings:
        settings.write(SETTINGS)
    install(site, archive)
    return site


def orders(town: Town) -> list[str]:
    """Make the orders, from two sides."""
    made: list[str] = []

    def make(side: int) -> None:
        for batch in range(side, FIRINGS // AT_ONCE, 2):
            names = [f"{batch}-{number}" for number in range(AT_ONCE)]
            values = [{"name": name, "email": f"client{name}@example.com"} for name in names]
            sent = {"operations": [{"op": "create", "values": each} for each in values], "atomic": True}
            answer = town.call("POST", f"{ORDERS}/batch", sent, Idempotency_Key=f"batch-{batch}")
            assert answer.status == http.client.OK, answer
            made.extend(each["id"] for each in answer.body["items"])

    sides = [threading.Thread(target=make, args=(side,)) for side in range(2)]
    for side in sides:
        side.start()
    for side in sides:
        side.join()
    return made


def told(taker: Taker, sink: Sink) -> int:
    """How many firings everybody outside has heard of."""
    hooks = len({head["idempotency-key"] for head, _ in list(taker.calls)})
    return min(hooks, len({str(mail["Message-ID"]) for mail in list(sink.messages)}))


def listed(town: Town, path: str) -> list[dict[str, Any]]:
    """Some records."""
    answer = town.call("GET", path)
    assert answer.status == http.client.OK, answer
    return list(answer.body["items"])
