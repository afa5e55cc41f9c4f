"""The root of Kalip's own tables."""

from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import BigInteger, Integer, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase

from kalip.fields.columns import JsonValue, UtcDateTime

OWN_METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts rows only in a primary key of type INTEGER.
SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")
# Compares as ids do in the tables of entities: without it PostgreSQL uses no index when it comes from a record's row.
RECORD_ID: Final = Text().with_variant(Text(collation="C"), "postgresql")


SEALED: Final = "sealed"
"""What a column's `info` names the purpose by for which its texts are sealed."""


def sealed_for(purpose: str) -> dict[str, str]:
    """The `info` of a column of sealed texts: `purpose` is what they are sealed for, with places for the row's columns.

    `mapped_column(info=sealed_for("totp:{user_id}"))` lets `kalip secrets rotate` find them.
    """
    return {SEALED: purpose}


class Base(DeclarativeBase):
    """The root of the own tables."""

    metadata = OWN_METADATA
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        str: Text(),
        int: BigInteger(),
        datetime: UtcDateTime(),
        dict[str, Any]: JsonValue(),
        list[str]: JsonValue(),
    }


def table_of(model: type[Base]) -> Table:
    """The Core table of an own model."""
    return cast(Table, model.__table__)
