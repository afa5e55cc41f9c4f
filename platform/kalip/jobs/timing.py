"""How long runners hold jobs, and how long failed ones wait."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kalip.runtime import Settings

_GROWTH: Final = 3
_LONGEST: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Timing:
    """`lease` is how long a runner holds a job without a sign of life; `poll` how often the idle look for work.

    `pause` is the first pause after a failure.
    """

    lease: timedelta = timedelta(seconds=60)
    poll: timedelta = timedelta(seconds=1)
    pause: timedelta = timedelta(seconds=5)

    @property
    def heartbeat(self) -> timedelta:
        """How often a lease is renewed: twice in vain, and it still holds."""
        return self.lease / 3

    def pause_after(self, attempt: int) -> timedelta:
        """How long a job waits after its run of a number failed: threefold each time, six hours at most, jittered."""
        # Many that failed together must not come back together.
        jitter = 0.75 + random.random() / 2  # noqa: S311 - no secret
        grown = int(_GROWTH ** min(attempt - 1, 20))
        return min(self.pause * grown, _LONGEST) * jitter


def timing_of(settings: Settings) -> Timing:
    """The timing that a site's settings ask for."""
    return Timing(
        lease=timedelta(seconds=settings.job_lease),
        pause=timedelta(seconds=settings.job_pause),
    )
