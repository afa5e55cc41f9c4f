"""A web address."""

import re
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any
from urllib.parse import urlsplit

from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json
from kalip.fields.operators import words
from kalip.fields.options import keys, option
from kalip.fields.texts import clean_line
from kalip.model import Field

LONGEST = 2000
SCHEMES = ("https", "http")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_HOST = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\s/?#@\[\]\"'<>\\^`{|}%:]+)(?::[0-9]{0,5})?")
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")


class UrlType(TextFamily):
    """An absolute web address."""

    name = "url"
    label = words("Web address", "Web adresi", "Веб-адрес")
    description = "An absolute web address. Where people type it, `https://` is put before an address without scheme."
    widget = "url"
    indexable = False
    options = keys(
        {
            "schemes": option(
                "Schemes",
                "Schemes allowed; https and http when left out.",
                type="array",
                items={"type": "string", "enum": ["https", "http", "ftp", "sftp", "ssh", "git"]},
                minItems=1,
                uniqueItems=True,
            )
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return ("https://example.com/", "http://user@[::1]:8080/a%20b?c=d&e#f", "https://пример.рф/путь")

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read an absolute address."""
        text = clean_line(raw, LONGEST)
        return None if text is None else _checked(text)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> str | None:
        """Read an address, with `https://` put before one without scheme."""
        text = text.strip()
        return self.parse_value(field, text if _SCHEME.match(text) else f"https://{text}")

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse schemes that are not allowed."""
        allowed = field.options.get("schemes") or SCHEMES
        scheme = value.partition(":")[0]
        if scheme in allowed:
            return ()
        return (
            FieldFault(
                "scheme",
                "The address must begin with {schemes}.",
                {"schemes": ", ".join(f"{each}://" for each in allowed)},
            ),
        )

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Text with a scheme."""
        return {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*://", "examples": ["https://example.com/"]}


def _checked(text: str) -> str:
    scheme = _SCHEME.match(text)
    if scheme is None or _UNSAFE.search(text):
        raise _fault(text)
    text = scheme.group().lower() + text[scheme.end() :]
    try:
        split = urlsplit(text)
        host, _ = split.hostname, split.port
    except ValueError:
        raise _fault(text) from None
    if not host or not _HOST.fullmatch(split.netloc.rpartition("@")[2]):
        raise _fault(text)
    return text


def _fault(text: str) -> FieldFault:
    return FieldFault(
        "not_a_url", "'{text}' is not a web address; write it like https://example.com/.", {"text": text[:200]}
    )
