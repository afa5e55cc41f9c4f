"""A field of an entity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from kalip.base.text import Text
from kalip.expressions import Expression

USER, GROUP = "user", "group"
DIRECTORY: Final[Mapping[str, tuple[str, ...]]] = {
    USER: ("id", "name", "email", "locale", "timezone"),
    GROUP: ("id", "name", "code"),
}
"""The types of fields that name somebody of the organisation, with what can be said of each: `owner.name`."""
FILE, FILES, IMAGE = "file", "files", "image"
FILE_KINDS: Final = (FILE, FILES, IMAGE)
"""The types of fields that name files."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which layer set a property: pack name (or `site`), file and line."""

    layer: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute of an entity, with every default filled in.

    `options` are the type's own settings, checked by the field type (max_length, scale, …).
    `target` is the entity a reference, references or children field points to, `via` the
    reference on the children's side that points back. `choices` names a choice list.
    `audit_reads`: the event log tells who was shown a value.
    `unconverted` ("empty" or "refuse") and `unconverted_into` (a text field) say what becomes of
    values that a change of type can't convert.
    Expressions are compiled against the owning entity. `system` marks the built-in fields
    (id, version, owner, stage, …) that every entity has without saying so.
    """

    name: str
    type: str
    label: Text
    help: Text = Text()
    placeholder: Text = Text()
    unit: Text = Text()
    required: bool = False
    readonly: bool = False
    unique: bool = False
    indexed: bool = False
    audit_reads: bool = False
    default: Any = None
    default_expression: Expression | None = None
    backfill: Expression | None = None
    unconverted: str = "empty"
    unconverted_into: str = ""
    required_when: Expression | None = None
    visible_when: Expression | None = None
    readonly_when: Expression | None = None
    computed: Expression | None = None
    target: str | None = None
    targets: tuple[str, ...] = ()
    via: str | None = None
    on_delete: str = "restrict"
    choices: str | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    was: tuple[str, ...] = ()
    system: bool = False
    origin: Origin = Origin("")

    @property
    def names(self) -> str | None:
        """What a value names: an entity's record, a `user` or a `group`; None where it names nothing."""
        return self.type if self.type in DIRECTORY else self.target
