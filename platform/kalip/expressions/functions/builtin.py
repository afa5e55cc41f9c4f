"""What a function of the language is.

Knows how a function is described: its types, its Python meaning and its SQL. Functions see no nulls: with a null
argument the result is null without a call.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kalip.expressions.types import Type

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Builtin:
    """One overload of a function.

    `postgresql` is SQL with {0}, {1} for the arguments, empty when PostgreSQL can't say it the same way. `sqlite` is
    such SQL too, empty when SQLite calls `call` through a registered function. `nullable`: the result can be null
    although no argument is. `complaint` is the fault for a literal argument that gives null.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type
    call: Callable[..., Any]
    postgresql: str = ""
    sqlite: str = ""
    nullable: bool = False
    complaint: str = ""

    @property
    def sqlite_name(self) -> str:
        """Name the function as it is registered in SQLite."""
        return "_".join(("kalip", self.name.lower(), *(parameter.kind for parameter in self.parameters)))


@dataclass(frozen=True, slots=True)
class Function:
    """A function added from outside.

    `call` gets values, none of them null, and may answer null. `sql`, when given, gets the dialect and the SQL of each
    argument and gives the SQL of the call; without it the function is an obstacle to SQL. It can't answer records:
    only a field's path tells which records those are. Raises ValueError for such a result.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type
    call: Callable[..., Any]
    sql: Callable[..., str] | None = None

    def __post_init__(self) -> None:
        if "record" in (self.result.kind, self.result.element and self.result.element.kind):
            raise ValueError(f"the function '{self.name}' can't answer records; answer their ids as text")

    def written(self, dialect: str, *arguments: str) -> str:
        """Write a call in SQL; TypeError when the function has none."""
        if self.sql is None:
            raise TypeError(f"the function '{self.name}' has no SQL")
        return self.sql(dialect, *arguments)


def by_name(builtins: Sequence[Builtin]) -> dict[str, tuple[Builtin, ...]]:
    """Sort overloads under their names, in the order given."""
    names = dict.fromkeys(builtin.name for builtin in builtins)
    return {name: tuple(builtin for builtin in builtins if builtin.name == name) for name in names}


def fitting(value: int) -> int | None:
    """Give an integer back when it fits in 64 bits, else null."""
    return value if INT_MIN <= value <= INT_MAX else None
