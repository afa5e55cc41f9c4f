"""Distinguished names: compared whatever their case and escapes, and read for the units that an entry lies in."""

import re
from collections.abc import Iterator
from typing import Final

from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.dn import parse_dn

Part = tuple[str, str]
_ESCAPED: Final = re.compile(rb"\\([0-9a-fA-F]{2}|.)", re.DOTALL)
_UNIT: Final = "ou"
_NO_CODE: Final = re.compile(r"[^\w.\-]+")
_LONGEST_CODE: Final = 64


def parts_of(name: str) -> tuple[Part, ...]:
    """The parts of a name from the entry up, types in small letters; empty for what is no name."""
    try:
        return tuple((kind.strip().lower(), _plain(value)) for kind, value, _ in parse_dn(name, strip=True))
    except LDAPInvalidDnError:
        return ()


def key_of(name: str) -> tuple[Part, ...]:
    """A name as names are compared; what is no name is compared as it is."""
    return tuple((kind, value.casefold()) for kind, value in parts_of(name)) or (("", name.casefold()),)


def units_of(name: str, base: str) -> str:
    """The codes of the organisational units that an entry lies in, from the one below the base down, apart by `/`."""
    below = parts_of(name)[: -len(parts_of(base)) or None]
    return "/".join(reversed(list(_codes(below[1:]))))


def code_of(text: str) -> str:
    """A unit's code made of its name."""
    return _NO_CODE.sub("-", text).strip("-.")[:_LONGEST_CODE]


def _codes(parts: tuple[Part, ...]) -> Iterator[str]:
    for kind, value in parts:
        if kind == _UNIT and code_of(value):
            yield code_of(value)


def _plain(value: str) -> str:
    def letter(found: re.Match[bytes]) -> bytes:
        said = found[1]
        return bytes.fromhex(said.decode()) if len(said) > 1 else said

    return _ESCAPED.sub(letter, value.encode()).decode(errors="replace")
