"""The columns of a file that an import fills fields from, understood and checked before the first row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kalip.base.errors import BadRequest
from kalip.base.names import did_you_mean
from kalip.model import DIRECTORY, Field
from kalip.records.rules import REFERENCE, REFERENCES, rules_of
from kalip.records.services import Work
from kalip.records.transfer.mapping import importable_paths
from kalip.records.transfer.plans import ImportPlan
from kalip.records.transfer.tables import Cells
from kalip.runtime import Served

TEXTUAL = ("text", "record")


@dataclass(frozen=True, slots=True)
class FilledColumn:
    """A column of the file by its place, and what it fills: a field, or one `part` of it ("" is the main one)."""

    place: int
    path: str
    field: Field
    part: str | None
    refers: bool

    def texts(self, row: Cells) -> list[str]:
        """What a cell of this column names: several records only where the field holds several."""
        text = row[self.place].strip()
        if self.field.type != REFERENCES:
            return [text] if text else []
        return [each for each in (piece.strip() for piece in re.split(r"[;\n|]", text)) if each]


def plan_columns(served: Served, plan: ImportPlan) -> tuple[FilledColumn, ...]:
    """Understand the mapping. BadRequest for an unknown column or path, or a match field that can't be matched by."""
    rules = rules_of(served, plan.entity)
    known = dict(importable_paths(rules))
    whole: list[tuple[int, str]] = []
    for column, path in plan.mapping.items():
        if column not in plan.table.columns:
            hint = did_you_mean(column, plan.table.columns)
            raise BadRequest("The file has no column '{column}'.", hint=hint, params={"column": column})
        if path not in known:
            hint = did_you_mean(path, known)
            raise BadRequest("An import can't fill '{path}'.", hint=hint, params={"path": path})
        whole.append((plan.table.columns.index(column), path))
    if not whole:
        raise BadRequest("No column of the file is mapped to a field.")
    split = {path.split(".")[0] for _, path in whole if "." in path}
    made = []
    for place, path in whole:
        head, _, part = path.partition(".")
        field = rules.attributes[head]
        refers = field.type in (REFERENCE, REFERENCES, *DIRECTORY)
        made.append(FilledColumn(place, path, field, part if head in split else None, refers))
    _check_match(served, plan, {path for _, path in whole})
    return tuple(made)


def require_fillable(work: Work, plan: ImportPlan, columns: Sequence[FilledColumn]) -> None:
    """Refuse columns of fields that the actor may not write, as unknown ones, and a match that would tell a value."""
    sight = work.sight(plan.entity)
    for column in columns:
        name = column.field.name
        if not sight.ever_writes(name, new=True) and not sight.ever_writes(name):
            raise BadRequest("An import can't fill '{path}'.", params={"path": column.path})
    if plan.match is not None and not sight.shows_all(plan.match.partition(".")[0]):
        raise BadRequest("Records can't be matched by '{path}': you don't see all of it.", params={"path": plan.match})


def _check_match(served: Served, plan: ImportPlan, paths: set[str]) -> None:
    if plan.match is None:
        return
    if plan.match not in paths:
        raise BadRequest("No column is mapped to the match field '{path}'.", params={"path": plan.match})
    rules = rules_of(served, plan.entity)
    field = rules.stored.get(plan.match)
    if field is None or rules.types[field.name].parts(field)[0].type.kind not in TEXTUAL:
        raise BadRequest("Records can't be matched by '{path}': it holds no text.", params={"path": plan.match})
