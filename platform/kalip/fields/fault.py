"""The one way a field type refuses a value: stable code, English template, place inside the value."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kalip.base.errors import Violation, fill

_NOTHING: Mapping[str, object] = MappingProxyType({})


class FieldFault(Exception):
    """A refused value. `suffix` is the JSON pointer inside the value (`/currency`), empty for all of it.

    `template` is English with `{places}` filled from `params`; translate it first, then fill it.
    """

    def __init__(self, code: str, template: str, params: Mapping[str, object] = _NOTHING, suffix: str = "") -> None:
        self.code = code
        self.template = template
        self.params = dict(params)
        self.suffix = suffix
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The English message."""
        return fill(self.template, self.params)

    def under(self, suffix: str) -> "FieldFault":
        """The same fault one level deeper inside a value."""
        return FieldFault(self.code, self.template, self.params, suffix + self.suffix)

    def violation(self, pointer: str) -> Violation:
        """The fault as a violation of the field that `pointer` names."""
        return Violation(pointer + self.suffix, self.code, self.template, self.params)


def wrong_type(expected: str, raw: Any) -> FieldFault:
    """The fault of a raw value that is not of the JSON type wanted."""
    return FieldFault(
        "wrong_type", "Expected {expected}, got {actual}.", {"expected": expected, "actual": json_kind(raw)}
    )


def json_kind(raw: Any) -> str:
    """Name the JSON type of a raw value in words."""
    match raw:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case dict():
            return "an object"
        case list() | tuple():
            return "a list"
    return type(raw).__name__
