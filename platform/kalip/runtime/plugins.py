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
from kalip.runtime.directories import (
    DirectoryContents,
    DirectoryFailed,
    DirectoryGroup,
    DirectoryKind,
    DirectoryPerson,
)
from kalip.runtime.hookspecs import hookimpl
from kalip.runtime.importers import (
    Imported,
    MetadataImporter,
    Outcome,
    ReportLine,
    Source,
    SourceDocument,
)
from kalip.runtime.importing.conditions import (
    Operand,
    Untranslatable,
    among,
    compares,
    equals,
    is_empty,
    is_falsy,
    is_filled,
    is_truthy,
)
from kalip.runtime.importing.drafting import (
    MOST_OPTIONS,
    EntityDraft,
    Label,
    Option,
    PackDraft,
    named_options,
    plain_text,
    texts,
)
from kalip.runtime.importing.forms import SectionDraft, TabDraft, all_of
from kalip.runtime.importing.naming import Names, made_name

__all__ = [
    "BOOLEAN",
    "DATE",
    "DATETIME",
    "DECIMAL",
    "DURATION",
    "INTEGER",
    "JSON",
    "MOST_OPTIONS",
    "TEXT",
    "TIME",
    "Action",
    "ActionContext",
    "ActionResult",
    "DirectoryContents",
    "DirectoryFailed",
    "DirectoryGroup",
    "DirectoryKind",
    "DirectoryPerson",
    "EntityDraft",
    "Field",
    "FieldFault",
    "FieldType",
    "FieldTypes",
    "Function",
    "Imported",
    "Label",
    "MetadataImporter",
    "Model",
    "Names",
    "Operand",
    "Operator",
    "Option",
    "Outcome",
    "PackDraft",
    "Part",
    "Records",
    "ReportLine",
    "SectionDraft",
    "Source",
    "SourceDocument",
    "Style",
    "TabDraft",
    "Text",
    "Type",
    "Untranslatable",
    "Violation",
    "all_of",
    "among",
    "builtin_types",
    "compares",
    "equals",
    "hookimpl",
    "is_empty",
    "is_falsy",
    "is_filled",
    "is_truthy",
    "list_of",
    "made_name",
    "named_options",
    "plain_text",
    "texts",
]
