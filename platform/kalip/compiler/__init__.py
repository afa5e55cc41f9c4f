"""Floor 6: merged documents become the model, with all diagnostics at once. Touches no file, database or clock."""

from kalip.compiler.codes import CODES
from kalip.compiler.compile import Compilation, compile_model, compile_packs
from kalip.compiler.field_rights import MASKABLE, added_fields
from kalip.compiler.formulas import compile_with_present_names
from kalip.compiler.lists import ADMINISTRATOR
from kalip.compiler.scope import USER_PARTS, EntityScope, RootedScope, entity_scope
from kalip.compiler.uses import where_used

__all__ = [
    "ADMINISTRATOR",
    "CODES",
    "MASKABLE",
    "USER_PARTS",
    "Compilation",
    "EntityScope",
    "RootedScope",
    "added_fields",
    "compile_model",
    "compile_packs",
    "compile_with_present_names",
    "entity_scope",
    "where_used",
]
