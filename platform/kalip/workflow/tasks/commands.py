"""What one may ask of tasks, and what is answered: frozen types without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from kalip.base.errors import KalipError
from kalip.base.text import Text
from kalip.model import Span
from kalip.records import Source, Titles, nothing
from kalip.storage.tasks import Task

TASK: Final = "tasks"
"""What tasks are called where entities are: in the event log."""
PRIORITIES: Final = ("low", "normal", "high", "urgent")
LONGEST_TITLE: Final = 200
LONGEST_NOTE: Final = 10_000
Tone = Literal["plain", "good", "bad"]


class TaskTaken(KalipError):
    """Somebody else ended or took the task first; the message says who, and how."""

    code = "W201"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way to end a task. `comment`: one must be written; `fields` of the record must be filled in."""

    label: Text
    comment: bool = False
    fields: tuple[str, ...] = ()
    tone: Tone = "plain"


DEFAULT_OUTCOMES: Final[Mapping[str, Outcome]] = MappingProxyType(
    {"done": Outcome(Text((("en", "Done"), ("tr", "Tamamlandı"), ("ru", "Готово"))), tone="good")}
)


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be given to a `user`, or to whoever of a `role` takes it; one of both.

    About a record when `entity` and `record_id` say so. With `due_in` it is due after that span: in the working time
    of `calendar` when one is named. `source` and `source_name` say what makes it. The same `key` twice is one task.
    """

    title: str
    entity: str | None = None
    record_id: str | None = None
    user: str | None = None
    role: str | None = None
    due: datetime | None = None
    due_in: Span | None = None
    calendar: str | None = None
    outcomes: Mapping[str, Outcome] = field(default_factory=lambda: DEFAULT_OUTCOMES)
    source: Literal["person", "rule", "process", "conversion", "step"] = "person"
    source_name: str | None = None
    key: str | None = None
    note: str = ""
    priority: str = "normal"
    kind: str = "task"


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """The end of a task. Without `outcome` the only one there is; `values` fill the fields that it asks for."""

    id: str
    outcome: str | None = None
    comment: str = ""
    values: Mapping[str, object] = field(default_factory=nothing)
    source: Source = "json"


@dataclass(frozen=True, slots=True)
class AssignTask:
    """A task for another person or role. `delegate`: its holder gives it on, and goes on seeing what becomes of it."""

    id: str
    user: str | None = None
    role: str | None = None
    delegate: bool = False


@dataclass(frozen=True, slots=True)
class ChangeTask:
    """Other words or another date for a task; what is not in `values` (title, note, due, priority) stays."""

    id: str
    values: Mapping[str, object] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as one who may see it sees it. `may` names what this person may do with it.

    `record_title` is empty where the record is gone or out of the person's sight.
    """

    task: Task
    outcomes: Mapping[str, Outcome]
    titles: Titles
    record_title: str
    record_visible: bool
    overdue: bool
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks; `next` continues them."""

    items: tuple[TaskView, ...]
    next: str | None


def outcomes_json(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Outcomes as they are kept and told."""
    return {
        name: {
            "label": dict(each.label.pairs),
            "comment": each.comment,
            "fields": list(each.fields),
            "tone": each.tone,
        }
        for name, each in outcomes.items()
    }


def outcomes_of(task: Task) -> dict[str, Outcome]:
    """The outcomes that a task is kept with."""
    return {
        name: Outcome(Text.of(each["label"]), each["comment"], tuple(each["fields"]), each["tone"])
        for name, each in task.outcomes.items()
    }
