"""The calls that are measured, and the proof that floor and Kalip answer them alike."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from tests.bench.serving import Call, Refused, Server
from tests.bench.sites import THINGS, MadeSite

_OWN = ("id", "created_at", "updated_at", "stage_since")
_LIST = urlencode({"filter": 'amount > 5000 && stage == "offer"', "sort": "-closes", "limit": "50"})
# Counted over all servers of a site: what is written already would be no change.
_CHANGES = itertools.count()
_NEW = {
    "name": "Pumps for the north",
    "city": "Oslo",
    "amount": "12500.50",
    "chance": 40,
    "closes": "2026-12-24",
    "urgent": True,
    "email": "buyer@example.org",
    "note": "Wants delivery before the season begins.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of call; `wanted` is the share of the floor's rate to reach. `ignored` keys differ between two answers."""

    name: str
    wanted: float | None
    calls: Callable[[MadeSite], Iterator[Call]]
    ignored: tuple[str, ...] = ()


def agree(operation: Operation, site: MadeSite, floor: Server, kalip: Server) -> None:
    """Check that both answer the operation's first call with the same; Refused when they don't."""
    call, between = next(operation.calls(site)), next(operation.calls(site))
    one = _comparable(floor.send(call), operation.ignored)
    floor.send(between)
    other = _comparable(kalip.send(call), operation.ignored)
    if one != other or not one:
        raise Refused(f"{operation.name}: the floor answers {one!r:.900}, Kalip {other!r:.900}")


def reading_of(site: MadeSite) -> Call:
    """The call by which a server shows that it is ready."""
    return next(_get(site))


def page_of(site: MadeSite) -> Call:
    """The list of deals as a person sees it."""
    return Call("GET", "/deal", headers=(("Cookie", f"kalip_session={site.login}"),))


def _get(site: MadeSite) -> Iterator[Call]:
    for record_id in itertools.cycle(site.ids):
        yield _call(site, "GET", f"/api/records/deal/{record_id}")


def _list(site: MadeSite) -> Iterator[Call]:
    return itertools.repeat(_call(site, "GET", f"/api/records/deal?{_LIST}"))


def _search(site: MadeSite) -> Iterator[Call]:
    for number in itertools.cycle(range(101, 1000, 9)):
        words = urlencode({"q": f"{THINGS[number % len(THINGS)]} {number}", "entities": "deal"})
        yield _call(site, "GET", f"/api/search?{words}")


def _create(site: MadeSite) -> Iterator[Call]:
    for number in itertools.count(site.rows):
        yield _call(site, "POST", "/api/records/deal", {**_NEW, "name": f"Pumps for {number}", "company": site.company})


def _update(site: MadeSite) -> Iterator[Call]:
    for record_id in itertools.cycle(site.ids):
        number = next(_CHANGES)
        body = {"chance": number % 101, "note": f"Change {number} was a real one."}
        yield _call(site, "PATCH", f"/api/records/deal/{record_id}", body)


def _call(site: MadeSite, method: str, path: str, body: Mapping[str, object] | None = None) -> Call:
    return Call(method, path, b"" if body is None else orjson.dumps(body), (("Authorization", f"Bearer {site.token}"),))


def _comparable(body: bytes, ignored: tuple[str, ...]) -> Any:
    """What an answer says, without what no two answers share; of a list its items."""
    answer = orjson.loads(body)
    if "items" in answer:
        return [{key: value for key, value in item.items() if key != "snippet"} for item in answer["items"]]
    return {key: value for key, value in answer.items() if key not in ignored}


OPERATIONS = (
    Operation("get", 0.5, _get),
    Operation("list", 0.6, _list),
    Operation("create", 0.5, _create, _OWN),
    Operation("update", 0.5, _update, ("version", "updated_at")),
    Operation("search", None, _search),
)
