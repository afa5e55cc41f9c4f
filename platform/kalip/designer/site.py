"""What publishing stands on: the site's services, with files, and what its plugins bring."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from kalip.records import Services
from kalip.runtime import Extensions
from kalip.storage import Blobs

T = TypeVar("T")
_MOST: Final = 6


class Memory:
    """What was last made of stored states, as pages of a designer ask for the same one again and again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Any] = OrderedDict()

    def find(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made under a key, or `make()`. Two who ask at once may both make it."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return cast("T", self._known[key])
        made = make()
        with self._lock:
            self._known[key] = made
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return made


@dataclass(frozen=True, slots=True)
class Site:
    """A site whose metadata can be changed."""

    services: Services
    extensions: Extensions
    blobs: Blobs
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)
