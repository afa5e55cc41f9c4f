"""The fields that every entity has without saying so."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from kalip.compiler.labels import own_label
from kalip.model import Field

_ALWAYS = {
    "id": "text",
    "version": "integer",
    "created_at": "datetime",
    "created_by": "user",
    "updated_at": "datetime",
    "updated_by": "user",
    "archived_at": "datetime",
}
_OWNER = {"owner": "user"}
_STAGES = {"pipeline": "text", "stage": "text", "stage_since": "datetime", "stage_due": "datetime"}
NAMES = frozenset({*_ALWAYS, *_OWNER, *_STAGES})
SETTABLE = frozenset(_OWNER)


@cache
def system_fields(*, owned: bool, staged: bool) -> Mapping[str, Field]:
    """The system fields of an entity: owned ones have no owner, staged ones have a pipeline."""
    types = _ALWAYS | ({} if owned else _OWNER) | (_STAGES if staged else {})
    return MappingProxyType({name: _field(name, type_) for name, type_ in types.items()})


def _field(name: str, type_: str) -> Field:
    return Field(name, type_, own_label(name), readonly=name not in SETTABLE, indexed=name in _OWNER, system=True)
