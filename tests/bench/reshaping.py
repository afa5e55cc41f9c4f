"""A field added to a busy entity while it is served: how long publishing takes, and until the field can be used."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kalip.access import SYSTEM
from kalip.app import open_site
from kalip.designer import Publication, propose, publish, stored_packs
from kalip.metadata import edit
from tests.bench.comparing import Pair
from tests.bench.figures import Figure
from tests.bench.serving import Call, Refused, Server

_FIELD = "added_later"
_PATIENCE = 20.0
_USUAL_ENTITIES = 100


def adding_a_field(pair: Pair) -> Iterator[Figure]:
    """Seconds of a publish, and from its end until a record takes the new field. Refused when another call fails."""
    site = open_site(pair.site.folder)
    headers = (("Authorization", f"Bearer {pair.site.token}"),)
    usable = Call("PATCH", f"/api/records/deal/{pair.site.ids[0]}", f'{{"{_FIELD}": 7}}'.encode(), headers)
    try:
        with site.services.database.read() as session:
            packs = stored_packs(session, site.site.blobs)
        field = {"type": "integer", "label": "Added later"}
        changed = edit(packs, site.site.extensions.types, "entities/deal/entity", f"/fields/{_FIELD}", field)
        proposal = propose(site.site, [changed])
        with _busy(pair.kalip, Call("GET", f"/api/records/deal/{pair.site.ids[1]}", headers=headers)):
            began = time.monotonic()
            publish(site.site, proposal, Publication(SYSTEM, "Measure"))
            published = time.monotonic()
            _await(pair.kalip, usable, published)
            used = time.monotonic()
    finally:
        site.services.database.dispose()
    yield Figure("publish a field", pair.where, published - began, "s")
    # Every process compiles the whole model anew: the bound is meant for sites of usual size.
    wanted = 1.0 if pair.site.entities <= _USUAL_ENTITIES else None
    yield Figure("field usable after", pair.where, used - published, "s", wanted=wanted, at_most=True)


def _await(server: Server, call: Call, since: float) -> None:
    while True:
        try:
            server.send(call)
        except Refused:
            if time.monotonic() - since > _PATIENCE:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def _busy(server: Server, call: Call) -> Iterator[None]:
    """Somebody reads all the while, and is refused nothing."""
    ended = threading.Event()
    refused: list[Refused] = []

    def read() -> None:
        while not ended.is_set():
            try:
                server.send(call)
            except Refused as error:
                refused.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        ended.set()
        reader.join()
    if refused:
        raise refused[0]
