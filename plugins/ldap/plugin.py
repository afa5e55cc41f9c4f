"""LDAP directories, such as OpenLDAP and Active Directory: people, their units and groups, by the extra `ldap`."""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kalip.runtime.plugins import DirectoryContents, DirectoryFailed, DirectoryKind, Text, hookimpl
from plugins.ldap.options import OPTIONS, REQUIRED


def read(options: Mapping[str, Any]) -> DirectoryContents:
    """All people and groups. DirectoryFailed when the directory can't be read to its end."""
    contents: DirectoryContents = _found("plugins.ldap.reading:read_directory")(options)
    return contents


def check(options: Mapping[str, Any], person: str, password: str) -> bool:
    """Whether the directory lets a person in by a password. DirectoryFailed when it can't say."""
    right: bool = _found("plugins.ldap.checking:check_password")(options, person, password)
    return right


@hookimpl
def kalip_directories() -> Sequence[DirectoryKind]:
    """The kind `ldap`."""
    label = Text.of({"en": "LDAP directory", "tr": "LDAP dizini", "ru": "Каталог LDAP"})
    return [DirectoryKind("ldap", label, read, OPTIONS, REQUIRED, check=check)]


def _found(name: str) -> Callable[..., Any]:
    try:
        # Only when it is used: every process loads the plugins, and the library is an extra.
        found: Callable[..., Any] = pkgutil.resolve_name(name)
    except ModuleNotFoundError as error:
        hint = "pip install 'kalip[ldap]'"
        raise DirectoryFailed("The package {name} is not installed.", params={"name": error.name}, hint=hint) from error
    return found
