"""Roles and what they permit."""

from dataclasses import dataclass
from enum import StrEnum

from kalip.base.text import Text
from kalip.expressions import Expression


class Verb(StrEnum):
    """What one may do with records of an entity."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    ARCHIVE = "archive"
    RESTORE = "restore"
    TRANSITION = "transition"
    CONVERT = "convert"
    EXPORT = "export"
    IMPORT = "import"


class Scope(StrEnum):
    """On which records a verb is permitted."""

    NONE = "none"
    OWN = "own"
    ALL = "all"


NONE, OWN, ALL = Scope.NONE, Scope.OWN, Scope.ALL
VERBS = tuple(Verb)


@dataclass(frozen=True, slots=True)
class Role:
    """A bundle of permissions. An administrator role permits every verb on everything, and the designer.

    A privacy officer looks after personal data on the privacy pages, whatever the rights on records.
    """

    name: str
    label: Text
    description: Text = Text()
    administrator: bool = False
    privacy_officer: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """One role's right to one verb on an entity; `condition` narrows it to matching rows."""

    role: str
    entity: str
    verb: Verb
    scope: Scope
    condition: Expression | None = None
