"""What one may ask of conversions, and what is answered: frozen types without behaviour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kalip.base.errors import KalipError, Violation
from kalip.base.text import Text
from kalip.model import Conversion, ConversionTarget, Duplicates, Field
from kalip.records import Source, nothing

Fill = Literal["empty", "nothing"]
Steps = Literal["all", "next"]
Standing = Literal["offered", "linked", "made", "closed"]
"""A target: to be made; a record is known and needn't be made; made already; not for this record."""


class ConversionRefused(KalipError):
    """A conversion that is refused as a whole; `violations` lists what is missing or wrong, if anything is.

    Pointers lead into the call: `/values/<field>` of the record itself, `/targets/<target>/values/<field>`.
    """

    code = "W110"

    def __init__(
        self,
        template: str,
        *,
        hint: str = "",
        params: Mapping[str, object] | None = None,
        violations: Sequence[Violation] = (),
    ) -> None:
        super().__init__(template, hint=hint, params=params)
        self.violations = tuple(violations)


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """What is said of one target.

    `values` come before what the maps give. `existing` is a record to take in place of a new one: what it lacks is
    filled in unless `fill` is nothing, and the fields in `overwrite` are replaced. `new` makes a record though one is
    known, `duplicates` decides otherwise than the metadata about records that mean the same.
    """

    values: Mapping[str, object] = field(default_factory=nothing)
    existing: str | None = None
    fill: Fill = "empty"
    overwrite: tuple[str, ...] = ()
    pipeline: str | None = None
    new: bool = False
    duplicates: Duplicates | None = None


@dataclass(frozen=True, slots=True)
class ConvertRecord:
    """A conversion of a record. `targets` by name; None means those that are chosen from the start.

    `values` fill fields of the record itself on the way. `steps` next makes only the first step that is left, so that
    the rest can be asked for afterwards. The same `key` twice is one conversion. `version` is the one it was decided
    on; None converts any.
    """

    entity: str
    id: str
    conversion: str
    targets: Mapping[str, TargetChoice] | None = None
    values: Mapping[str, object] = field(default_factory=nothing)
    version: int | None = None
    source: Source = "json"
    steps: Steps = "all"
    duplicates: Duplicates | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class MadeRecord:
    """A record that a conversion made (`made`) or took."""

    target: str
    entity: str
    id: str
    made: bool
    version: int


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion came to. `pending` targets are still to be made; `version` is the source's.

    `actor` began it; `at` is when it was finished, or begun as long as it isn't.
    """

    id: str
    entity: str
    record_id: str
    conversion: str
    state: str
    results: tuple[MadeRecord, ...]
    pending: tuple[str, ...]
    version: int
    correlation: str
    actor: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that an existing record has otherwise than the converted one, as JSON values."""

    field: Field
    present: object
    mapped: object


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that seems to mean the same as the one to be made: by which rule, and what it is called."""

    entity: str
    id: str
    rule: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """What would become of one target.

    `chosen`: it is made when nobody says otherwise. `selected`: it is made by the command. `existing` is the record
    that is taken. `values` are the JSON values that it would have, `missing` the fields that have to be asked for.
    `pipelines` are those that the actor may start it in. `denied` says why the actor may not make it.
    """

    target: ConversionTarget
    standing: Standing
    chosen: bool
    selected: bool
    existing: str | None
    pipelines: tuple[str, ...]
    pipeline: str
    values: Mapping[str, object]
    missing: tuple[str, ...]
    violations: tuple[Violation, ...]
    candidates: tuple[Candidate, ...] = ()
    differences: tuple[Difference, ...] = ()
    denied: KalipError | None = None


@dataclass(frozen=True, slots=True)
class LostValue:
    """A value of the source that goes into none of the records to be made; it stays with the source."""

    field: Field
    value: object


@dataclass(frozen=True, slots=True)
class Gap:
    """A field of the source that a target lacks and could be given; `clashing`: it has another one of that name."""

    target: str
    field: Field
    clashing: bool = False


@dataclass(frozen=True, slots=True)
class ConversionPlan:
    """What a conversion would do; nothing is written.

    `error` is why it would be refused, `violations` are all faults as the conversion would tell them. `asked` are the
    fields of the source to ask for, `sets` what its move gives it. `open` is the conversion that was begun and waits
    for its next step, `done` those that were finished.
    """

    conversion: Conversion
    allowed: bool
    error: KalipError | None
    violations: tuple[Violation, ...]
    targets: tuple[TargetPlan, ...]
    asked: tuple[Field, ...]
    missing: tuple[str, ...]
    lost: tuple[LostValue, ...]
    sets: Mapping[str, object]
    steps: tuple[int, ...]
    open: Converted | None
    done: tuple[Converted, ...]
    gaps: tuple[Gap, ...] = ()

    def target(self, name: str) -> TargetPlan:
        """The plan of one target. Raises KeyError for an unknown one."""
        found = next((each for each in self.targets if each.target.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


@dataclass(frozen=True, slots=True)
class Offer:
    """A conversion of an entity that the actor may begin with some of its records."""

    name: str
    label: Text
    transition: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a conversion can't be undone; on which record, None for the conversion itself."""

    template: str
    params: Mapping[str, object]
    entity: str | None = None
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """Whether a conversion can be undone, until when, and what stands in the way."""

    conversion: Converted
    until: datetime | None
    blockers: tuple[Blocker, ...]

    @property
    def possible(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.blockers
