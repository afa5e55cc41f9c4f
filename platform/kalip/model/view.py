"""Views: named lists, forms, boards and cards of an entity."""

from collections.abc import Mapping
from dataclasses import dataclass

from kalip.base.text import Text
from kalip.expressions import Expression


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of an order; `field` may be a dotted path through a reference."""

    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; `field` may be a dotted path (`company.name`), width is in pixels."""

    field: str
    width: int | None = None
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class ListView:
    """A list; `filter` is a boolean expression over the entity."""

    name: str
    label: Text
    columns: tuple[Column, ...]
    sort: tuple[Sort, ...] = ()
    filter: Expression | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A block of a form: `fields` maps a field name to the number of grid columns it spans."""

    name: str
    label: Text
    fields: Mapping[str, int]
    columns: int = 2
    visible_when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a form; the first one is shown at once, the others load when opened."""

    name: str
    label: Text
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class FormView:
    """The layout of a record's form and page; `related` lists children and inverse references shown below it."""

    name: str
    tabs: tuple[Tab, ...]
    related: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields of all tabs in order."""
        return tuple(name for tab in self.tabs for section in tab.sections for name in section.fields)


@dataclass(frozen=True, slots=True)
class CardView:
    """A record in small: on boards, in pickers and previews."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoardView:
    """A pipeline as columns of cards; `sum` is a numeric field totalled per stage."""

    name: str
    label: Text
    pipeline: str
    card: CardView
    sum: str | None = None
    sort: tuple[Sort, ...] = ()
    filter: Expression | None = None


@dataclass(frozen=True, slots=True)
class CalendarView:
    """Records at their time, by fields of their own: `start`, `end` (a length when that is a duration).

    Records without a start are shown on their `day`. `colour` is a choice field, `about` the reference to what a
    record is about.
    """

    name: str
    label: Text
    start: str
    end: str | None
    day: str | None
    title: str
    colour: str | None
    about: str | None
    filter: Expression | None = None

    @property
    def times(self) -> tuple[str, ...]:
        """The fields that say when a record is."""
        return tuple(name for name in (self.start, self.end, self.day) if name is not None)
