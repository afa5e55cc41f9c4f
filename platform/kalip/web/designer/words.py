"""Changes and steps of a plan as lines that people read."""

from collections.abc import Iterable
from dataclasses import dataclass

from kalip.designer import Drafted
from kalip.metadata import Change, ChangeKind
from kalip.metadata.wording import Sentence, sentences
from kalip.storage import Step
from kalip.storage.index_steps import CreateIndex, DropIndex
from kalip.web.designer.reading import page_of
from kalip.web.locale import current_locale, gettext
from kalip.web.wording import wording_text

_ICONS = {
    ChangeKind.ADDED: "plus",
    ChangeKind.REMOVED: "minus",
    ChangeKind.CHANGED: "pencil",
    ChangeKind.MOVED: "arrows-sort",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A change of the metadata."""

    icon: str
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A step of a plan."""

    id: str
    text: str
    lossy: bool
    slow: bool
    index: bool
    goes_on: bool


def lines_of(changes: Iterable[Change]) -> tuple[Line, ...]:
    """Changes of packs in the reader's language."""
    return tuple(map(_line, sentences(tuple(changes))))


def line_of(change: Sentence, drafted: Drafted) -> Line:
    """A drafted change in the reader's language, leading to where it was made as long as that is there."""
    there = change.address in drafted.stack.documents
    href = page_of(change.address, change.pointer.rpartition("/")[0]) if there else ""
    return _line(change, href)


def steps_of(steps: Iterable[Step]) -> tuple[Planned, ...]:
    """Steps of a plan in the reader's language."""
    return tuple(map(_planned, steps))


def _line(change: Sentence, href: str = "") -> Line:
    return Line(_ICONS[change.kind], wording_text(current_locale(), change.wording), href)


def _planned(step: Step) -> Planned:
    template, params = step.describe_parts()
    return Planned(
        id=step.id,
        text=gettext(template, **params),
        lossy=step.kind == "lossy",
        slow=step.kind == "slow",
        index=isinstance(step, CreateIndex | DropIndex),
        goes_on=step.goes_on,
    )
