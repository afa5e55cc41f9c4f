"""What a form says of a token's scope and time."""

from typing import Final

from werkzeug.datastructures import MultiDict

from kalip.base.errors import RecordRejected, Violation
from kalip.records.accounts import TokenScope
from kalip.web.inputs import whole_number

_MOST_DAYS: Final = 99_999


def scope_of(form: MultiDict[str, str]) -> tuple[TokenScope, int | None]:
    """A scope, and for how many days. RecordRejected when the days are no number; empty is until revoked."""
    entities = tuple(dict.fromkeys(filter(None, form.getlist("entity"))))
    scope = TokenScope(form.get("role") or None, entities or None, form.get("read_only") == "1")
    days = form.get("days", "").strip()
    if not days:
        return scope, None
    number = whole_number(days, _MOST_DAYS)
    if number is None:
        raise RecordRejected([Violation("/days", "not_a_number", "How many days? Write a whole number.")])
    return scope, number
