"""Sentences about changes of metadata in a reader's language."""

from kalip.metadata.wording import Wording
from kalip.web.locale import translate


def wording_text(locale: str, wording: object) -> str:
    """A wording in a locale: its template translated, and what fills it."""
    if isinstance(wording, Wording):
        return translate(locale, wording.template, **{n: wording_text(locale, v) for n, v in wording.params.items()})
    return str(wording.get(locale)) if hasattr(wording, "get") else str(wording)
