"""Rules: how many one worker fires in a second, and what idle ones cost the saves of their entity."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure
from tests.support.ruling import Ruling, a_ruling

FIRINGS = 300
SAVES = 400
IDLE = 20
ROUNDS = 5
COSTS_AT_MOST = 0.95
"""Which share of the rate without rules saves must keep with twenty idle ones."""


def ruling(database: str, address: str, folder: Path) -> Iterator[Figure]:
    """Measure on an empty database at an address; the second one is made beside it."""
    with a_ruling(address, _firing()) as site:
        yield Figure("rule firings", f"{database}, 1 worker", _rate_of_firings(site), "/s")
    urls = [f"sqlite:///{folder / f'rules{number}.sqlite3'}" for number in range(2)]
    with a_ruling(urls[0], {}) as plain, a_ruling(urls[1], _idle()) as ruled:
        without, beside = 0.0, 0.0
        for _ in range(ROUNDS):
            # In turns, and each one's best: other work on the machine slows both.
            without, beside = max(without, _rate_of_saves(plain)), max(beside, _rate_of_saves(ruled))
    yield Figure(f"save with {IDLE} idle rules", "sqlite", beside, "/s", without, beside / without, COSTS_AT_MOST)


def _firing() -> Mapping[str, Any]:
    return {"rules": {"made": {"when": {"created": {}}, "then": {"mark": {"set": {"note": "'seen by ' + name"}}}}}}


def _idle() -> Mapping[str, Any]:
    rule = {"when": {"changed": {"reason": {}}}, "if": "amount > 5", "then": {"mark": {"set": {"note": "'seen'"}}}}
    return {"rules": {f"idle{number}": rule for number in range(IDLE)}}


def _rate_of_firings(site: Ruling) -> float:
    for _ in range(FIRINGS):
        site.make()
    began = time.perf_counter()
    site.work()
    passed = time.perf_counter() - began
    done = site.states("made")
    if done.count("done") != FIRINGS:
        raise AssertionError(f"{done.count('done')} of {FIRINGS} rules fired")
    return FIRINGS / passed


def _rate_of_saves(site: Ruling) -> float:
    deal = site.make()
    began = time.perf_counter()
    for number in range(SAVES):
        site.change(deal, note=f"Change {number} at {time.monotonic_ns()}")
    return SAVES / (time.perf_counter() - began)
