"""The built-in fields that every entity has without saying so."""

from collections.abc import Mapping
from types import MappingProxyType

from kalip.base.text import Text
from kalip.model import Field

_LABELS = {
    "id": ("ID", "Kimlik", "Идентификатор"),
    "version": ("Version", "Sürüm", "Версия"),
    "owner": ("Owner", "Sorumlu", "Ответственный"),
    "pipeline": ("Pipeline", "Süreç hattı", "Воронка"),
    "stage": ("Stage", "Aşama", "Стадия"),
    "stage_since": ("In stage since", "Aşama başlangıcı", "В стадии с"),
    "created_at": ("Created at", "Oluşturulma", "Создано"),
    "created_by": ("Created by", "Oluşturan", "Кто создал"),
    "updated_at": ("Updated at", "Güncellenme", "Изменено"),
    "updated_by": ("Updated by", "Güncelleyen", "Кто изменил"),
    "archived_at": ("Archived at", "Arşivlenme", "В архиве с"),
}
_TYPES = {
    "version": "integer",
    "owner": "user",
    "stage_since": "datetime",
    "created_at": "datetime",
    "created_by": "user",
    "updated_at": "datetime",
    "updated_by": "user",
    "archived_at": "datetime",
}
_STAGE = ("pipeline", "stage", "stage_since")
SYSTEM_NAMES = frozenset(_LABELS)


def _field(name: str) -> Field:
    english, turkish, russian = _LABELS[name]
    label = Text((("en", english), ("tr", turkish), ("ru", russian)))
    return Field(name, _TYPES.get(name, "text"), label, readonly=name != "owner", system=True)


_FIELDS = {name: _field(name) for name in _LABELS}


def system_fields(*, owned: bool, staged: bool) -> Mapping[str, Field]:
    """The built-in fields: lines that another record owns have no owner of their own, stages need a pipeline."""
    left_out = (("owner",) if owned else ()) + (() if staged else _STAGE)
    return MappingProxyType({name: field for name, field in _FIELDS.items() if name not in left_out})
