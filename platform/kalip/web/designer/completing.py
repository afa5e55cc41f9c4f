"""What may stand at a place of a half-written JSON text: keys of the schema, its words, names of the model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kalip.metadata.schemas import Schema
from kalip.metadata.source import escape
from kalip.web.designer.nodes import schema_at
from kalip.web.designer.reading import Lists

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|"(?:[^"\\]|\\.)*$|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a text ends: the pointer around it, the keys already there, and what is being written."""

    pointer: str
    written: str
    is_value: bool
    taken: frozenset[str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word that may stand there, and what it means."""

    text: str
    note: str


def spot_of(text: str) -> Spot:
    """Where a text that breaks off stands; text that is no JSON is read as far as it makes sense."""
    around: list[tuple[str, set[str]]] = []
    key, expects_value, written = "", False, ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        written = ""
        if token in "{[":
            around.append((key, set()))
            key, expects_value = "", token == "["
        elif token in "}]":
            key, expects_value = (around.pop()[0] if around else ""), False
        elif token == ":":
            expects_value = True
        elif token == ",":
            key, expects_value = "", False
        else:
            word = token.strip('"')
            if match.end() == len(text):
                written = word
            elif not expects_value:
                key = word
                if around:
                    around[-1][1].add(word)
    steps = [name for name, _ in around[1:]]
    if expects_value and key:
        steps.append(key)
    return Spot(
        "".join(f"/{escape(step)}" for step in steps),
        written,
        expects_value,
        frozenset(around[-1][1]) if around else frozenset(),
    )


def suggestions(schema: Schema, data: Any, lists: Lists, text: str) -> tuple[Suggestion, ...]:
    """What may be written where the text ends. `data` is the effective document, which tells the types of fields."""
    spot = spot_of(text)
    found = schema_at(schema, data, spot.pointer)
    if found is None:
        return ()
    offered = _values(found, lists) if spot.is_value else _keys(found, lists)
    fits = (each for each in offered if each.text.startswith(spot.written) and each.text not in spot.taken)
    return tuple(each for _, each in zip(range(_MOST), fits, strict=False))


def _keys(schema: Schema, lists: Lists) -> Iterator[Suggestion]:
    for key, part in schema.get("properties", {}).items():
        yield Suggestion(key, str(part.get("title", "")))
    if not schema.get("properties") and isinstance(schema.get("additionalProperties"), dict):
        yield from (Suggestion(name, label) for name, label in lists["names"])


def _values(schema: Schema, lists: Lists) -> Iterator[Suggestion]:
    for word in schema.get("enum", ()):
        yield Suggestion(str(word), str(schema.get("title", "")))
    if schema.get("type") == "boolean":
        yield from (Suggestion(word, "") for word in ("true", "false"))
    elif schema.get("type") == "string" and schema.get("pattern") and "enum" not in schema:
        yield from (Suggestion(name, label) for each in lists.values() for name, label in each)
