"""What a rule does: one frozen type for each kind of action, all expressions over the rule's record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.model.calendar import Span

Values = Mapping[str, Expression]


def no_values() -> Values:
    """The default: no expressions."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wording:
    """A text with `{expression}` places: `parts` maps each place's source to its expression."""

    text: Text
    parts: Values = field(default_factory=no_values)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not self.text


@dataclass(frozen=True, slots=True)
class People:
    """Who is meant: every user of `roles`, and those whom user fields at `paths` name."""

    roles: tuple[str, ...] = ()
    paths: Values = field(default_factory=no_values)


@dataclass(frozen=True, slots=True)
class SetFields:
    """Set fields of the record."""

    values: Values


@dataclass(frozen=True, slots=True)
class CreateRecord:
    """Make a record of an entity."""

    entity: str
    values: Values


@dataclass(frozen=True, slots=True)
class UpdateRelated:
    """Change the record that `reference` leads to, or the records of `entity` whose field `by` leads to this one."""

    entity: str
    values: Values
    reference: str = ""
    by: str = ""
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class MakeTransition:
    """Move the record by a transition's name or to a stage; `values` fill what the move asks for."""

    transition: str = ""
    stage: str = ""
    values: Values = field(default_factory=no_values)


@dataclass(frozen=True, slots=True)
class ConvertRecords:
    """Run a conversion; when something is missing, a task for `otherwise` says so instead of a failure."""

    conversion: str
    otherwise: People | None = None


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Make a task about the record."""

    title: Wording
    people: People
    due: Span | None = None
    calendar: str = ""
    text: Wording = field(default_factory=lambda: Wording(Text()))


@dataclass(frozen=True, slots=True)
class AssignUser:
    """Give the user field `field` to one of a role's users: each in turn, or who has the fewest open records."""

    field: str
    role: str
    by: Literal["turn", "load"] = "load"
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class NotifyUsers:
    """Tell people in the application."""

    people: People
    text: Wording


@dataclass(frozen=True, slots=True)
class SendMail:
    """Send an e-mail to addresses and people, by a template or with texts of its own."""

    to: Values
    people: People
    template: str = ""
    subject: Wording = field(default_factory=lambda: Wording(Text()))
    body: Wording = field(default_factory=lambda: Wording(Text()))


@dataclass(frozen=True, slots=True)
class CallHook:
    """Send a signed message to an address; `secret` names the value that signs it."""

    url: str
    secret: str
    values: Values = field(default_factory=no_values)


@dataclass(frozen=True, slots=True)
class RunAction:
    """Run a plugin's action on the record."""

    action: str
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


RuleAction = (
    SetFields
    | CreateRecord
    | UpdateRelated
    | MakeTransition
    | ConvertRecords
    | CreateTask
    | AssignUser
    | NotifyUsers
    | SendMail
    | CallHook
    | RunAction
)


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a rule under its name; with `condition` only where that holds."""

    name: str
    action: RuleAction
    condition: Expression | None = None
