"""What `[directories.<name>]` may say of an LDAP directory, and what holds when it doesn't."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Active Directory calls computers persons too. What a server doesn't know is neither true nor false: never under a "!".
PEOPLE: Final = "(|(objectClass=inetOrgPerson)(&(objectCategory=person)(objectClass=user)))"
GROUPS: Final = (
    "(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"
)
NOW: Final = "{now}"
"""Said in a filter: the time as Active Directory counts it, in steps of 100 ns since 1601."""
# Active Directory; FreeIPA and 389 DS; OpenLDAP with password policies. A server passes over what it doesn't know.
DISABLED: Final = (
    "(|(userAccountControl:1.2.840.113556.1.4.803:=2)"
    f"(&(accountExpires>=1)(accountExpires<={NOW}))"
    "(nsAccountLock=TRUE)(pwdAccountLockedTime=000001010000Z))"
)
ATTRIBUTES: Final[Mapping[str, str]] = {
    "email": "mail",
    "name": "displayName cn",
    "position": "title",
    "locale": "preferredLanguage",
    "unit": "",
    "timezone": "",
}
"""What each part is read from: the first of these attributes that is filled."""
FROM_PLACE: Final = "ou"
"""Said of `unit`: by the organisational units that the entry lies in, below the base."""


def _text(title: str, description: str) -> dict[str, Any]:
    return {"title": title, "description": description, "type": "string"}


OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "url": {
        **_text("Address", "ldaps://host:636, or ldap://host:389 with StartTLS."),
        "pattern": r"^ldaps?://[^/@\s]+/?$",
    },
    "bind_dn": _text("Account", "The account that reads; without it nobody in particular."),
    "password": _text("Password", "Its password."),
    "ca_file": _text("Certificates", "A file of the authorities that are believed, instead of the system's."),
    "base": _text("Base", "Where people are looked for, with all below it."),
    "filter": _text("Filter", "Which entries are people."),
    "disabled_filter": _text("Disabled", "Which of them are kept out."),
    "group_base": _text("Base of groups", "Where groups are looked for; without it none are."),
    "group_filter": _text("Filter of groups", "Which entries are groups."),
    "attributes": {
        "title": "Attributes",
        "description": "What is read from which attributes; the first that is filled counts.",
        "type": "object",
        "properties": {
            **{name: _text(name.capitalize(), f"Attributes of the {name}.") for name in ATTRIBUTES},
            "id": _text("Id", "The attribute that stays whatever the entry is called."),
        },
        "additionalProperties": False,
    },
    "page_size": {
        "title": "Page",
        "description": "Entries to a page.",
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
    },
    "timeout": {
        "title": "Timeout",
        "description": "Seconds that an answer may take.",
        "type": "integer",
        "minimum": 1,
        "maximum": 600,
    },
}
REQUIRED: Final = ("url", "base")


@dataclass(frozen=True, slots=True)
class Options:
    """The same with what holds when it isn't said."""

    url: str
    base: str
    bind_dn: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    filter: str = PEOPLE
    disabled_filter: str = DISABLED
    group_base: str = ""
    group_filter: str = GROUPS
    attributes: Mapping[str, str] = field(default_factory=dict)
    page_size: int = 500
    timeout: int = 60

    def read_from(self, part: str) -> tuple[str, ...]:
        """The attributes that a part of a person is read from, in order."""
        return tuple(self.attributes.get(part, ATTRIBUTES.get(part, "")).split())
