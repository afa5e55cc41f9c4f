"""Asks a directory whether a password is a person's: by signing in as the person, once the entry is found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from ldap3.utils.conv import escape_bytes, escape_filter_chars

from plugins.ldap.connecting import AccountRefused, open_directory
from plugins.ldap.options import Options
from plugins.ldap.reading import GUID, id_names
from plugins.ldap.searching import disabled_now, search_entries, wrapped

_NOTHING: Final = ("1.1",)
_PATIENCE: Final = 10
"""Seconds that a person who signs in waits at most for each answer."""


def check_password(written: Mapping[str, Any], person: str, password: str) -> bool:
    """Whether the directory lets a person in who is not disabled there. DirectoryFailed when it can't say."""
    if not _can_be_sent(password):
        return False
    options = Options(**written)
    options = replace(options, timeout=min(options.timeout, _PATIENCE))
    with open_directory(options) as connection:
        own = f"(&{wrapped(options.filter)}{_called(options, person)})"
        found = [each.place for each in search_entries(connection, options, options.base, own, _NOTHING)]
        if len(found) != 1:
            return False
        if options.disabled_filter:
            out = f"(&{own}{disabled_now(options)})"
            if any(search_entries(connection, options, options.base, out, _NOTHING)):
                return False
    try:
        with open_directory(replace(options, bind_dn=found[0], password=password)):
            return True
    except AccountRefused:
        return False


def _can_be_sent(password: str) -> bool:
    """JSON may carry halves of letters; and a server takes an empty one for nobody in particular, and lets it in."""
    try:
        return bool(password.encode())
    except UnicodeEncodeError:
        return False


def _called(options: Options, person: str) -> str:
    """A filter for the entry that is known so, by whichever of the attributes."""
    return f"(|{''.join(f'({name}={_value(name, person)})' for name in id_names(options))})"


def _value(name: str, person: str) -> str:
    if name.lower() == GUID.lower():
        try:
            return str(escape_bytes(UUID(person).bytes_le))
        except ValueError:
            pass
    return str(escape_filter_chars(person))
