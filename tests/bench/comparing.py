"""Rates of floor and Kalip on several sites, interleaved: what the machine does meanwhile meets all of them alike."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.bench.figures import Figure
from tests.bench.operations import Operation, agree, page_of, reading_of
from tests.bench.serving import Call, Server, serving
from tests.bench.sites import MadeSite, make_crm_site

ROUNDS = 5
_PAGES_AT_ONCE = 20
_WARMING = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """A site, served by the floor and by Kalip."""

    site: MadeSite
    floor: Server
    kalip: Server
    database: str

    @property
    def where(self) -> str:
        """Database and size, for a table."""
        return f"{self.database}, {self.site.rows:,} rows, {self.site.entities} entities"


@contextmanager
def serving_pairs(sites: Sequence[MadeSite], database: str, logs: Path) -> Iterator[list[Pair]]:
    """Serve every site twice."""
    with ExitStack() as stack:
        pairs = []
        for place, site in enumerate(sites):
            first = reading_of(site)
            floor = f"tests.bench.floor:make_floor({site.url!r})"
            kalip = {"KALIP_SITE": str(site.folder)}
            pairs.append(
                Pair(
                    site,
                    stack.enter_context(serving(floor, first, logs / f"floor{place}.log", {})),
                    stack.enter_context(serving("wsgi:app", first, logs / f"kalip{place}.log", kalip)),
                    database,
                )
            )
        yield pairs


def compare(pairs: Sequence[Pair], operation: Operation, seconds: float) -> list[Figure]:
    """The operation's rates on every pair, and how far size changes Kalip's."""
    for pair in pairs:
        agree(operation, pair.site, pair.floor, pair.kalip)
    streams = [(operation.calls(pair.site), operation.calls(pair.site)) for pair in pairs]
    for pair, (for_floor, for_kalip) in zip(pairs, streams, strict=True):
        for _ in range(_WARMING):
            pair.floor.send(next(for_floor))
            pair.kalip.send(next(for_kalip))
    rounds: list[list[tuple[float, float]]] = [[] for _ in pairs]
    for turn in range(ROUNDS):
        for pair, (for_floor, for_kalip), rates in zip(pairs, streams, rounds, strict=True):
            if turn % 2:
                kalip, floor = rate(pair.kalip, for_kalip, seconds), rate(pair.floor, for_floor, seconds)
            else:
                floor, kalip = rate(pair.floor, for_floor, seconds), rate(pair.kalip, for_kalip, seconds)
            rates.append((floor, kalip))
    figures = [_against_floor(operation, pair, rates) for pair, rates in zip(pairs, rounds, strict=True)]
    for pair, rates in zip(pairs[1:], rounds[1:], strict=True):
        if pair.site.entities != pairs[0].site.entities:
            figures.append(_against_small(operation, pair, rates, rounds[0]))
    return figures


def rate(server: Server, calls: Iterator[Call], seconds: float) -> float:
    """Answers a second, one call after the other."""
    count = 0
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        server.send(next(calls))
        count += 1
    return count / passed


def pages(pairs: Sequence[Pair]) -> list[Figure]:
    """The 95th percentile of the list page's times; the largest site against the smallest."""
    times: list[list[float]] = [[] for _ in pairs]
    for _ in range(ROUNDS):
        for pair, measured in zip(pairs, times, strict=True):
            measured.extend(_timed(pair.kalip, page_of(pair.site), _PAGES_AT_ONCE))
    tails = [quantiles(measured, n=20)[-1] * 1000 for measured in times]
    figures = [Figure("list page p95", pair.where, tail, "ms") for pair, tail in zip(pairs, tails, strict=True)]
    for pair, tail in zip(pairs[1:], tails[1:], strict=True):
        if pair.site.rows != pairs[0].site.rows:
            where = f"{pair.where} beside {pairs[0].site.rows:,} rows"
            figures.append(Figure("list page p95", where, tail, "ms", tails[0], tail / tails[0], 1.5, at_most=True))
    return figures


def starts(pairs: Iterable[Pair]) -> list[Figure]:
    """Seconds from the start of the process to its first answer, and the worker's memory, both after the rest ran."""
    figures = []
    for pair in pairs:
        floor, kalip = pair.floor, pair.kalip
        figures.append(Figure("start-up", pair.where, kalip.started, "s", floor.started, kalip.started / floor.started))
        figures.append(
            Figure("memory", pair.where, kalip.memory(), "MB", floor.memory(), kalip.memory() / floor.memory())
        )
    return figures


def crm_start(folder: Path) -> Figure:
    """Seconds from the start of a process that serves the CRM to its first answer."""
    site, first = folder / "crm", Call("GET", "/health")
    make_crm_site(site)
    seconds = []
    for turn in range(ROUNDS):
        with serving("wsgi:app", first, folder / f"start{turn}.log", {"KALIP_SITE": str(site)}) as server:
            seconds.append(server.started)
    return Figure("start-up", "the crm site, sqlite", median(seconds), "s", wanted=2.0, at_most=True)


def _timed(server: Server, call: Call, count: int) -> list[float]:
    server.send(call)
    times = []
    for _ in range(count):
        began = time.monotonic()
        server.send(call)
        times.append(time.monotonic() - began)
    return times


def _against_floor(operation: Operation, pair: Pair, rates: Sequence[tuple[float, float]]) -> Figure:
    floor, kalip = (median(each) for each in zip(*rates, strict=True))
    ratio = median(ours / theirs for theirs, ours in rates)
    return Figure(operation.name, pair.where, kalip, "/s", floor, ratio, operation.wanted)


def _against_small(
    operation: Operation, pair: Pair, rates: Sequence[tuple[float, float]], small: Sequence[tuple[float, float]]
) -> Figure:
    """Kalip with many entities beside Kalip with few, both of the same round."""
    many, few = [each for _, each in rates], [each for _, each in small]
    ratio = median(ours / theirs for ours, theirs in zip(many, few, strict=True))
    where = f"{pair.where} beside few entities"
    return Figure(operation.name, where, median(many), "/s", median(few), ratio, 0.9)
