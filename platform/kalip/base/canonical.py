"""Canonical JSON: same value, same bytes, same hash. Key order is kept, since it means something."""

import hashlib
import json
from typing import Any


def canonical_text(value: Any) -> str:
    """Compact JSON text: keys in their given order, no spaces, non-ASCII as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def pretty_text(value: Any) -> str:
    """JSON for people: 2 spaces, final newline."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def content_hash(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
