"""The file of refused rows: the source's own columns and the reason, ready to be mended and imported again."""

import csv
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from kalip.base.errors import fill
from kalip.records.transfer.guarding import guarded
from kalip.records.transfer.plans import Refusal
from kalip.records.transfer.tables import Cells

REASON = "import_error"


class RefusedFile:
    """Writes refused rows as CSV in UTF-8 with a mark, so that spreadsheets read it; made with the first row."""

    def __init__(self, path: Path | None, columns: Cells, line: str, *, go_on: bool) -> None:
        """`line` is the template of what names a line of the source."""
        self._path = path
        self._columns = columns
        self._line = line
        self._go_on = go_on
        self._stream: TextIO | None = None

    def write(self, cells: Cells, refusal: Refusal) -> None:
        """Add a row."""
        if self._path is None:
            return
        if self._stream is None:
            self._stream = self._open(self._path)
        said = f"{fill(self._line, {'line': refusal.line})}: {'; '.join(refusal.reasons)}"
        row = map(guarded, (*cells, said))
        csv.writer(self._stream).writerow(row)

    def flush(self) -> None:
        """Bring what was written to the disk's door."""
        if self._stream is not None:
            self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    def _open(self, path: Path) -> TextIO:
        keep = self._go_on and path.exists() and path.stat().st_size > 0
        stream = path.open("a" if keep else "w", encoding="utf-8" if keep else "utf-8-sig", newline="")
        if not keep:
            csv.writer(stream).writerow((*self._columns, REASON))
        return stream
