"""Floor 4: what a field type is, and the shipped ones, one file each. Knows nothing of forms and records."""

from kalip.fields.composite import PART_NAMES
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import FieldType, Part, Style
from kalip.fields.operators import Operator
from kalip.fields.registry import FieldTypes, builtin_types
from kalip.fields.types.address import Address
from kalip.fields.types.any_reference import AnyReference
from kalip.fields.types.autonumber import AutonumberType
from kalip.fields.types.location import Location
from kalip.fields.types.money import Money
from kalip.fields.types.person_name import PersonName

__all__ = [
    "PART_NAMES",
    "Address",
    "AnyReference",
    "AutonumberType",
    "FieldFault",
    "FieldType",
    "FieldTypes",
    "Location",
    "Money",
    "Operator",
    "Part",
    "PersonName",
    "Style",
    "builtin_types",
]
