"""Rows as storage takes them: system fields filled in."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from kalip.base.ids import new_id

START = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
_ticks = count()


def a_row(**values: Any) -> dict[str, Any]:
    """Values of a new record: each a second younger than the one before."""
    moment = START + timedelta(seconds=next(_ticks))
    return {"id": new_id(), "created_at": moment, "updated_at": moment, **values}
