"""Writes conditions of other systems in Kalip's language, typed: a foreign `1` is `true` where a field is yes or no."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["boolean", "number", "text", "choice", "date", "datetime", "time", "record", "list", "other"]
Order = Literal["<", "<=", ">", ">="]

KINDS: Final[Mapping[str, Kind]] = {
    "boolean": "boolean",
    **dict.fromkeys(("integer", "decimal", "money", "percent", "rating"), "number"),
    **dict.fromkeys(("text", "long_text", "rich_text", "email", "phone", "url", "colour", "autonumber"), "text"),
    **dict.fromkeys(("tax_number", "person_name", "address"), "text"),
    "choice": "choice",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
    **dict.fromkeys(("reference", "any_reference", "user", "group", "file", "image"), "record"),
    **dict.fromkeys(("references", "children", "choices", "tags", "files"), "list"),
}
"""How a field of each type is compared; types that aren't named here can only be compared with null."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


class Untranslatable(Exception):
    """A condition can't be said in Kalip; the message says why."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A field in a condition. `values` are choices by what the other system calls them; `title` names its target."""

    path: str
    kind: Kind
    values: Mapping[str, str] | None = None
    title: "Operand | None" = None


def quoted(text: str) -> str:
    """A text as the language writes it."""
    plain = (
        text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f"'{plain}'"


def is_filled(field: Operand) -> str:
    """That there is a value: not nothing, not an empty list, not no."""
    if field.kind == "boolean":
        return f"{field.path} == true"
    if field.kind == "list":
        return f"size({field.path}) > 0"
    return f"{field.path} != null"


def is_empty(field: Operand) -> str:
    """That there is no value."""
    if field.kind == "boolean":
        return f"{field.path} != true"
    if field.kind == "list":
        return f"size({field.path}) == 0"
    return f"{field.path} == null"


def is_truthy(field: Operand) -> str:
    """What JavaScript and PHP mean by a bare value: nought counts as nothing too."""
    if field.kind == "number":
        return f"({field.path} != null && {field.path} != 0)"
    return is_filled(field)


def is_falsy(field: Operand) -> str:
    """The opposite of `is_truthy`."""
    if field.kind == "number":
        return f"({field.path} == null || {field.path} == 0)"
    return is_empty(field)


def equals(field: Operand, value: object, *, negated: bool = False) -> str:
    """That a field has a value. Raises Untranslatable where it never could."""
    if value is None or (value == "" and field.kind != "boolean"):
        return is_filled(field) if negated else is_empty(field)
    if field.kind == "boolean":
        yes = _yes(value)
        return f"{field.path} {'==' if yes is not negated else '!='} true"
    if field.kind == "list" and field.values is not None:
        test = f"{_literal(field, value)} in {field.path}"
        return f"!({test})" if negated else test
    if field.kind == "record" and field.title is not None:
        return equals(field.title, value, negated=negated)
    return f"{field.path} {'!=' if negated else '=='} {_literal(field, value)}"


def among(field: Operand, values: Sequence[object], *, negated: bool = False) -> str:
    """That a field has one of several values; those that it can't have are left out."""
    if field.kind == "record" and field.title is not None:
        return among(field.title, values, negated=negated)
    if field.kind == "boolean" or any(value in (None, "") for value in values) or field.kind == "list":
        joined = (" && " if negated else " || ").join(equals(field, value, negated=negated) for value in values)
        return f"({joined})" if values else ("true" if negated else "false")
    known = []
    for value in values:
        try:
            known.append(_literal(field, value))
        except Untranslatable:
            if field.kind != "choice":
                raise
    if not known:
        raise Untranslatable(f"'{field.path}' has none of these values")
    test = f"{field.path} in [{', '.join(known)}]"
    return f"!({test})" if negated else test


def compares(field: Operand, order: Order, value: object) -> str:
    """That a field is less or greater than a value."""
    if field.kind not in ("number", "date", "datetime"):
        raise Untranslatable(f"'{field.path}' has no order")
    return f"{field.path} {order} {_literal(field, value)}"


def _yes(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in (1, "1", "true", "True", "Yes"):
        return True
    if value in (0, "0", "", "false", "False", "No"):
        return False
    raise Untranslatable(f"{value!r} is neither yes nor no")


def _literal(field: Operand, value: object) -> str:
    if isinstance(value, bool):
        value = int(value)
    text = str(value)
    if field.kind == "number":
        if not _NUMBER.fullmatch(text):
            raise Untranslatable(f"{value!r} is no number")
        return text
    if field.values is not None:
        if text not in field.values:
            raise Untranslatable(f"'{field.path}' has no value {value!r}")
        return quoted(field.values[text])
    if field.kind in ("date", "datetime"):
        if not _DAY.fullmatch(text[:10]) or len(text) > len("2026-01-31"):
            raise Untranslatable(f"{value!r} is no day")
        return f"{field.kind}({quoted(text)})"
    if field.kind == "text":
        return quoted(text)
    raise Untranslatable(f"'{field.path}' can't be compared with {value!r}")
