"""Which model is in service in this process, and how it follows what was published elsewhere."""

import logging
import threading
import time
from collections.abc import Callable

from kalip.base.errors import KalipError
from kalip.runtime.served import Served

INTERVAL = 0.5  # seconds between two looks at the published revision: every process follows within one second

Load = Callable[[str | None], Served]
Probe = Callable[[], str | None]

_log = logging.getLogger(__name__)


class Runtime:
    """Holds the served model. Readers take it without a lock; one thread at a time loads another.

    `load` compiles the model of a published revision (None: the empty system), `probe` asks
    which revision is published. When loading fails the present model keeps serving, and `fault` says why.
    """

    def __init__(self, load: Load, probe: Probe, *, interval: float = INTERVAL) -> None:
        self._load = load
        self._probe = probe
        self._interval = interval
        self._lock = threading.Lock()
        self._served: Served | None = None
        self._looked = 0.0
        self.fault: KalipError | None = None

    def pin(self) -> Served:
        """The model for one request, at most `interval` seconds behind what is published.

        Raises what loading raises only while no model has ever been in service.
        """
        served = self._served
        if served is None:
            with self._lock:
                return self._served or self._replace(self._probe())
        if time.monotonic() - self._looked >= self._interval and self._lock.acquire(blocking=False):
            try:
                return self._follow(served)
            finally:
                self._lock.release()
        return served

    def refresh(self) -> Served:
        """Look at the published revision now and serve it. Keeps the present model when that fails."""
        with self._lock:
            served = self._served
            return self._replace(self._probe()) if served is None else self._follow(served)

    def swap(self, served: Served) -> None:
        """Put a model in service that the caller has compiled and published."""
        with self._lock:
            self._put(served)

    def _follow(self, served: Served) -> Served:
        revision = self._probe()
        self._looked = time.monotonic()
        if revision in (None, served.model.revision):
            return served
        try:
            return self._replace(revision)
        except KalipError as error:
            self.fault = error
            _log.exception("revision %s can't be served; %s keeps serving", revision, served.model.revision)
            return served

    def _replace(self, revision: str | None) -> Served:
        return self._put(self._load(revision))

    def _put(self, served: Served) -> Served:
        self._served = served
        self._looked = time.monotonic()
        self.fault = None
        return served
