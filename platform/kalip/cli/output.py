"""How commands speak: tables and sentences for people, or one JSON value for programmes."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import orjson
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from kalip.base.errors import Diagnostic, DiagnosticsError, KalipError

Advance = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""

_COLOURS = {"error": "bold red", "warning": "yellow"}


class Output:
    """Where a command's answer goes. Progress and faults go to the error stream, so answers can be piped."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._answers = Console(highlight=False, soft_wrap=True)
        self._asides = Console(stderr=True, highlight=False, soft_wrap=True)

    def show(self, data: object, *shown: RenderableType) -> None:
        """Give the answer: `data` as JSON, or else what people are shown."""
        if self.as_json:
            sys.stdout.write(orjson.dumps(data, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")
            return
        for each in shown:
            self._answers.print(each, markup=False) if isinstance(each, str) else self._answers.print(each)

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Give rows: an object each as JSON, or else a table."""
        self.show([dict(zip(columns, row, strict=True)) for row in rows], table(columns, rows))

    def aside(self, text: str) -> None:
        """Tell people something that is not the answer."""
        if not self.as_json:
            self._asides.print(text, markup=False)

    def fault(self, error: KalipError) -> None:
        """Say why a command was refused."""
        if self.as_json:
            self.show({"error": _error_json(error)})
            return
        diagnostics = error.diagnostics if isinstance(error, DiagnosticsError) else ()
        self.diagnostics(diagnostics)
        message = Text("error: ", "bold red").append(error.message, "default")
        self._asides.print(message)
        for violation in getattr(error, "violations", ()):
            self._asides.print(f"  {violation.pointer or '/'}: {violation.message}", markup=False)
        if error.hint:
            self._asides.print(f"  {error.hint}", markup=False)

    def diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Print faults of metadata, one to a line, with file and line first."""
        for each in diagnostics:
            line = Text(f"{each.where}: " if each.where else "")
            line.append(f"{each.severity} {each.code}", _COLOURS[each.severity]).append(f": {each.message}")
            if each.hint:
                line.append(f": {each.hint}", "cyan")
            self._asides.print(line)

    @contextmanager
    def progress(self, unit: str = "") -> Iterator[Advance]:
        """A bar for each thing that is being done, while it is being done."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._asides, disable=self.as_json) as bars:
            tasks: dict[str, TaskID] = {}

            def advance(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done, total=total)

            yield advance


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> RenderableType:
    """Rows under a header; numbers to the right."""
    lines = [tuple(rows_each) for rows_each in rows]
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(columns):
        numeric = bool(lines) and all(type(line[place]) is int for line in lines)
        shown.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for line in lines:
        shown.add_row(*(Text(cell_text(cell)) for cell in line))
    return shown


def cell_text(value: object) -> str:
    """A value in a table: moments to the minute, nothing for None."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def diagnostic_json(diagnostic: Diagnostic) -> Mapping[str, object]:
    """A diagnostic for programmes; `line` counts from 1, 0 when unknown."""
    where = diagnostic.where
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": where.file if where else "",
        "line": where.line if where else 0,
        "pointer": where.pointer if where else "",
    }


def _error_json(error: KalipError) -> Mapping[str, object]:
    found: dict[str, object] = {"code": error.code, "message": error.message, "hint": error.hint}
    if isinstance(error, DiagnosticsError):
        found["diagnostics"] = [diagnostic_json(each) for each in error.diagnostics]
    violations = getattr(error, "violations", ())
    if violations:
        found["violations"] = [{"pointer": v.pointer, "code": v.code, "message": v.message} for v in violations]
    return found
