"""The public door for plugins: import from here and from nowhere else inside Kalip."""

from kalip.base.errors import Violation
from kalip.base.text import Text
from kalip.expressions import Function
from kalip.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    INTEGER,
    JSON,
    TEXT,
    TIME,
    Type,
    list_of,
)
from kalip.fields import FieldFault, FieldType, FieldTypes, Operator, Part, Style, builtin_types
from kalip.model import Field, Model
from kalip.runtime.actions import Action, ActionContext, ActionResult, Records
from kalip.runtime.hookspecs import hookimpl

__all__ = [
    "BOOLEAN",
    "DATE",
    "DATETIME",
    "DECIMAL",
    "DURATION",
    "INTEGER",
    "JSON",
    "TEXT",
    "TIME",
    "Action",
    "ActionContext",
    "ActionResult",
    "Field",
    "FieldFault",
    "FieldType",
    "FieldTypes",
    "Function",
    "Model",
    "Operator",
    "Part",
    "Records",
    "Style",
    "Text",
    "Type",
    "Violation",
    "builtin_types",
    "hookimpl",
    "list_of",
]
