"""How often an address may do something, over several processes and while their store is away."""

import pytest
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from kalip.web.limiting import MEMORY, Limiter, store_of

LIMITS = (RateLimitItemPerMinute(2), RateLimitItemPerHour(3))


def test_it_works() -> None:
    limiter = Limiter()
    assert [limiter.hit(LIMITS, "form", "10.0.0.1") for _ in range(3)] == [True, True, False]
    assert limiter.hit(LIMITS, "form", "10.0.0.2")


@pytest.mark.redis
def test_processes_count_together(redis_url: str) -> None:
    first, second = Limiter(store_of(redis_url)), Limiter(store_of(redis_url))
    assert [each.hit(LIMITS, "form", "10.0.0.1") for each in (first, second, first, second)] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_nobody_is_locked_out_while_redis_is_away() -> None:
    limiter = Limiter("redis://127.0.0.1:1/0")
    assert [limiter.hit(LIMITS, "form", "10.0.0.1") for _ in range(3)] == [True, True, False]


def test_a_site_without_redis_counts_in_memory() -> None:
    assert (store_of(""), store_of("unix:///run/redis.sock")) == (MEMORY, "redis+unix:///run/redis.sock")
