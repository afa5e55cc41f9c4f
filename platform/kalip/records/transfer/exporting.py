"""Exports a list exactly as it is shown: its columns, filter and order, row by row from the database.

CSV is streamed; a spreadsheet is written row by row to a temporary file and then streamed, so memory stays bounded.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

import xlsxwriter

from kalip.access import Actor, Masked, require
from kalip.fields import Style
from kalip.model import Verb
from kalip.records.commands import ListRecords, Record, Titles
from kalip.records.naming import Path, column_label, visible_entity
from kalip.records.queries import ListPlan, plan_list
from kalip.records.services import Services, Work, unit_of_work
from kalip.records.transfer.export_log import ExportLog, logged_export
from kalip.records.transfer.guarding import guarded
from kalip.storage import count_records, select_page

AT_ONCE: Final = 500
CHUNK: Final = 64 * 1024
LONGEST_SHEET_TEXT: Final = 32_767


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """`csv` or `xlsx`. `exact` writes what an import reads back and headers are paths; else all is as people see it."""

    kind: Literal["csv", "xlsx"] = "csv"
    exact: bool = False


def export_records(
    services: Services,
    actor: Actor,
    command: ListRecords,
    form: ExportFormat = ExportFormat(),
    progress: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """Export all rows of a list (its `limit` and `cursor` don't count) that the actor may export.

    `progress` is called with the number of rows that are written, and stops it by raising.

    Raises NotFound, AccessDenied and BadRequest at once, before the first bytes are taken.
    """
    command = replace(command, limit=AT_ONCE, cursor=None, count=False)
    with unit_of_work(services, actor) as work:
        require(work.served, actor, Verb.EXPORT, visible_entity(work, command.entity).name)
        plan_list(work, command, Verb.EXPORT)
    return _stream(services, actor, command, form, progress or _nobody)


def count_exported(work: Work, command: ListRecords, cap: int) -> int:
    """How many rows an export would have, counted up to `cap`. NotFound, AccessDenied and BadRequest as it does."""
    require(work.served, work.actor, Verb.EXPORT, visible_entity(work, command.entity).name)
    plan = plan_list(work, replace(command, limit=AT_ONCE, cursor=None, count=False), Verb.EXPORT)
    return count_records(work.session, work.served, plan.query, work.context, cap=cap)


def _nobody(_rows: int) -> None:
    """Nobody watches."""


Cell = object
Line = list[Cell]


def _stream(
    services: Services, actor: Actor, command: ListRecords, form: ExportFormat, progress: Callable[[int], None]
) -> Iterator[bytes]:
    with unit_of_work(services, actor) as work:
        writer = _Lines(work, command, form, progress)
        with logged_export(work, command, writer.columns, form.kind) as log:
            writer.log = log
            yield from (_csv(writer) if form.kind == "csv" else _xlsx(writer))


class _Lines:
    """The header and the lines of an export, as texts, or as numbers and dates for spreadsheets."""

    def __init__(self, work: Work, command: ListRecords, form: ExportFormat, progress: Callable[[int], None]) -> None:
        self.log: ExportLog | None = None
        self._progress = progress
        self._work = work
        self._command = command
        self._form = form
        self._plan: ListPlan = plan_list(work, command, Verb.EXPORT, extra=("id",), titled=True)
        self._timezone: tzinfo = ZoneInfo(work.actor.timezone)

    @property
    def columns(self) -> list[str]:
        """The paths of the columns."""
        return [column.text for column in self._plan.columns]

    def header(self) -> list[str]:
        """The names of the columns."""
        if self._form.exact:
            return [column.text for column in self._plan.columns]
        locale = self._work.actor.locale
        return [column_label(each.field, each.text, each.field.label).get(locale) for each in self._plan.columns]

    def lines(self) -> Iterator[Line]:
        """All lines, page by page."""
        query, count = self._plan.query, 0
        while True:
            page = select_page(self._work.session, self._work.served, query, self._work.context, form="values")
            self._plan.concealment.apply(page.rows)
            if self.log is not None:
                self.log.count(count + len(page.rows))
            titles = self._plan.titles.read(page.rows)
            style = Style(locale=self._work.actor.locale, timezone=self._timezone, titles=titles.by_id())
            for row in page.rows:
                yield [self._cell(column, row, style, titles) for column in self._plan.columns]
            count += len(page.rows)
            self._progress(count)
            if page.next is None:
                return
            query = replace(query, cursor=page.next)

    def _cell(self, column: Path, row: Record, style: Style, titles: Titles) -> Cell:
        value = row.get(column.text)
        if value is None:
            return ""
        kind = self._work.served.types[column.field.type]
        if column.part or isinstance(value, Masked):
            return str(value)
        if self._form.exact:
            return kind.to_text(column.field, value)
        if self._form.kind == "xlsx" and isinstance(value, (bool, int, Decimal, date)):
            return value.astimezone(self._timezone).replace(tzinfo=None) if isinstance(value, datetime) else value
        return kind.format(column.field, value, style)


def _csv(writer: _Lines) -> Iterator[bytes]:
    buffer = io.StringIO()
    output = csv.writer(buffer)
    buffer.write("\ufeff")  # tells spreadsheets that it is UTF-8
    output.writerow([guarded(name) for name in writer.header()])
    for line in writer.lines():
        output.writerow([guarded(str(cell)) for cell in line])
        if buffer.tell() > CHUNK:
            yield _take(buffer)
    yield _take(buffer)


def _take(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _xlsx(writer: _Lines) -> Iterator[bytes]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        }
        book = xlsxwriter.Workbook(file.name, options)
        bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, writer.header(), bold)
        put: Callable[..., object] = sheet.write
        for place, line in enumerate(writer.lines(), 1):
            _write_line(put, sheet.write_string, moment, place, line)
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _write_line(
    put: Callable[..., object], put_text: Callable[..., object], moment: object, place: int, line: Sequence[Cell]
) -> None:
    for column, cell in enumerate(line):
        if isinstance(cell, datetime):
            put(place, column, cell, moment)
        elif isinstance(cell, str):
            if cell:
                put_text(place, column, cell[:LONGEST_SHEET_TEXT])
        else:
            put(place, column, cell)
