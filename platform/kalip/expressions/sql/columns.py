"""What SQL needs from storage, and what it gives back.

Knows the protocol by which storage names its columns; refuses to know tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from kalip.expressions.scope import Path


@dataclass(frozen=True, slots=True)
class Sql:
    """SQL text with `:name` places: `params` are bound as they are, `context` names by `context_params`."""

    text: str
    params: Mapping[str, object]
    context: frozenset[str]


class Columns(Protocol):
    """Where the values of one kind of record stand in SQL."""

    def column(self, path: Path) -> str:
        """Give the SQL of a value, complete in itself (a column, or an expression in parentheses)."""

    def collection(self, path: Path) -> "Collection":
        """Give the rows of a collection of records; each call needs its own table alias."""

    def actor_set(self, name: str) -> Sql:
        """Give the SELECT of a set of the actor: one column `member` that is never null."""

    def in_actor_set(self, name: str, item: str) -> Sql:
        """Give the condition that a value, as SQL, is in a set of the actor; never true for null."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Rows of related records: what follows FROM, the condition that relates them, and their columns."""

    from_sql: str
    where_sql: str
    columns: Columns
