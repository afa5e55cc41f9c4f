"""Floor 4: what a field type is, and the shipped ones, one file each. Knows nothing of forms and records."""

from kalip.fields.fault import FieldFault
from kalip.fields.field_type import FieldType, Part, Style
from kalip.fields.operators import Operator
from kalip.fields.registry import FieldTypes, builtin_types
from kalip.fields.types.money import Money

__all__ = [
    "FieldFault",
    "FieldType",
    "FieldTypes",
    "Money",
    "Operator",
    "Part",
    "Style",
    "builtin_types",
]
