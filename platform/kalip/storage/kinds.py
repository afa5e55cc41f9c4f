"""How values stand in a column, as one word that the catalogue keeps: `text`, `decimal:4`, `moment` and so on."""

from typing import Any, Final

from sqlalchemy import Boolean, Integer, SmallInteger, Text
from sqlalchemy.types import BigInteger, TypeEngine

from kalip.base.errors import StorageError
from kalip.fields.columns import (
    ComputedDecimal,
    IsoDate,
    IsoTime,
    JsonTexts,
    JsonValue,
    Microseconds,
    ScaledDecimal,
    UtcDateTime,
    boolean_column,
    integer_column,
    small_integer_column,
)

_PLAIN: Final[tuple[tuple[str, type[TypeEngine[Any]]], ...]] = (
    ("moment", UtcDateTime),
    ("date", IsoDate),
    ("time", IsoTime),
    ("duration", Microseconds),
    ("texts", JsonTexts),
    ("json", JsonValue),
    ("boolean", Boolean),
    ("integer", BigInteger),
    ("integer32", SmallInteger),
    ("integer32", Integer),
    ("text", Text),
)
# Byte order everywhere: `<` means the same in PostgreSQL, SQLite and Python, and indexes serve prefixes.
_TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")


def kind_of(type_: TypeEngine[Any]) -> str:
    """Say how values stand in a column of this type."""
    if isinstance(type_, ScaledDecimal | ComputedDecimal):
        return f"decimal:{type_.scale}"
    for kind, class_ in _PLAIN:
        if isinstance(type_, class_):
            return kind
    raise StorageError(
        "no column can hold {type}",
        params={"type": repr(type_)},
        hint="build the part's column by kalip.fields.columns",
        code="S103",
    )


def type_of(kind: str) -> TypeEngine[Any]:
    """Make the column type of a kind."""
    name, _, scale = kind.partition(":")
    match name:
        case "decimal":
            return ScaledDecimal(int(scale))
        case "integer":
            return integer_column()
        case "integer32":
            return small_integer_column()
        case "boolean":
            return boolean_column()
        case "text":
            return _TEXT
    for plain, class_ in _PLAIN:
        if plain == kind:
            return class_()
    raise ValueError(f"unknown kind of column: {kind}")
