import threading
import time
import uuid

import pytest

from kalip.base.ids import is_id, new_id


def test_it_works() -> None:
    made = uuid.UUID(new_id())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_it_holds_the_time() -> None:
    milliseconds = uuid.UUID(new_id()).int >> 80
    assert abs(milliseconds / 1000 - time.time()) < 60


def test_later_ids_sort_later() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_threads_never_make_the_same_one() -> None:
    made: list[str] = []

    def make() -> None:
        made.extend([new_id() for _ in range(2_000)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


@pytest.mark.parametrize(
    "wrong", ["", "x", new_id().upper().replace("0", "A"), new_id() + "0", new_id() + "\n", new_id().replace("-", "")]
)
def test_the_shape_of_an_id(wrong: str) -> None:
    assert is_id(new_id())
    assert not is_id(wrong)
