"""Passwords: hashes, the least they must be, and equal time for nobody."""

import time

import pytest

from kalip.access import hash_password, needs_rehash, password_faults, verify_password
from kalip.access.passwords import NOBODY


def test_it_works() -> None:
    stored = hash_password("correct horse 7")
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "correct horse 7")
    assert not verify_password(stored, "correct horse 8")
    assert not verify_password("no hash", "x")
    assert not needs_rehash(stored)
    assert needs_rehash("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A")


def test_nobody_has_a_hash_of_todays_settings() -> None:
    assert not needs_rehash(NOBODY)
    assert not verify_password(None, "nobody signs in with this")


def test_nobody_takes_as_long_as_somebody() -> None:
    stored = hash_password("correct horse 7")

    def seconds(known: str | None) -> float:
        began = time.perf_counter()
        for _ in range(3):
            assert not verify_password(known, "wrong")
        return time.perf_counter() - began

    assert 0.3 < seconds(None) / seconds(stored) < 3


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("", {"too_short"}),
        ("short1", {"too_short"}),
        ("aaaaaaaaaaaa", {"too_simple"}),
        ("ababababab12", {"too_simple"}),
        ("my name is aylin", {"too_personal"}),
        ("x-aylin.er-y9", {"too_personal"}),
        ("x" * 300, {"too_long", "too_simple"}),
        ("correct horse 7", set()),
        ("şifrem çok güzel", set()),
    ],
)
def test_what_a_password_must_be(password: str, codes: set[str]) -> None:
    faults = password_faults(password, "Aylin Er", "aylin.er@example.com")
    assert {fault.code for fault in faults} == codes
    assert all(fault.message for fault in faults)
