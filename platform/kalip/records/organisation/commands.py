"""What one may ask of the organisation: frozen types without behaviour. A faulty value is told with its pointer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kalip.storage.substitutions import SubstitutionKind

UNIT, GROUP, POSITION = "kalip.unit", "kalip.group", "kalip.position"
ABSENCE, SUBSTITUTION = "kalip.absence", "kalip.substitution"
"""What these are called where entities are: in the event log. No entity's name has a dot."""
LONGEST_NAME: Final = 200
LONGEST_NOTE: Final = 2_000
KINDS: Final[tuple[SubstitutionKind, ...]] = ("inform", "tasks", "all")
REASONS: Final = ("vacation", "illness", "travel", "other")


@dataclass(frozen=True, slots=True)
class SaveUnit:
    """A unit as it shall be; `parent` and `manager` are ids. `calendar` None means that of the unit above."""

    code: str
    name: str
    parent: str | None = None
    manager: str | None = None
    calendar: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class SavePosition:
    """A person's place in a unit, from the day `since` through the day `until`; either may be open."""

    user: str
    unit: str
    title: str = ""
    head: bool = False
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SaveGroup:
    """A group as it shall be."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class SaveAbsence:
    """When a person is away: from `starts` until before `ends`, both aware moments."""

    user: str
    starts: datetime
    ends: datetime
    reason: str = "vacation"
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewSubstitution:
    """That `substitute` stands in for `absent` from `starts` until before `ends`, both aware moments.

    `kind` is inform (gets copies of notifications), tasks (also sees and ends the tasks) or all (may also act in the
    place of the absent one). No `entities` means every entity. With `moves` the open tasks are handed over while it
    lasts.
    """

    absent: str
    substitute: str
    starts: datetime
    ends: datetime
    kind: str = "tasks"
    entities: tuple[str, ...] = ()
    note: str = ""
    moves: bool = False
