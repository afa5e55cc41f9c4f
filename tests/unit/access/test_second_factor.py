"""Codes of apps as RFC 6238 has them, and recovery codes."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from kalip.access.second_factor import (
    app_address,
    app_code,
    matching_step,
    new_app_secret,
    new_recovery_codes,
    recovery_code,
    step_of,
)

# "12345678901234567890" in base32: the secret of the RFC's appendix B, whose codes have two digits more.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert app_code(SECRET, step_of(moment)) == code
    assert matching_step(SECRET, f" {code[:3]} {code[3:]}", moment) == seconds // 30


def test_clocks_may_differ_by_one_step_and_no_code_counts_twice() -> None:
    now = step_of(NOW)
    for step in (now - 1, now, now + 1):
        assert matching_step(SECRET, app_code(SECRET, step), NOW) == step
    for step in (now - 2, now + 2):
        assert matching_step(SECRET, app_code(SECRET, step), NOW) is None
    assert matching_step(SECRET, app_code(SECRET, now), NOW, used=now) is None
    assert matching_step(SECRET, app_code(SECRET, now - 1), NOW, used=now) is None
    assert matching_step(SECRET, app_code(SECRET, now + 1), NOW + timedelta(seconds=30), used=now) == now + 1


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567", "\u0661\u0662\u0663\u0664\u0665\u0666"])
def test_what_is_no_code(code: str) -> None:
    assert matching_step(new_app_secret(), code, NOW) is None


def test_an_app_reads_who_and_where() -> None:
    parts = urlsplit(app_address(SECRET, "Kalıp: test", "ece@example.com"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["Kalıp: test"]}


def test_recovery_codes() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == len(codes) == 10
    plain = codes[0].replace("-", "")
    assert recovery_code(f" {codes[0].upper()} ") == recovery_code(plain) == plain
    assert recovery_code("123456") == recovery_code("é" * 16) == ""
