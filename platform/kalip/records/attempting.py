"""One of many changes in a transaction: it is done or refused for itself, and harms no other."""

from collections.abc import Callable

from kalip.base.errors import KalipError
from kalip.records.commands import ItemResult, SavedRecord
from kalip.records.services import Overtaken, Work


def attempt(work: Work, index: int, record_id: str | None, act: Callable[[], SavedRecord]) -> ItemResult:
    """Do one of many inside a savepoint: what refuses it is answered, and undone by itself."""
    events = len(work.events)
    try:
        with work.session.savepoint():
            saved = act()
    except Overtaken:
        raise
    except KalipError as error:
        del work.events[events:]
        return ItemResult(index, record_id, None, error)
    return ItemResult(index, saved.id, saved)
