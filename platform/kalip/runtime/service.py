"""Which model is in service in this process, and how it follows what was published elsewhere."""

import logging
import threading
import time
from collections.abc import Callable

from kalip.base.errors import KalipError
from kalip.runtime.served import Served

INTERVAL = 0.5  # seconds between two looks at the published revision: every process follows within one second
RETRY = 10.0  # seconds until a revision that could not be loaded is tried again

Load = Callable[[str | None], Served]
Probe = Callable[[], str | None]

_log = logging.getLogger(__name__)


class Runtime:
    """Holds the served model. Readers take it without a lock; one thread at a time loads another.

    `load` compiles the model of a published revision (None: the empty system), `probe` asks
    which revision is published. When loading fails the present model keeps serving, and `fault` says why.
    `settle` is called when another model has come into service.
    """

    def __init__(
        self, load: Load, probe: Probe, *, interval: float = INTERVAL, settle: Callable[[], None] = lambda: None
    ) -> None:
        self._load = load
        self._probe = probe
        self._interval = interval
        self._settle = settle
        self._lock = threading.Lock()
        self._served: Served | None = None
        self._looked = 0.0
        self._failure: tuple[str | None, float] = (None, 0.0)
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
            self._failure = (None, 0.0)
            return self._replace(self._probe()) if served is None else self._follow(served)

    def swap(self, served: Served) -> None:
        """Put a model in service that the caller has compiled and published."""
        with self._lock:
            self._put(served)

    def _follow(self, served: Served) -> Served:
        revision = None
        self._looked = time.monotonic()
        try:
            revision = self._probe()
            if revision in (None, served.model.revision):
                self.fault = None
                return served
            return served if self._failed_lately(revision) else self._replace(revision)
        except Exception as error:  # noqa: BLE001 - whatever it is, the present model must keep serving
            self._failure = (revision, time.monotonic())
            self.fault = error if isinstance(error, KalipError) else _wrapped(error)
            _log.exception("revision %s can't be served; %s keeps serving", revision, served.model.revision)
            return served

    def _failed_lately(self, revision: str | None) -> bool:
        """Whether loading this revision failed so lately that trying again would only cost time."""
        failed, when = self._failure
        return revision == failed and time.monotonic() - when < RETRY

    def _replace(self, revision: str | None) -> Served:
        return self._put(self._load(revision))

    def _put(self, served: Served) -> Served:
        self._served = served
        self._looked = time.monotonic()
        self.fault = None
        self._settle()
        return served


def _wrapped(error: Exception) -> KalipError:
    return KalipError("{kind}: {error}", params={"kind": type(error).__name__, "error": str(error)})
