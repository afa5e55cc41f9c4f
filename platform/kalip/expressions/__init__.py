"""The one expression language of the platform: CEL's syntax with the semantics of business records.

Knows how a text becomes a typed tree, a Python function and SQL; refuses to know what a record is or where it is kept.
"""

from kalip.expressions.context import NO_SETS, ActorContext, ActorSets, Context, Dialect, context_params
from kalip.expressions.errors import ExpressionError, Fault
from kalip.expressions.expression import Expression, compile_expression
from kalip.expressions.functions.builtin import Function
from kalip.expressions.pieces import pieces_of
from kalip.expressions.renaming import names_replaced
from kalip.expressions.scope import MappingScope, Scope
from kalip.expressions.sql.columns import Collection, Columns, Sql
from kalip.expressions.sql.registered import sqlite_functions
from kalip.expressions.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    INTEGER,
    JSON,
    NULL,
    TEXT,
    TIME,
    Type,
    decimal_of,
    list_of,
    record_of,
)

__all__ = [
    "BOOLEAN",
    "DATE",
    "DATETIME",
    "DECIMAL",
    "DURATION",
    "INTEGER",
    "JSON",
    "NO_SETS",
    "NULL",
    "TEXT",
    "TIME",
    "ActorContext",
    "ActorSets",
    "Collection",
    "Columns",
    "Context",
    "Dialect",
    "Expression",
    "ExpressionError",
    "Fault",
    "Function",
    "MappingScope",
    "Scope",
    "Sql",
    "Type",
    "compile_expression",
    "context_params",
    "decimal_of",
    "list_of",
    "names_replaced",
    "pieces_of",
    "record_of",
    "sqlite_functions",
]
