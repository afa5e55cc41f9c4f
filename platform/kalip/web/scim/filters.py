"""Filters of SCIM lists: attributes equal to values, joined by `and` (RFC 7644, 3.4.2.2). Others are refused."""

import re
from typing import Final

from kalip.web.scim.errors import ScimFault

LONGEST: Final = 1_000
_TERM: Final = re.compile(
    r"""\s*(?P<name>[A-Za-z][\w.:\-]*)\s+(?P<operator>[A-Za-z]{2})\s+"""
    r"""(?P<value>"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"|true|false|null)\s*(?P<more>and\s|$)""",
    re.IGNORECASE,
)
_ESCAPE: Final = re.compile(r'\\(u[0-9a-fA-F]{4}|["\\/bfnrt])')
_PLAIN: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def read_filter(text: str | None, known: frozenset[str]) -> dict[str, str]:
    """Attribute (in lower case) to the text that it shall equal; ScimFault for what isn't understood.

    `known` are attributes in lower case.
    """
    if not text or not text.strip():
        return {}
    if len(text) > LONGEST:
        raise ScimFault("invalidFilter", "The filter is too long.")
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        term = _TERM.match(text, place)
        if term is None:
            raise ScimFault("invalidFilter", 'Only terms such as userName eq "a@b.c" are understood, joined by and.')
        name = term["name"].rpartition(":")[2].casefold()
        if term["operator"].casefold() != "eq" or name not in known:
            raise ScimFault("invalidFilter", f"One can't filter by {term['name'][:60]} {term['operator']}.")
        found[name] = _value(term["value"])
        place = term.end()
        if not term["more"].strip() and place < len(text):
            raise ScimFault("invalidFilter", "The filter doesn't end where it should.")
        if term["more"].strip() and not text[place:].strip():
            raise ScimFault("invalidFilter", "Something is missing after and.")
    return found


def _value(written: str) -> str:
    if not written.startswith('"'):
        return written.casefold()
    return _ESCAPE.sub(_unescaped, written[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    said = found[1]
    return chr(int(said[1:], 16)) if said.startswith("u") else _PLAIN.get(said, said)
