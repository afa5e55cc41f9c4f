"""How often an address may do something: counted in Redis where the site has one, else in each process for itself."""

import logging
from collections.abc import Sequence

from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

MEMORY = "memory://"
SETTING = "RATELIMIT_STORAGE_URI"
"""The key of Flask's configuration that names the store; left out, each process counts for itself."""
_PATIENCE = 1  # seconds
_log = logging.getLogger(__name__)


def store_of(redis_url: str) -> str:
    """The store for a site with this Redis, or without one."""
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url or MEMORY


class Limiter:
    """Counts within fixed windows. While its store is away each process counts for itself: nobody is locked out."""

    def __init__(self, uri: str = MEMORY) -> None:
        options = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE} if uri != MEMORY else {}
        self._shared = FixedWindowRateLimiter(storage_from_string(uri, wrap_exceptions=True, **options))
        self._own = FixedWindowRateLimiter(storage_from_string(MEMORY))

    def hit(self, limits: Sequence[RateLimitItem], *names: str) -> bool:
        """Count once; False when it is once too many for one of the limits."""
        try:
            return all(self._shared.hit(limit, *names) for limit in limits)
        except StorageError as error:
            _log.warning("the store of rate limits is away: %s", error.storage_error)
            return all(self._own.hit(limit, *names) for limit in limits)
