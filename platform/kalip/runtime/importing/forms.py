"""The layout of a form in the making: what stands in tabs, sections and columns of the other system."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kalip.base.text import Text
from kalip.runtime.importing.naming import Names

WIDE: Final = frozenset(
    {"long_text", "rich_text", "json", "children", "files", "image", "address", "tags", "references"}
)
_MOST_COLUMNS: Final = 4
_USUAL_COLUMNS: Final = 2

Label = str | Text


@dataclass(slots=True)
class SectionDraft:
    """A section: blocks below each other, each of columns side by side. All of its conditions must hold.

    An empty name in a column keeps the place of a field.
    """

    label: Label = ""
    blocks: list[list[list[str]]] = field(default_factory=lambda: [[[]]])
    conditions: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Put a field at the end of the last column."""
        self.blocks[-1][-1].append(name)

    def begin_column(self) -> None:
        """Go on in a column to the right; the fifth and further go on below."""
        if len(self.blocks[-1]) < _MOST_COLUMNS:
            self.blocks[-1].append([])

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(name for block in self.blocks for column in block for name in column)


@dataclass(slots=True)
class TabDraft:
    """A tab; its conditions hold for all its sections, for tabs have none."""

    label: Label = ""
    sections: list[SectionDraft] = field(default_factory=lambda: [SectionDraft()])
    conditions: list[str] = field(default_factory=list)

    def begin_section(self, label: Label = "", conditions: Iterable[str] = ()) -> SectionDraft:
        """Begin a section. One without heading and condition is a block of the section before it."""
        before = self.sections[-1]
        wanted = list(conditions)
        if not label and wanted == before.conditions:
            before.blocks.append([[]])
            return before
        self.sections.append(SectionDraft(label, conditions=wanted))
        return self.sections[-1]


def form_document(
    tabs: Sequence[TabDraft], types: Mapping[str, str], related: Iterable[str] = ()
) -> dict[str, Any] | None:
    """A form's document; None when no field stands on it. `types` are those of the fields that there are."""
    names = Names(mark="tab")
    seen: set[str] = set()
    made: dict[str, Any] = {}
    for number, tab in enumerate(tabs):
        sections = _sections(tab, types, seen)
        if sections:
            fallback = "details" if number == 0 else "more"
            name = names.take(str(tab.label), fallback)
            made[name] = {**({"label": tab.label} if tab.label else {}), "sections": sections}
    if not made:
        return None
    lists: dict[str, Any] = {path: {} for path in related}
    return {"tabs": made, **({"related": lists} if lists else {})}


def _sections(tab: TabDraft, types: Mapping[str, str], seen: set[str]) -> dict[str, Mapping[str, Any]]:
    names = Names(mark="section")
    made: dict[str, Mapping[str, Any]] = {}
    for section in tab.sections:
        columns = max((sum(1 for column in block if column) for block in section.blocks), default=1) or 1
        fields: dict[str, Any] = {}
        for block in section.blocks:
            for name, span in _rows(block, columns):
                if name in types and name not in seen:
                    seen.add(name)
                    wide = columns if types[name] in WIDE else span
                    fields[name] = {"span": wide} if wide > 1 else {}
        if not fields:
            continue
        conditions = list(dict.fromkeys((*tab.conditions, *section.conditions)))
        # Without an empty heading a later section would get one from its name.
        made[names.take(str(section.label), "details" if not made else "more")] = {
            **({"label": section.label} if section.label or made else {}),
            **({"columns": columns} if columns != _USUAL_COLUMNS else {}),
            **({"visible_when": all_of(conditions)} if conditions else {}),
            "fields": fields,
        }
    return made


def all_of(conditions: Sequence[str]) -> str:
    """One condition of several, all of which must hold."""
    return conditions[0] if len(conditions) == 1 else " && ".join(f"({each})" for each in conditions)


def _rows(block: Sequence[Sequence[str]], columns: int) -> Iterable[tuple[str, int]]:
    """The fields of a block row by row, with the columns that each takes."""
    filled = [column for column in block if column]
    span = columns // len(filled) if filled else 1
    for row in range(max(map(len, filled), default=0)):
        for column in filled:
            if row < len(column):
                yield column[row], span
