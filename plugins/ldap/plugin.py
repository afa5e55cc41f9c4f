"""LDAP directories, such as OpenLDAP and Active Directory: people, their units and groups, by the extra `ldap`."""

import pkgutil
from collections.abc import Mapping, Sequence
from typing import Any

from kalip.runtime.plugins import DirectoryContents, DirectoryFailed, DirectoryKind, Text, hookimpl
from plugins.ldap.options import OPTIONS, REQUIRED


def read(options: Mapping[str, Any]) -> DirectoryContents:
    """All people and groups. DirectoryFailed when the directory can't be read to its end."""
    try:
        # Only when it is used: every process loads the plugins, and the library is an extra.
        reader = pkgutil.resolve_name("plugins.ldap.reading:read_directory")
    except ModuleNotFoundError as error:
        hint = "pip install 'kalip[ldap]'"
        raise DirectoryFailed("The package {name} is not installed.", params={"name": error.name}, hint=hint) from error
    contents: DirectoryContents = reader(options)
    return contents


@hookimpl
def kalip_directories() -> Sequence[DirectoryKind]:
    """The kind `ldap`."""
    label = Text.of({"en": "LDAP directory", "tr": "LDAP dizini", "ru": "Каталог LDAP"})
    return [DirectoryKind("ldap", label, read, OPTIONS, REQUIRED)]
