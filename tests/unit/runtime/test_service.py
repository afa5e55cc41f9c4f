"""Which model is in service."""

import threading
import time

import pytest

from kalip.base.errors import CompileError, Diagnostic
from kalip.runtime import Runtime, Served
from tests.support.builders import a_served, an_entity

FIRST, SECOND = a_served(an_entity("first")), a_served(an_entity("second"))
MODELS = {served.model.revision: served for served in (FIRST, SECOND)}


class Site:
    """What is published, and how often it was looked at and loaded."""

    def __init__(self) -> None:
        self.published: str | None = FIRST.model.revision
        self.looks = 0
        self.loads: list[str | None] = []
        self.fault: Exception | None = None

    def probe(self) -> str | None:
        self.looks += 1
        return self.published

    def load(self, revision: str | None) -> Served:
        self.loads.append(revision)
        if self.fault is not None:
            raise self.fault
        return MODELS[str(revision)]


def test_it_works() -> None:
    site = Site()
    runtime = Runtime(site.load, site.probe)
    assert runtime.pin() is FIRST
    assert runtime.pin() is FIRST
    assert (site.looks, site.loads) == (1, [FIRST.model.revision])


def test_every_process_follows_within_a_second() -> None:
    site = Site()
    workers = [Runtime(site.load, site.probe) for _ in range(3)]
    assert [worker.pin() for worker in workers] == [FIRST] * 3
    site.published = SECOND.model.revision
    published = time.monotonic()
    while [worker.pin() for worker in workers] != [SECOND] * 3:
        assert time.monotonic() - published < 1.0
        time.sleep(0.02)


def test_a_request_that_pinned_sees_no_other_model() -> None:
    site = Site()
    runtime = Runtime(site.load, site.probe, interval=0)
    pinned = runtime.pin()
    runtime.swap(SECOND)
    assert pinned is FIRST
    site.published = SECOND.model.revision
    assert runtime.pin() is SECOND


@pytest.mark.parametrize(
    "fault", [CompileError("no", [Diagnostic("C101", "unknown entity 'x'")]), ZeroDivisionError("a plugin's fault")]
)
def test_a_failing_load_keeps_the_old_model_serving_and_says_why(fault: Exception) -> None:
    site = Site()
    runtime = Runtime(site.load, site.probe, interval=0)
    runtime.pin()
    site.published, site.fault = SECOND.model.revision, fault
    assert [runtime.pin() for _ in range(5)] == [FIRST] * 5
    assert site.loads == [FIRST.model.revision, SECOND.model.revision]  # not tried at each request
    assert runtime.fault is not None
    assert str(fault).split("\n")[0] in str(runtime.fault)
    site.fault = None
    assert runtime.refresh() is SECOND
    assert runtime.fault is None


def test_a_database_that_is_away_does_not_take_the_model_down() -> None:
    site = Site()

    def probe() -> str | None:
        if site.fault is not None:
            raise site.fault
        return site.probe()

    runtime = Runtime(site.load, probe, interval=0)
    runtime.pin()
    site.fault = ConnectionError("away")
    assert runtime.pin() is FIRST
    assert runtime.fault is not None
    site.fault = None
    assert runtime.pin() is FIRST
    assert runtime.fault is None


def test_what_follows_a_model_is_done_once_for_each() -> None:
    site, settled = Site(), []
    runtime = Runtime(site.load, site.probe, interval=0.0, settle=lambda: settled.append(runtime.pin()))
    runtime.pin()
    runtime.pin()
    site.published = SECOND.model.revision
    runtime.pin()
    runtime.pin()
    assert settled == [FIRST, SECOND]


def test_without_any_model_the_fault_is_raised() -> None:
    site = Site()
    site.fault = CompileError("no", [])
    with pytest.raises(CompileError):
        Runtime(site.load, site.probe).pin()


def test_a_slow_load_keeps_no_other_thread_waiting() -> None:
    site = Site()
    started, go_on = threading.Event(), threading.Event()

    def load(revision: str | None) -> Served:
        if revision == SECOND.model.revision:
            started.set()
            assert go_on.wait(5)
        return site.load(revision)

    runtime = Runtime(load, site.probe, interval=0)
    runtime.pin()
    site.published = SECOND.model.revision
    loading = threading.Thread(target=runtime.pin)
    loading.start()
    assert started.wait(5)
    assert runtime.pin() is FIRST
    go_on.set()
    loading.join()
    assert runtime.pin() is SECOND


def test_many_threads_load_the_first_model_once() -> None:
    site = Site()
    runtime = Runtime(site.load, site.probe)
    threads = [threading.Thread(target=runtime.pin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert site.loads == [FIRST.model.revision]
