"""Actions that plugins bring: behaviour which metadata calls by name, in a transition's effects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from kalip.base.errors import Violation
from kalip.base.text import Text


class Records(Protocol):
    """What an action may ask about other records, always as the actor that runs it."""

    def find(
        self, entity: str, *, where: str = "", fields: Sequence[str] = (), sort: Sequence[str] = (), limit: int = 50
    ) -> Sequence[Mapping[str, Any]]:
        """Records that match the expression `where`, as JSON values by path; `sort` like `("-amount", "name")`."""

    def count(self, entity: str, *, where: str = "") -> int:
        """How many records match the expression `where`."""

    def users(self, role: str = "") -> Sequence[Mapping[str, str]]:
        """Active users (id, name, email) with a role, ordered by name; everybody without one."""


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What an action is given. `values` are the record's field values by name, before the action.

    `arguments` are those of the metadata, checked against the action's parameters.
    """

    entity: str
    record_id: str
    values: Mapping[str, Any]
    arguments: Mapping[str, Any]
    actor_id: str | None
    now: datetime
    today: date
    records: Records


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action answers: fields to set, through the same checks as a form; faults refuse the transition."""

    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    violations: Sequence[Violation] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A named behaviour. `parameters` are JSON Schema `properties`, each titled and described.

    `run` is called inside the transaction of the command and may be called again when it is
    retried, so it must have no effect but its result.
    """

    name: str
    label: Text
    run: Callable[[ActionContext], ActionResult]
    parameters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    required: Sequence[str] = ()
