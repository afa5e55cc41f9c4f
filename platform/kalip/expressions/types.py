"""The types of the expression language.

Knows the closed set of types, their names in messages and which of them mix; knows nothing of values.
"""

from dataclasses import dataclass

DEFAULT_SCALE = 6
"""Decimal places a stored decimal has when its type does not say."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type; `scale` counts the stored decimal places of a decimal, `element` is what a list holds."""

    kind: str
    scale: int | None = None
    element: "Type | None" = None
    entity: str | None = None

    @property
    def name(self) -> str:
        """Name the type as messages do."""
        if self.element is not None:
            return f"list of {self.element.name}"
        if self.entity is not None:
            return f"record of {self.entity}"
        return self.kind

    @property
    def held(self) -> "Type":
        """Give the type of a list's elements; TypeError for what is no list."""
        if self.element is None:
            raise TypeError(f"{self.name} is not a list")
        return self.element

    def is_a(self, other: "Type") -> bool:
        """Tell whether both are of one kind, whatever their scale, element or entity."""
        return self.kind == other.kind


NULL = Type("null")
BOOLEAN = Type("boolean")
INTEGER = Type("integer")
DECIMAL = Type("decimal")
TEXT = Type("text")
DATE = Type("date")
DATETIME = Type("datetime")
TIME = Type("time")
DURATION = Type("duration")
JSON = Type("json")
UNKNOWN = Type("unknown")
"""The type of what already has a fault; it fits everywhere, so that one fault is told once."""


def decimal_of(scale: int) -> Type:
    """Build the type of a decimal stored with so many places."""
    return Type("decimal", scale=scale)


def list_of(element: Type) -> Type:
    """Build the type of a list."""
    return Type("list", element=element)


def record_of(entity: str) -> Type:
    """Build the type of a reference to a record; its value is the record's id."""
    return Type("record", entity=entity)


def is_number(type_: Type) -> bool:
    """Tell whether a type takes part in arithmetic as a number."""
    return type_.kind in ("integer", "decimal")


def is_textual(type_: Type) -> bool:
    """Tell whether values of the type are text: text itself, and ids of records."""
    return type_.kind in ("text", "record")


def is_ordered(type_: Type) -> bool:
    """Tell whether `<` means something between two values of the type."""
    return type_.kind in ("integer", "decimal", "text", "date", "datetime", "time", "duration", "json")


def is_list_of_records(type_: Type) -> bool:
    """Tell whether a type is a collection of records."""
    return type_.element is not None and type_.element.kind == "record"


def unify(left: Type, right: Type) -> Type | None:
    """Find the type that holds both, or None: integers widen to decimal, null fits all, an id is text."""
    if "unknown" in (left.kind, right.kind):
        return UNKNOWN
    if right.kind == "null" or left == right:
        return left
    if left.kind == "null":
        return right
    if "json" in (left.kind, right.kind):
        return JSON
    if is_number(left) and is_number(right):
        return INTEGER if left.kind == right.kind == "integer" else DECIMAL
    if is_textual(left) and is_textual(right):
        return TEXT
    if left.element is not None and right.element is not None:
        element = unify(left.element, right.element)
        return None if element is None else list_of(element)
    return None
