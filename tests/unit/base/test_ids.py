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
    "wrong",
    [
        "",
        "x",
        "019A0F3C-7B1E-7C3A-9D52-3F60A1B2C3D4",
        "019a0f3c-7b1e-7c3a-9d52-3f60a1b2c3d40",
        "019a0f3c-7b1e-7c3a-9d52-3f60a1b2c3d4\n",
        "019a0f3c7b1e7c3a9d523f60a1b2c3d4",
    ],
)
def test_the_shape_of_an_id(wrong: str) -> None:
    assert is_id(new_id())
    assert not is_id(wrong)
