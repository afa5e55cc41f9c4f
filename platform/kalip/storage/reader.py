"""Readers of rows: Python code written for one list of columns, so that a cell that needs no change costs nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.engine.interfaces import Dialect as SqlDialect

from kalip.fields import FieldType
from kalip.model import Field
from kalip.storage.frame import Place
from kalip.storage.query import Form
from kalip.storage.rawjson import direct_json, same

Reader = Callable[[Sequence[Sequence[Any]]], list[dict[str, Any]]]
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one path of a row is read from: its places, and the positions of their columns."""

    path: str
    places: tuple[Place, ...]
    positions: tuple[int, ...]
    part_paths: tuple[str, ...]
    whole: bool


def make_reader(cells: Sequence[Cell], width: int, form: Form, dialect: SqlDialect) -> Reader:
    """Write the reader of rows of `width` columns: each becomes a mapping from path to value."""
    scope: dict[str, Any] = {}
    entries = []
    for cell in cells:
        if form == "parts" or not cell.whole:
            for path, place, position in zip(cell.part_paths, cell.places, cell.positions, strict=True):
                value = _part(scope, place, position, dialect)
                if form == "json":
                    value = _call(scope, _json_part(place), value)
                entries.append(f"{path!r}: {value}")
        else:
            entries.append(f"{cell.path!r}: {_whole(scope, cell, form, dialect)}")
    columns = "".join(f"c{position}, " for position in range(width))
    source = f"def read(rows):\n    return [{{{', '.join(entries)}}} for ({columns}) in rows]\n"
    exec(compile(source, "<row reader>", "exec"), scope)  # noqa: S102 (paths enter by repr, everything else is numbers)
    reader: Reader = scope["read"]
    return reader


def _whole(scope: dict[str, Any], cell: Cell, form: Form, dialect: SqlDialect) -> str:
    """A field's value, or its JSON."""
    place = cell.places[0]
    values = [_part(scope, each, position, dialect) for each, position in zip(cell.places, cell.positions, strict=True)]
    if place.type is None or place.field is None:
        return _call(scope, _json_part(place) if form == "json" else None, values[0])
    parts = f"({''.join(f'{value}, ' for value in values)})"
    if form == "json":
        convert = place.type.json_reader(place.field)
        if (direct := direct_json(place.kind, convert, dialect.name)) and place.reads is None:
            return _call(scope, None if direct is same else direct, f"c{cell.positions[0]}")
        return values[0] if convert is None else _call(scope, convert, parts)
    if len(values) == 1 and type(place.type).from_parts is FieldType.from_parts:
        return values[0]
    return _call(scope, _from_parts(place.type, place.field), parts)


def _part(scope: dict[str, Any], place: Place, position: int, dialect: SqlDialect) -> str:
    column_type = place.shown_type.dialect_impl(dialect)
    process = column_type.result_processor(dialect, None)
    if place.kind in ("text", "integer", "integer32") or (place.kind == "boolean" and dialect.name != "sqlite"):
        process = None
    return _call(scope, process, f"c{position}")


def _call(scope: dict[str, Any], function: Convert | None, argument: str) -> str:
    if function is None:
        return argument
    name = f"f{len(scope)}"
    scope[name] = function
    return f"{name}({argument})"


def _from_parts(type_: FieldType, field: Field) -> Convert:
    return lambda parts: type_.from_parts(field, parts)


def _json_part(place: Place) -> Convert | None:
    """The JSON of a single part, whatever field it is of."""
    match place.kind.partition(":")[0]:
        case "decimal":
            return _decimal
        case "moment":
            return _moment
        case "date" | "time":
            return _iso
        case "duration":
            return _duration
        case "texts":
            return _texts
    return None


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _iso(value: date | time | None) -> str | None:
    return None if value is None else value.isoformat()


def _duration(value: timedelta | None) -> float | None:
    return None if value is None else value.total_seconds()


def _texts(value: tuple[str, ...] | None) -> list[str] | None:
    return None if value is None else list(value)
