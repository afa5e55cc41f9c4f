"""A model in service and its projections."""

import threading
import time

import pytest

from kalip.runtime import Served
from tests.support.builders import a_served, an_entity


def test_a_projection_is_made_once() -> None:
    served, made = a_served(an_entity()), []

    def names(of: Served) -> tuple[str, ...]:
        made.append(of)
        return tuple(of.model.entities)

    assert served.project(names) == served.project(names) == ("thing",)
    assert made == [served]


def test_threads_that_ask_meanwhile_wait_for_the_one_that_makes_it() -> None:
    served, made, found = a_served(an_entity()), [], []

    def slow(of: Served) -> object:
        made.append(of)
        time.sleep(0.05)
        return object()

    threads = [threading.Thread(target=lambda: found.append(served.project(slow))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(set(map(id, found))) == 1


def test_a_projection_may_use_another() -> None:
    served = a_served(an_entity())

    def inner(of: Served) -> int:
        return len(of.model.entities)

    def outer(of: Served) -> int:
        return of.project(inner) + 1

    assert served.project(outer) == 2


def test_a_projection_that_fails_is_made_again() -> None:
    served, tries = a_served(an_entity()), []

    def unsteady(of: Served) -> int:
        tries.append(of)
        if len(tries) == 1:
            raise OSError("once")
        return 5

    with pytest.raises(OSError, match="once"):
        served.project(unsteady)
    assert served.project(unsteady) == 5


def test_each_served_model_has_its_own_projections() -> None:
    first, second = a_served(an_entity("a")), a_served(an_entity("b"))

    def names(of: Served) -> tuple[str, ...]:
        return tuple(of.model.entities)

    assert (first.project(names), second.project(names)) == (("a",), ("b",))
