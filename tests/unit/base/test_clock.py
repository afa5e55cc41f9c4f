from datetime import UTC, timedelta

from kalip.base.clock import system_clock


def test_moments_are_aware_and_in_utc() -> None:
    assert system_clock().tzinfo is UTC


def test_it_goes_on() -> None:
    first = system_clock()
    assert timedelta() <= system_clock() - first < timedelta(minutes=1)
