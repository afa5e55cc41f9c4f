"""The statements of a served model, each compiled once: they live and go with the model."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, TypeVar, cast

from kalip.runtime import Served

T = TypeVar("T")
_MOST: Final = 5000
"""Filters that people type are without number: the longest unused go."""


class Statements:
    """Compiled statements by what they were made from."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The statement of a key, made when it is asked for the first time."""
        found = self._made.get(key)
        if found is None:
            found = make()
            with self._lock:
                self._made[key] = found
                if len(self._made) > _MOST:
                    self._made.popitem(last=False)
        return cast("T", found)


def statements_for(_served: Served) -> Statements:
    """Make the empty store; call it through `served.project(statements_for)`."""
    return Statements()
