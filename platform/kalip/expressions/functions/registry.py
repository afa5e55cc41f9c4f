"""All functions of the language by name, with the other names by which CEL knows them."""

from collections.abc import Mapping
from typing import Final

from kalip.expressions.functions.builtin import Builtin, by_name
from kalip.expressions.functions.dates import DATE_FUNCTIONS
from kalip.expressions.functions.json import JSON_FUNCTIONS
from kalip.expressions.functions.numbers import NUMBER_FUNCTIONS
from kalip.expressions.functions.text import TEXT_FUNCTIONS

ALL_BUILTINS: Final = (*TEXT_FUNCTIONS, *NUMBER_FUNCTIONS, *DATE_FUNCTIONS, *JSON_FUNCTIONS)

BUILTINS: Final[Mapping[str, tuple[Builtin, ...]]] = by_name(ALL_BUILTINS)

ALIASES: Final[Mapping[str, str]] = {
    "timestamp": "datetime",
    "double": "decimal",
    "toLowerCase": "lower",
    "toUpperCase": "upper",
    "least": "min",
    "greatest": "max",
}
"""Other name to name."""

SPECIAL: Final = (
    "now", "today", "has", "size", "sum", "min", "max", "avg", "join", "coalesce", "isEmpty",
    "exists", "exists_one", "all", "filter", "map",
)  # fmt: skip
"""Functions that the checker knows by itself, as their types depend on their arguments."""
