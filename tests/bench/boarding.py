"""What a person waits for at a board of many records: its first paint on the server, and a card that is moved."""

import time
from collections.abc import Iterable, Iterator
from statistics import median
from urllib.parse import urlencode

import orjson

from tests.bench.comparing import Pair
from tests.bench.figures import Figure
from tests.bench.operations import page_of
from tests.bench.serving import Call, Refused

_PAINT, _MOVE = 500.0, 100.0  # ms: what people are promised
_PAINTS = 7
_MOVES = 30


def boarding(pair: Pair) -> Iterator[Figure]:
    """The board with all its columns, and moves of single cards by REST, of somebody who owns most of the records."""
    board = Call("GET", "/deal/board", headers=page_of(pair.site).headers)
    pair.kalip.send(board)  # what is made once
    yield Figure("board", pair.where, _middle(pair, [board] * _PAINTS), "ms", wanted=_PAINT, at_most=True)
    moves = [_call(pair, "POST", f"/{each}/transitions/offer") for each in _new_ones(pair)]
    yield Figure("transition", pair.where, _middle(pair, moves), "ms", wanted=_MOVE, at_most=True)


def _middle(pair: Pair, calls: Iterable[Call]) -> float:
    times = []
    for call in calls:
        began = time.monotonic()
        pair.kalip.send(call)
        times.append((time.monotonic() - began) * 1000)
    return median(times)


def _new_ones(pair: Pair) -> list[str]:
    query = urlencode({"filter": 'stage == "new"', "fields": "id", "limit": str(_MOVES)})
    found = [row["id"] for row in orjson.loads(pair.kalip.send(_call(pair, "GET", f"?{query}")))["items"]]
    if len(found) < _MOVES:
        message = f"there are only {len(found)} deals to move"
        raise Refused(message)
    return found


def _call(pair: Pair, method: str, path: str) -> Call:
    token = (("Authorization", f"Bearer {pair.site.token}"),)
    return Call(method, f"/api/records/deal{path}", b"{}" if method == "POST" else b"", token)
