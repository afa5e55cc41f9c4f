"""How long failed sign-ins shut the door. Knows counts and moments only, not where they are kept."""

from datetime import datetime, timedelta

# A few slips of the finger are free; then the wait doubles up to a quarter of an hour.
FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
# Failures older than this are forgotten.
MEMORY = timedelta(hours=24)


def locked_until(failures: int, last: datetime) -> datetime | None:
    """The moment until which sign-ins are refused after so many failures, or None when they aren't."""
    excess = failures - FREE_FAILURES
    if excess < 0:
        return None
    doublings = min(excess, 16)
    wait: timedelta = FIRST_WAIT * (1 << doublings)
    return last + min(wait, LONGEST_WAIT)


def counts(last: datetime, now: datetime) -> bool:
    """Whether failures up to `last` still count now."""
    return now - last < MEMORY
