"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class StandingClock:
    """Callable like `kalip.base.clock.system_clock`; starts on a Monday at 09:00 UTC."""

    def __init__(self, moment: datetime = MONDAY_MORNING) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **units: float) -> datetime:
        """Move by `timedelta` units (`days=1`, `minutes=-5`) and return the new moment."""
        self.moment += timedelta(**units)
        return self.moment
