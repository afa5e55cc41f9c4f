"""Whose data a record holds, and why, on what ground and for how long each field of it is kept."""

from dataclasses import dataclass
from typing import Final

from kalip.base.text import Text

KINDS: Final = (
    "contact", "identity", "financial", "health", "location", "work", "behaviour", "biometric", "genetic", "belief",
    "criminal", "other",
)  # fmt: skip
SPECIAL: Final = frozenset({"health", "biometric", "genetic", "belief", "criminal"})
"""Kinds that the law protects more than others: the register names them."""
BASES: Final = ("consent", "contract", "law", "vital", "public", "interest")
"""Grounds on which data may be kept; "" where nobody has said one yet."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long a value is kept after a moment that a field of the record names: so many months and days."""

    after: str
    months: int = 0
    days: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Personal:
    """The mark of a field that holds data about a person. Without a term it is kept as long as the record."""

    field: str
    purpose: Text
    kind: str = "contact"
    basis: str = ""
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data a record holds: `by` are fields whose values tell persons apart, `name` says what one is called.

    `via` are references to records about the same person. `erase` is "anonymise" (marked fields are emptied) or
    "delete" (the record goes).
    """

    by: tuple[str, ...] = ()
    name: str = ""
    via: tuple[str, ...] = ()
    erase: str = "anonymise"
