"""Reads bodies of calls: each value of its kind, every fault told at once."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from kalip.base.errors import RecordRejected, Violation
from kalip.fields.fault import wrong_type
from kalip.web.api.bodies import read_object, unknown_names

MOST_NAMES = 5_000


class Body:
    """The JSON object of the present request over what is there already; names it doesn't know are faults."""

    def __init__(self, *known: str, present: Mapping[str, Any] | None = None, optional: bool = False) -> None:
        self.sent = read_object(optional=optional)
        self._present = present or {}
        self.faults = unknown_names(self.sent, known)

    def value(self, name: str) -> Any:
        """A value as it was sent, else as it is there."""
        return self.sent[name] if name in self.sent else self._present.get(name)

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        return self._of(name, str, "text") or default

    def maybe(self, name: str) -> str | None:
        """A text or null."""
        found: str | None = self._of(name, str, "text")
        return found

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        found = self._of(name, bool, "true or false")
        return default if found is None else found

    def names(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        found = self._of(name, (list, tuple), "a list of texts") or ()
        if len(found) > MOST_NAMES or not all(isinstance(each, str) for each in found):
            self.faults.append(wrong_type("a list of texts", found).violation(f"/{name}"))
            return ()
        return tuple(found)

    def day(self, name: str) -> date | None:
        """A day or null."""
        text = self.maybe(name)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            self.faults.append(Violation(f"/{name}", "not_a_date", "Expected a day such as 2026-01-31."))
            return None

    def mapping(self, name: str) -> dict[str, Any]:
        """An object; an empty one for null."""
        found: dict[str, Any] = self._of(name, dict, "an object") or {}
        return found

    def maybe_moment(self, name: str) -> datetime | None:
        """A moment with its time zone, or null."""
        text = self.maybe(name)
        return None if text is None else self._moment(name, text)

    def moment(self, name: str) -> datetime:
        """The same, but not null; the beginning of all time where it is faulty."""
        return self._moment(name, self.text(name)) or datetime.min.replace(tzinfo=UTC)

    def check(self) -> None:
        """Raise RecordRejected with the faults found so far."""
        if self.faults:
            raise RecordRejected(self.faults)

    def _moment(self, name: str, text: str) -> datetime | None:
        code, message = "not_a_moment", "Expected a moment such as 2026-01-31T08:30:00Z."
        try:
            found = datetime.fromisoformat(text)
            if found.tzinfo is not None:
                return found.astimezone(UTC)
            code, message = "no_time_zone", "The moment must name its time zone, such as 2026-01-31T08:30:00Z."
        except (ValueError, OverflowError):
            pass
        self.faults.append(Violation(f"/{name}", code, message))
        return None

    def _of(self, name: str, kind: type | tuple[type, ...], expected: str) -> Any:
        value = self.value(name)
        if value is None or isinstance(value, kind):
            return value
        self.faults.append(wrong_type(expected, value).violation(f"/{name}"))
        return None
