"""Guesses which column of a file means which field, and what kind of values it holds."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Final

from rapidfuzz import fuzz

from kalip.model import Entity, Field
from kalip.records.rules import EntityRules, rules_of
from kalip.records.transfer.tables import Cells, SourceTable
from kalip.runtime import Served

SURE: Final = 86.0
SAMPLED_ROWS: Final = 200
SHOWN_SAMPLES: Final = 3

_DATES: Final = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y")
_FOLDED: Final = str.maketrans("ıİşŞğĞçÇöÖüÜ", "iissggccoouu")


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column seems to be: `path` of the field it fills (None: none found) and how sure that is (0 to 100).

    `kind` is of its values: `text`, `integer`, `decimal`, `date`, `boolean`, `email`, `url` or `empty`.
    """

    column: str
    path: str | None
    score: float
    kind: str
    samples: tuple[str, ...]


def guess_mapping(served: Served, entity: str, table: SourceTable) -> tuple[ColumnGuess, ...]:
    """Guess the field of each column by its name in any language; no field is given twice, the surest guess wins."""
    rules = rules_of(served, entity)
    rows = list(islice(table.rows(), SAMPLED_ROWS))
    names = tuple(importable_paths(rules))
    scored = sorted(
        ((_likeness(column, said), place, path) for place, column in enumerate(table.columns) for path, said in names),
        key=lambda each: (-each[0], each[1]),
    )
    chosen: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    for score, place, path in scored:
        if score >= SURE and place not in chosen and path not in taken:
            chosen[place] = (path, score)
            taken.add(path)
    return tuple(_guess(table.columns[place], chosen.get(place), place, rows) for place in range(len(table.columns)))


def importable_paths(rules: EntityRules) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The paths that a file's columns may fill, each with the names by which people may call it."""
    system = ("pipeline",) if rules.entity.pipelines else ()
    for name in (*rules.entity.fields, *(each for each in ("owner", *system) if each in rules.entity.system)):
        if name in rules.children or (name not in rules.writable and name != "pipeline"):
            continue
        field = rules.attributes[name]
        said = _said(rules.entity, field)
        yield name, said
        for path in rules.part_paths.get(name, ()) if name in rules.stored else ():
            if path != name:
                part = path.rpartition(".")[2].replace("_", " ")
                yield path, (*(f"{each} {part}" for each in said), path)


def guess_kind(values: Iterable[str]) -> str:
    """What the values of a column have in common."""
    filled = [value.strip() for value in values if value.strip()]
    if not filled:
        return "empty"
    for kind, fits in _KINDS:
        if all(fits(value) for value in filled):
            return kind
    return "text"


def _said(entity: Entity, field: Field) -> tuple[str, ...]:
    labels = tuple(text for _, text in field.label.pairs)
    prefixed = tuple(f"{text} {label}" for _, text in entity.label.pairs for label in labels[:1])
    return (field.name, *field.was, *labels, *prefixed)


def _likeness(column: str, said: Sequence[str]) -> float:
    wanted = _fold(column)
    best = 0.0
    for place, name in enumerate(said):
        # Of two names alike, the field's own beats one that only begins the same.
        best = max(best, fuzz.ratio(wanted, _fold(name)) - place * 0.01)
    return best


def _fold(text: str) -> str:
    return re.sub(r"[^\w]+|_", "", text.translate(_FOLDED).casefold())


def _guess(column: str, chosen: tuple[str, float] | None, place: int, rows: Sequence[Cells]) -> ColumnGuess:
    values = [row[place] for row in rows]
    samples = tuple(dict.fromkeys(value for value in values if value.strip()))[:SHOWN_SAMPLES]
    path, score = chosen or (None, 0.0)
    return ColumnGuess(column, path, round(score, 1), guess_kind(values), samples)


def _is_integer(value: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,18}", value) is not None


def _is_decimal(value: str) -> bool:
    plain = value.replace(" ", "").replace("\u00a0", "")
    try:
        Decimal(plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain.replace(",", ""))
    except InvalidOperation:
        return False
    return any(character.isdigit() for character in plain)


def _is_date(value: str) -> bool:
    for pattern in _DATES:
        try:
            datetime.strptime(value[:10], pattern)  # noqa: DTZ007 - only its shape is asked
        except ValueError:
            continue
        return True
    return False


def _is_boolean(value: str) -> bool:
    return value.casefold() in ("true", "false", "yes", "no", "evet", "hayır", "да", "нет")


def _is_email(value: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is not None


def _is_url(value: str) -> bool:
    return re.fullmatch(r"(https?://|www\.)\S+", value, re.IGNORECASE) is not None


_KINDS: Final = (
    ("boolean", _is_boolean),
    ("integer", _is_integer),
    ("date", _is_date),
    ("decimal", _is_decimal),
    ("email", _is_email),
    ("url", _is_url),
)
