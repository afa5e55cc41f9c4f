"""One cell edited where it stands: the same save as a form's, for one field and from a known version."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from kalip.base.errors import NotFound, Violation
from kalip.fields.literals import text_literal
from kalip.model import Entity
from kalip.records import ListPage, ListRecords, Row, Work, list_page
from kalip.records.covers import locked_for
from kalip.web.cells import record_url, style_of
from kalip.web.inputs import Input, Sheet, State, Submitted, input_of
from kalip.web.lists.page import ListCell, can_edit_inline, rows_of
from kalip.web.twins import Twins, twins_of


@dataclass(frozen=True, slots=True)
class CellForm:
    """A cell's input."""

    href: str
    back: str
    version: int
    classes: str
    columns: str
    field: Input
    twins: Twins | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a cell and refused; `violations` are told by what they say of duplicates."""

    submitted: Submitted
    errors: dict[str, str]
    violations: Sequence[Violation] = ()


def cell_form(work: Work, entity: Entity, record_id: str, path: str, typed: Typed | None = None) -> CellForm:
    """The input for a record's cell. NotFound when the record or the column can't be edited in place."""
    found, row = _row(work, entity, record_id, path)
    column = found.columns[0]
    if not can_edit_inline(work, entity, column) or path in locked_for(work, entity, record_id):
        raise NotFound("This column can't be edited in the list.")
    required = (path,) if column.field.required else ()
    state = State(
        values={path: row.values.get(path)},
        submitted=typed.submitted if typed else {},
        errors=typed.errors if typed else {},
        required=required,
    )
    return CellForm(
        href=url_for("lists.edit_cell", entity=entity.name, record_id=record_id, path=path),
        back=record_url(entity.name, record_id),
        version=row.version,
        classes="",
        columns=path,
        field=input_of(Sheet(work, entity, state, style_of(work, found.titles)), column.field),
        twins=twins_of(work.model, typed.violations) if typed else None,
    )


def shown_cell(work: Work, entity: Entity, record_id: str, path: str) -> tuple[ListCell, int]:
    """The cell as the list shows it, with the record's version."""
    found, row = _row(work, entity, record_id, path)
    cells = rows_of(work, found, style_of(work, found.titles))[0].cells
    return cells[0], row.version


def _row(work: Work, entity: Entity, record_id: str, path: str) -> tuple[ListPage, Row]:
    found = list_page(
        work,
        ListRecords(
            entity.name, fields=(path,), filter=f"id == {text_literal(record_id)}", limit=1, archived="include"
        ),
    )
    if not found.rows:
        raise NotFound("There is no such record, or you may not see it.")
    return found, found.rows[0]
