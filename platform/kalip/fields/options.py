"""JSON Schemas of the metadata keys that several field types share."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kalip.fields.numbers import INTEGER_MAX, INTEGER_MIN, MAX_DIGITS

Schema = dict[str, Any]
DECIMAL_PATTERN = r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$"


def keys(schemas: Mapping[str, Schema]) -> Mapping[str, Schema]:
    """The metadata keys of a type, read-only."""
    return MappingProxyType(dict(schemas))


def option(title: str, description: str, **schema: Any) -> Schema:
    """A metadata key with the title and description that docs and the designer show."""
    return {"title": title, "description": description, **schema}


def scale_option(default: int, largest: int) -> Schema:
    """Digits behind the point."""
    return option(
        "Decimal places",
        f"Digits behind the point; {default} when left out. All digits together are at most {MAX_DIGITS}.",
        type="integer",
        minimum=0,
        maximum=largest,
        default=default,
    )


def decimal_bounds() -> dict[str, Schema]:
    """`min` and `max` of exact numbers; written as text or as a number."""
    number: Schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": DECIMAL_PATTERN}]}
    return {
        "min": option("Least value", "Smaller values are refused.", **number),
        "max": option("Greatest value", "Greater values are refused.", **number),
    }


def integer_bounds() -> Mapping[str, Schema]:
    """`min` and `max` of whole numbers."""
    whole = {"type": "integer", "minimum": INTEGER_MIN, "maximum": INTEGER_MAX}
    return keys(
        {
            "min": option("Least value", "Smaller values are refused.", **whole),
            "max": option("Greatest value", "Greater values are refused.", **whole),
        }
    )


def length_option(default: int, largest: int) -> Schema:
    """The bound on characters."""
    return option(
        "Longest text",
        f"Most characters allowed; {default} when left out.",
        type="integer",
        minimum=1,
        maximum=largest,
        default=default,
    )


def setting(options: Mapping[str, Any], name: str, default: Any) -> Any:
    """An option's value; null and absence both mean the default."""
    value = options.get(name)
    return default if value is None else value
