"""Names of tables, columns and indexes: within 63 bytes, and none that a database keeps for itself.

A leading underscore marks what no metadata name can be: retired things and stand-ins for reserved names.
"""

import hashlib
from typing import Final

LONGEST: Final = 63
_DIGEST: Final = 8
# PostgreSQL has hidden columns of these names in every table.
_HIDDEN_COLUMNS: Final = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_RESERVED_TABLES: Final = ("sqlite_", "pg_", "kalip_")


def table_name(entity: str) -> str:
    """Name an entity's table: as the entity, unless the name is reserved."""
    return f"_{entity}" if entity.startswith(_RESERVED_TABLES) else entity


def link_table_name(entity: str, field: str) -> str:
    """Name the table of a `references` field."""
    return shortened(f"{table_name(entity)}__{field}")


def column_name(field: str, part: str = "") -> str:
    """Name the column of a field's part."""
    name = f"{field}__{part}" if part else field
    return f"_{name}" if name in _HIDDEN_COLUMNS else shortened(name)


def retired_name(name: str, number: int) -> str:
    """Name what `name` becomes when it is retired for the `number`-th time in its place."""
    return shortened(f"_r{number}_{name.lstrip('_')}")


def digest(text: str) -> str:
    """Eight hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]


def shortened(name: str) -> str:
    """Keep a name within 63 bytes; what is cut off lives on in a digest."""
    if len(name) <= LONGEST:
        return name
    return f"{name[: LONGEST - _DIGEST - 1]}_{digest(name)}"
