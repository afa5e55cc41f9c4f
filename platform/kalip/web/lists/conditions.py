"""Filters in people's words: an expression apart into conditions of field, operator and operands, and together again.

The expression is the only truth; what has no such shape stays an expression.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kalip.fields import FieldType, Operator
from kalip.model import Field

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WRAPPED = re.compile(r'(?:date|datetime|time|duration)\((".*")\)')
_OPEN, _CLOSE = "([{", ")]}"
_PLACE = re.compile(r"\\\{(path|[0-9])\\\}")

Known = Mapping[str, tuple[Field, FieldType]]
"""The paths that conditions may be about."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `operands` are raw JSON values, as a field type's `filter` takes them."""

    path: str
    operator: Operator
    operands: tuple[Any, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Groups:
    """An expression as groups of conditions. `join` is `all` (groups hold alternatives) or `any` (the reverse)."""

    join: str
    groups: tuple[tuple[Condition, ...], ...]


def split(text: str, mark: str) -> tuple[str, ...]:
    """The parts of an expression between `mark` (`&&` or `||`), outside of brackets and quotes, unwrapped."""
    parts, depth, start, at = [], 0, 0, 0
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted:
            at = quoted.end()
            continue
        depth += (text[at] in _OPEN) - (text[at] in _CLOSE)
        if depth == 0 and text.startswith(mark, at):
            parts.append(text[start:at])
            at = start = at + len(mark)
            continue
        at += 1
    return tuple(unwrap(part) for part in (*parts, text[start:]) if part.strip())


def unwrap(text: str) -> str:
    """The text without blanks and without brackets around the whole of it."""
    text = text.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def read(text: str, known: Known) -> Condition | None:
    """The condition that an expression is, or None when it has another shape."""
    text = unwrap(text)
    for path, (field, kind) in sorted(known.items(), key=lambda item: -len(item[0])):
        if path not in text:
            continue
        for operator in kind.operators(field):
            found = _pattern(operator.template, path).fullmatch(text)
            operands = _operands(found, operator) if found else None
            if operands is not None:
                return Condition(path, operator, operands, text)
    return None


def read_groups(text: str, known: Known) -> Groups | None:
    """The expression as groups of conditions, or None when it says more than groups can."""
    if not text.strip():
        return Groups("all", ())
    whole = read(text, known)
    if whole:
        return Groups("all", ((whole,),))
    # && binds closer than ||: groups of alternatives must be in parentheses to stand beside each other.
    mixed = len(split(text, "||")) > 1 and len(split(text, "&&")) > 1
    for join, outer, inner in (("all", "&&", "||"), ("any", "||", "&&"))[mixed:]:
        groups = [_conditions(part, inner, known) for part in split(text, outer)]
        if len(groups) > 1 or join == "any":
            found = tuple(group for group in groups if group)
            if len(found) == len(groups):
                return Groups(join, found)
        elif groups[0]:
            return Groups("all", (groups[0],))
    return None


def write(path: str, field: Field, kind: FieldType, operator: str, operands: Sequence[Any]) -> str:
    """The expression of a condition. Raises FieldFault."""
    text = kind.filter(field, path, operator, operands)
    return f"({text})" if "&&" in text or "||" in text else text


def join_groups(join: str, groups: Sequence[Sequence[str]]) -> str:
    """One expression of groups of conditions that are expressions already."""
    outer, inner = (" && ", " || ") if join == "all" else (" || ", " && ")
    parts = [inner.join(group) for group in groups if group]
    if len(parts) == 1:
        return parts[0]
    return outer.join(
        f"({part})" if len(group) > 1 else part
        for part, group in zip(parts, (group for group in groups if group), strict=True)
    )


def conjoin(*parts: str) -> str:
    """One expression that is true where all parts are; empty parts count as true."""
    said = [part for part in parts if part.strip()]
    if len(said) == 1:
        return said[0]
    return " && ".join(f"({part})" if len(split(part, "||")) > 1 else part for part in said)


def _conditions(text: str, mark: str, known: Known) -> tuple[Condition, ...]:
    whole = read(text, known)
    if whole:
        return (whole,)
    found = [read(part, known) for part in split(text, mark)]
    return tuple(each for each in found if each) if all(found) else ()


@lru_cache(maxsize=4096)
def _pattern(template: str, path: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def place(match: re.Match[str]) -> str:
        name = match[1]
        if name == "path":
            return re.escape(path)
        if name in seen:
            return f"(?P=o{name})"
        seen.add(name)
        return f"(?P<o{name}>.+?)"

    return re.compile(_PLACE.sub(place, re.escape(template)), re.DOTALL)


def _operands(found: re.Match[str], operator: Operator) -> tuple[Any, ...] | None:
    try:
        values = tuple(_value(found[f"o{index}"]) for index in range(len(operator.operands)))
    except ValueError:
        return None
    if operator.many:
        return tuple(values[0]) if isinstance(values[0], list) else None
    return None if any(isinstance(value, list) for value in values) else values


def _value(literal: str) -> Any:
    """A literal as raw JSON. Raises ValueError for anything else."""
    literal = literal.strip()
    wrapped = _WRAPPED.fullmatch(literal)
    if wrapped:
        return _value(wrapped[1])
    if _QUOTED.fullmatch(literal):
        if literal[0] == "'":
            raise ValueError(literal)
        return str(json.loads(literal))
    if literal.startswith("[") and literal.endswith("]"):
        return [_value(item) for item in split(literal[1:-1], ",")]
    if literal in ("true", "false"):
        return literal == "true"
    if _NUMBER.fullmatch(literal):
        return literal if "." in literal else int(literal)
    raise ValueError(literal)


def _closing(text: str) -> int:
    depth, at = 0, 0
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted:
            at = quoted.end()
            continue
        depth += (text[at] in _OPEN) - (text[at] in _CLOSE)
        if depth == 0:
            return at
        at += 1
    return -1


Describe = Callable[[Condition], str]
