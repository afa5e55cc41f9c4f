"""Translations that an app brings: `translations/tr.csv` and `locale/tr.po`."""

import csv
from collections.abc import Mapping
from io import BytesIO, StringIO
from typing import Final

from babel.messages.pofile import PoFileError, read_po

from kalip.runtime.plugins import Label, PackDraft, Source, plain_text, texts

_FOLDERS: Final = ("translations", "locale")
_LANGUAGE_AND_TEXT: Final = 2


class Translations:
    """What texts are in other languages."""

    def __init__(self, source: Source, draft: PackDraft) -> None:
        self._languages: dict[str, dict[str, str]] = {}
        for path, content in source.files.items():
            steps = path.split("/")
            if len(steps) < len(_FOLDERS) or steps[-2] not in _FOLDERS:
                continue
            name, _, ending = steps[-1].rpartition(".")
            locale = name.replace("_", "-")
            if locale not in source.languages or locale == "en":
                continue
            try:
                read = _from_po(content) if ending == "po" else _from_csv(content)
            except (UnicodeDecodeError, PoFileError, csv.Error, ValueError) as error:
                draft.dropped(path, f"the translations can't be read: {error}")
                continue
            self._languages.setdefault(locale, {}).update(read)

    def label(self, text: str) -> Label:
        """A text with its translations."""
        said = {locale: known[text] for locale, known in self._languages.items() if text in known}
        return texts({"en": text, **said}) if said else plain_text(text)


def _from_po(content: bytes) -> Mapping[str, str]:
    catalogue = read_po(BytesIO(content), abort_invalid=True)
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string
    }


def _from_csv(content: bytes) -> Mapping[str, str]:
    rows = csv.reader(StringIO(content.decode("utf-8-sig")), strict=True)
    return {row[0]: row[1] for row in rows if len(row) >= _LANGUAGE_AND_TEXT and row[0] and row[1]}
