"""Conversions: records of other entities made from one record in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_of
from types import MappingProxyType
from typing import Literal

from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.model.field import Origin

Duplicates = Literal["ask", "use", "make"]


@dataclass(frozen=True, slots=True)
class MapSource:
    """Where a value comes from: the whole value of the source's own field `name`, or what `expression` gives.

    The name `id` is the source record itself.
    """

    name: str = ""
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class LineMap:
    """How lines of the source's children field `name` become lines of the target; `fields` are over such a line."""

    name: str
    entity: str
    fields: Mapping[str, "FieldMap"]


@dataclass(frozen=True, slots=True)
class FieldMap:
    """How a field is filled: with the record of another `target`, with `lines`, or by the first source that gives.

    `sources` stand in for a `target` of which there is no record. `alike`: nobody wrote the map, the fields are called
    and made the same.
    """

    field: str
    sources: tuple[MapSource, ...] = ()
    target: str = ""
    lines: LineMap | None = None
    alike: bool = False


@dataclass(frozen=True, slots=True)
class ConversionTarget:
    """A record that a conversion makes, or an existing one in its place.

    Offered when `when` holds, chosen from the start when `chosen_when` holds (both: always, when None). `existing` is
    the source's reference to a record that is known already, `result` the one that will hold what was made.
    `pipelines` are those it may start in (all when empty), `pipeline` the one that is taken when nobody says.
    `again`: further ones may be made of a converted record. `ask` are fields that people fill in.
    """

    name: str
    entity: str
    label: Text
    fields: Mapping[str, FieldMap]
    step: int = 1
    when: Expression | None = None
    chosen_when: Expression | None = None
    existing: str = ""
    choose: bool = True
    result: str = ""
    again: bool = False
    duplicates: Duplicates = "ask"
    pipeline: str = ""
    pipelines: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RelatedMap:
    """What becomes of records of `entity` that refer to the source by `field`, as far as `when` holds for them.

    They go to the first of the targets in `to` of which there is a record, with `copies` a copy to each further one;
    or they make the move `transition`. Their fields in `also` that are empty refer to further results, by target.
    """

    entity: str
    field: str
    when: Expression | None = None
    to: tuple[str, ...] = ()
    copies: bool = False
    transition: str = ""
    also: Mapping[str, str] = made_of(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Conversion:
    """How records of an entity become records of others. `targets` are in the order in which they are made.

    Possible when `when` holds; at its end the source makes the move `transition`, which nobody makes otherwise.
    `locks`: from then on only the roles `unlocked_for` change the source. `undo_days` is for how long it can be undone.
    `automatic`: nobody is asked as long as nothing is missing; `on_create`: done at once for every new record.
    """

    name: str
    entity: str
    label: Text
    description: Text
    targets: Mapping[str, ConversionTarget]
    when: Expression | None = None
    when_message: Text = Text()
    transition: str = ""
    related: tuple[RelatedMap, ...] = ()
    automatic: bool = False
    on_create: bool = False
    needs_owner: bool = False
    locks: bool = False
    unlocked_for: tuple[str, ...] = ()
    undo_days: int = 30
    comments: bool = False
    origin: Origin = made_of(default_factory=lambda: Origin(""))

    @property
    def steps(self) -> tuple[int, ...]:
        """The numbers of its steps in order: what has to be there before the next is asked for."""
        return tuple(sorted({target.step for target in self.targets.values()}))
