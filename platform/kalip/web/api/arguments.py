"""Query parameters: only those that a call knows, each once, each of its kind. Knows no records."""

from collections.abc import Collection
from typing import TypeVar

from flask import request

from kalip.base.errors import BadRequest
from kalip.base.names import did_you_mean

LONGEST = 8_000  # characters of one parameter
_FLAGS = {"true": True, "false": False}
T = TypeVar("T", bound=str)


class Arguments:
    """The query parameters of the present request. BadRequest for one that is unknown, repeated or has a NUL."""

    def __init__(self, *known: str) -> None:
        self._given: dict[str, str] = {}
        if request.query_string:
            for name, values in request.args.lists():
                self._given[name] = _checked(name, values, known)

    def text(self, name: str) -> str | None:
        """A parameter as it is written; None when it isn't given."""
        return self._given.get(name)

    def flag(self, name: str) -> bool:
        """`true` or `false`; false when it isn't given."""
        text = self._given.get(name)
        if text is None:
            return False
        if text not in _FLAGS:
            raise _refused(name, "The parameter '{parameter}' is true or false.")
        return _FLAGS[text]

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        text = self._given.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
            raise _refused(
                name, "The parameter '{parameter}' is a number from {least} to {most}.", least=least, most=most
            )
        return int(text)

    def names(self, name: str) -> tuple[str, ...] | None:
        """Texts separated by commas, each once; None when the parameter isn't given."""
        text = self._given.get(name)
        if text is None:
            return None
        parts = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
        if not all(parts):
            raise _refused(name, "The parameter '{parameter}' has an empty name between commas.")
        return parts

    def word(self, name: str, known: Collection[T], default: T) -> T:
        """One of some words."""
        text = self._given.get(name)
        if text is None:
            return default
        found = next((each for each in known if each == text), None)
        if found is None:
            raise _refused(name, "The parameter '{parameter}' is one of {known}.", known=", ".join(known))
        return found


def _checked(name: str, values: list[str], known: tuple[str, ...]) -> str:
    if name not in known:
        hint = did_you_mean(name, known) or (f"known here: {', '.join(known)}" if known else "there are none here")
        raise _refused(name, "There is no parameter '{parameter}'.", hint)
    if len(values) > 1:
        raise _refused(name, "The parameter '{parameter}' is given twice.")
    if "\0" in values[0] or len(values[0]) > LONGEST:
        raise _refused(name, "The parameter '{parameter}' is too long or holds a NUL character.")
    return values[0]


def _refused(name: str, template: str, hint: str = "", **params: object) -> BadRequest:
    return BadRequest(template, hint=hint, params={"parameter": name[:100], **params})
