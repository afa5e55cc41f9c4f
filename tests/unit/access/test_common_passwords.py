"""Passwords that are tried first are known, however they are decorated; others are not."""

import secrets

import pytest

from kalip.access.common_passwords import FILTER, filter_of, is_common, is_listed
from kalip.access.passwords import password_faults
from tests.support.common_passwords import common_words


@pytest.mark.parametrize(
    "password",
    [
        "password123!",
        "P@ssw0rd2024",
        "drowssap1234",
        "iloveyou1234",
        "Galatasaray1905",
        "ŞİFREMİZ.2026",
        "istanbul34!!",
        "пароль12345",
        "Ghbdtn12345",  # привет on a Latin keyboard
        "kalipkalip",
        "1234512345",
    ],
)
def test_words_that_are_tried_first(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password", ["qwertyuiop", "1q2w3e4r5t", "qwertyasdfgh", "abcdefghij", "0987654321", "йцукенгшщз", "asdfghjklş"]
)
def test_walks_over_keys(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "purple monkey dishwasher",
        "sarı çizmeli mehmet ağa",
        "show me kalip",
        "Tr0ub4dor&3xyz",
    ],
)
def test_what_nobody_tries_first(password: str) -> None:
    assert not is_common(password)
    assert password_faults(password) == ()


def test_the_fault_says_the_way_out() -> None:
    (fault,) = password_faults("Password1234")
    assert (fault.pointer, fault.code) == ("/password", "too_common")


def test_hardly_any_other_word_is_taken_for_one_in_the_list() -> None:
    assert sum(is_listed(secrets.token_hex(8)) for _ in range(10_000)) <= 3


def test_the_filter_is_what_the_list_makes() -> None:
    assert filter_of(common_words()) == FILTER.read_bytes()
