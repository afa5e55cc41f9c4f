"""Floor 6: merged documents become a model. Knows what metadata means; does no input or output."""

from kalip.compiler.codes import CODES
from kalip.compiler.compile import ADMINISTRATOR, Compilation, compile_model
from kalip.compiler.scope import USER_NAMES, EntityScope, entity_scope
from kalip.compiler.uses import where_used

__all__ = [
    "ADMINISTRATOR",
    "CODES",
    "USER_NAMES",
    "Compilation",
    "EntityScope",
    "compile_model",
    "entity_scope",
    "where_used",
]
