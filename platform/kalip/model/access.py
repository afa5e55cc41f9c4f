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
    ASSIGN = "assign"
    SHARE = "share"
    PURGE = "purge"


class Scope(StrEnum):
    """On which records a verb is permitted."""

    NONE = "none"
    OWN = "own"
    TEAM = "team"
    UNIT = "unit"
    UNIT_BELOW = "unit_below"
    ALL = "all"


NONE, OWN, ALL = Scope.NONE, Scope.OWN, Scope.ALL
VERBS = tuple(Verb)
EXPLICIT = (Verb.ASSIGN, Verb.SHARE, Verb.PURGE)
"""Verbs that give away or destroy: whoever permits "every verb" doesn't mean them, so that they are named."""
NAMED = (Verb.TRANSITION, Verb.CONVERT)
"""Verbs that may be permitted for one transition or conversion alone: `transition:win`."""
SHARABLE = (
    Verb.READ,
    Verb.UPDATE,
    Verb.ARCHIVE,
    Verb.RESTORE,
    Verb.TRANSITION,
    Verb.CONVERT,
    Verb.ASSIGN,
)
"""Verbs that may be given on a single record."""


class Area(StrEnum):
    """Parts of the metadata that a role may be let publish. Rights, roles and packs are no such part."""

    STRUCTURE = "structure"
    VIEWS = "views"
    PROCESSES = "processes"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Publishing:
    """An area that a role may publish: of these entities alone, None for all metadata of the area."""

    area: Area
    entities: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A bundle of permissions. An administrator role permits every verb on everything, and the designer.

    A privacy officer looks after personal data on the privacy pages, whatever the rights on records. `clearance` is the
    highest value of confidentiality fields whose records the role may know of; empty for none.
    `second_factor` lets its holders in only with one. `publishes` are the areas of the metadata that they may change.
    """

    name: str
    label: Text
    description: Text = Text()
    administrator: bool = False
    privacy_officer: bool = False
    clearance: str = ""
    second_factor: bool = False
    publishes: tuple[Publishing, ...] = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """One role's right to one verb on an entity; `condition` narrows it to matching rows.

    With `deny` it takes the right to these rows away, whoever gives it. `name` is the transition or conversion that it
    is about, empty for all of them.
    """

    role: str
    entity: str
    verb: Verb
    scope: Scope
    condition: Expression | None = None
    deny: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Confidentiality:
    """The choice field that says how confidential a record is, and its values from the least to the most."""

    field: str
    levels: tuple[str, ...]


def verb_key(verb: Verb, name: str = "") -> str:
    """The verb as permissions are keyed by: `transition`, or `transition:win` for one of them."""
    return f"{verb.value}:{name}" if name else verb.value
