"""Identifiers: UUIDv7 (RFC 9562), as lower-case text of 36 characters."""

import os
import re
import threading
import time

_PATTERN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Make a UUIDv7: ids made later by this process sort later (RFC 9562, 6.2 method 3).

    The libraries at hand count within a millisecond by moving its timestamp forward, which
    runs ahead of the clock during an import; here the fraction of the millisecond counts.
    """
    global _last  # the sequence is process-wide by nature
    with _lock:
        # 60 bits of time: milliseconds and, in rand_a, their fraction in 1/4096.
        ticks = time.time_ns() * 4096 // 1_000_000
        _last = ticks = max(ticks, _last + 1)
    milliseconds, fraction = divmod(ticks, 4096)
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = (milliseconds << 80) | (7 << 76) | (fraction << 64) | (2 << 62) | tail
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: str) -> bool:
    """Whether the text has the shape of an id."""
    return _PATTERN.fullmatch(text) is not None
