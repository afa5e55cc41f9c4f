"""Texts of documents: read, and made from the name where none is written."""

from collections.abc import Mapping
from typing import Any

from kalip.base.names import humanize
from kalip.base.text import DEFAULT_LOCALE, Text

_EMPTY = Text()
_SYSTEM = {
    "id": ("Id", "Kimlik", "Идентификатор"),
    "version": ("Version", "Sürüm", "Версия"),
    "created_at": ("Created at", "Oluşturulma", "Создано"),
    "created_by": ("Created by", "Oluşturan", "Кем создано"),
    "updated_at": ("Changed at", "Değiştirilme", "Изменено"),
    "updated_by": ("Changed by", "Değiştiren", "Кем изменено"),
    "archived_at": ("Archived at", "Arşivlenme", "В архиве с"),
    "owner": ("Owner", "Sorumlu", "Ответственный"),
    "pipeline": ("Pipeline", "Süreç", "Воронка"),
    "stage": ("Stage", "Aşama", "Стадия"),
    "stage_since": ("In this stage since", "Bu aşamada", "На стадии с"),
    "stage_due": ("Time limit of the stage", "Aşamanın süre sınırı", "Срок на стадии"),
    "administrator": ("Administrator", "Yönetici", "Администратор"),
    "details": ("Details", "Ayrıntılar", "Подробности"),
}


def label_of(data: Mapping[str, Any], name: str, key: str = "label") -> Text:
    """The text of a key; where it is missing, or only translations are there, one made from the name."""
    said = data.get(key)
    if said is None:
        return Text(((DEFAULT_LOCALE, humanize(name)),))
    if isinstance(said, str):
        return Text(((DEFAULT_LOCALE, said),))
    return Text.of(said)


def text_of(data: Mapping[str, Any], key: str) -> Text:
    """The text of a key, empty when it is missing."""
    said = data.get(key)
    return _EMPTY if said is None else Text.of(said)


def own_label(name: str) -> Text:
    """The label of something of Kalip's own, in the languages that Kalip speaks."""
    return Text(tuple(zip(("en", "tr", "ru"), _SYSTEM[name], strict=True)))
