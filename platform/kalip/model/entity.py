"""An entity: a business type with its fields, pipelines, views and permissions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kalip.base.names import humanize
from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.model.access import Confidentiality, Permission
from kalip.model.conversion import Conversion
from kalip.model.field import Field, Origin
from kalip.model.field_right import FieldRight
from kalip.model.intake import Intake, WebForm
from kalip.model.personal import Personal, Subject
from kalip.model.pipeline import Pipeline
from kalip.model.rule import Clock, Hook, Rule
from kalip.model.view import BoardView, CalendarView, CardView, FormView, ListView


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over a whole record: the expression must not be false; `field` is where the violation shows."""

    name: str
    expression: Expression
    message: Text
    field: str = ""


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """Fields whose values together occur once among records that are not archived (nulls never clash)."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """Records alike in all `fields` mean the same thing: field name to method.

    Methods: exact, fold, phone, email, tax_number, starts (the first `length` characters) and similar (from
    `similarity` on). `also` are more fields of the record whose values count as the field's own. With `target` the
    records are compared with those of another entity, each field with the `pairs` there. `archived` compares with
    archived records too.
    A `strict` rule refuses what the others warn of. One that is `only_visible` compares with what the actor may read.
    `auto_merge` lets a scan merge what it finds.
    """

    name: str
    fields: Mapping[str, str]
    strict: bool = False
    label: Text = Text()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    target: str | None = None
    pairs: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    length: int = 8
    similarity: int = 85
    archived: bool = False
    auto_merge: bool = False
    only_visible: bool = False

    @property
    def is_fuzzy(self) -> bool:
        """Whether a field is compared by likeness, which no key can prove."""
        return "similar" in self.fields.values()

    @property
    def holds_for_all(self) -> bool:
        """Whether no two records may be alike, whoever may read them."""
        return self.strict and not self.only_visible

    @property
    def title(self) -> Text:
        """What people call it: the label, or one made from the name."""
        return self.label or Text.of(humanize(self.name))


@dataclass(frozen=True, slots=True)
class Entity:
    """A business type. `fields` are the declared ones in order; `system` the built-in ones.

    `title` is the field that names a record to people. `owned_by` names the reference field
    to the parent for entities that exist only as children of another (rights follow the parent).
    Permissions are keyed by (role, verb), where a verb may be `transition:<name>` or `convert:<name>`; rights on single
    fields by (role, field). `closed_fields` are those that only roles with such a right may see; the others are open to
    whoever may do something with the record. `owners` are fields that name further owners beside `owner`: users, and
    groups, whose members own the record together.
    """

    name: str
    pack: str
    label: Text
    plural: Text
    icon: str
    title: str
    fields: Mapping[str, Field]
    system: Mapping[str, Field]
    search: tuple[str, ...] = ()
    owned_by: str | None = None
    unique: tuple[UniqueKey, ...] = ()
    checks: tuple[Check, ...] = ()
    duplicates: tuple[DuplicateRule, ...] = ()
    personal: tuple[Personal, ...] = ()
    subject: Subject | None = None
    pipelines: Mapping[str, Pipeline] = field(default_factory=lambda: MappingProxyType({}))
    permissions: Mapping[tuple[str, str], Permission] = field(default_factory=lambda: MappingProxyType({}))
    confidentiality: Confidentiality | None = None
    owners: tuple[str, ...] = ()
    field_rights: Mapping[tuple[str, str], FieldRight] = field(default_factory=lambda: MappingProxyType({}))
    closed_fields: frozenset[str] = frozenset()
    lists: Mapping[str, ListView] = field(default_factory=lambda: MappingProxyType({}))
    forms: Mapping[str, FormView] = field(default_factory=lambda: MappingProxyType({}))
    boards: Mapping[str, BoardView] = field(default_factory=lambda: MappingProxyType({}))
    calendars: Mapping[str, CalendarView] = field(default_factory=lambda: MappingProxyType({}))
    cards: Mapping[str, CardView] = field(default_factory=lambda: MappingProxyType({}))
    rules: Mapping[str, Rule] = field(default_factory=lambda: MappingProxyType({}))
    clocks: Mapping[str, Clock] = field(default_factory=lambda: MappingProxyType({}))
    hooks: Mapping[str, Hook] = field(default_factory=lambda: MappingProxyType({}))
    conversions: Mapping[str, Conversion] = field(default_factory=lambda: MappingProxyType({}))
    intake: Intake | None = None
    webforms: Mapping[str, WebForm] = field(default_factory=lambda: MappingProxyType({}))
    was: tuple[str, ...] = ()
    origin: Origin = Origin("")
    description: Text = Text()

    @property
    def attributes(self) -> dict[str, Field]:
        """System and declared fields by name."""
        return {**self.system, **self.fields}

    def conversion_by(self, transition: str) -> Conversion | None:
        """The conversion that makes a move, when the move is made by one only."""
        return next((each for each in self.conversions.values() if each.transition == transition), None)

    @property
    def owner_fields(self) -> tuple[str, ...]:
        """The fields that name owners; none for an entity that is owned by another."""
        return ("owner", *self.owners) if "owner" in self.system else ()

    def attribute(self, name: str) -> Field | None:
        """A declared or system field."""
        return self.fields.get(name) or self.system.get(name)

    @property
    def default_pipeline(self) -> Pipeline | None:
        """The pipeline where new records start when none is named."""
        pipelines = tuple(self.pipelines.values())
        return next((each for each in pipelines if each.default), pipelines[0] if pipelines else None)
