"""Reads files of rows: CSV of any usual encoding and delimiter, and XLSX. Knows text, not fields."""

import csv
import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

from kalip.base.errors import BadRequest
from kalip.records.transfer.guarding import unguarded

SAMPLE_BYTES: Final = 256 * 1024
LARGEST_SHEET: Final = 100 * 1024 * 1024  # bytes; a sheet is read whole
LARGEST_UNPACKED: Final = 500 * 1024 * 1024  # bytes of each part of it
LONGEST_CELL: Final = 1024 * 1024
MOST_COLUMNS: Final = 2_000
DELIMITERS: Final = (",", ";", "\t", "|")
SAMPLE_LINES: Final = 60
# Tried in order on files that are not UTF-8: the one that gives most letters and fewest oddities wins.
LEGACY_ENCODINGS: Final = ("cp1254", "cp1251", "cp1252", "cp866")

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file of rows: its header and how it is read. `hash` tells files apart."""

    path: Path
    kind: str
    columns: tuple[str, ...]
    hash: str
    encoding: str = ""
    delimiter: str = ""

    def rows(self, start: int = 0) -> Iterator[Cells]:
        """The rows after the header from number `start` on, each as long as the header; blank ones are kept."""
        # In a CSV file an apostrophe guards what a spreadsheet would run; it is no part of the text.
        reader = map(_plain, _csv_rows(self)) if self.kind == "csv" else _sheet_rows(self.path)
        next(reader, None)
        width = len(self.columns)
        for number, cells in enumerate(reader):
            if number >= start:
                yield tuple(cells[:width]) + ("",) * (width - len(cells))


def read_table(path: Path, name: str | None = None, sha256: str = "") -> SourceTable:
    """Look at a CSV or XLSX file; `name` is what its sender called it, `sha256` its digest where that is known.

    BadRequest without a readable header.
    """
    suffix = Path(name or path.name).suffix.lower()
    digest = sha256 or _hash(path)
    if suffix in (".xlsx", ".xlsm", ".ods", ".xls", ".xlsb"):
        if path.stat().st_size > LARGEST_SHEET or _unpacked(path) > LARGEST_UNPACKED:
            raise BadRequest("The file is larger than {limit} MB.", params={"limit": LARGEST_SHEET // 2**20})
        return SourceTable(path, "xlsx", _header(_first(_sheet_rows(path))), digest)
    with path.open("rb") as stream:
        sample = stream.read(SAMPLE_BYTES)
    encoding = sniff_encoding(path, sample)
    text = sample.decode(encoding, "ignore").lstrip("\ufeff")
    delimiter = sniff_delimiter(text)
    table = SourceTable(path, "csv", (), digest, encoding, delimiter)
    return SourceTable(path, "csv", _header(_plain(_first(_csv_rows(table)))), digest, encoding, delimiter)


def sniff_encoding(path: Path, sample: bytes) -> str:
    """The encoding of a text file: by its mark, as UTF-8 when all of it is, else the likeliest old code page."""
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in sample:
        raise BadRequest("The file is neither CSV nor XLSX.")
    try:
        with path.open(encoding="utf-8") as stream:
            while stream.read(SAMPLE_BYTES):
                pass
    except UnicodeDecodeError:
        return max(LEGACY_ENCODINGS, key=lambda encoding: _plausibility(sample, encoding))
    return "utf-8"


def sniff_delimiter(text: str) -> str:
    """The delimiter by which the first lines fall into the same number of columns, more than one if possible."""
    lines = text.splitlines()[:SAMPLE_LINES]
    if len(lines) > 1:
        lines.pop()  # the sample may end inside it

    def score(delimiter: str) -> tuple[float, int]:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
        if not widths or widths[0] == 1:
            return (0.0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    return max(DELIMITERS, key=score)


def _unpacked(path: Path) -> int:
    """The size of the largest part of a spreadsheet; 0 for one that is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return max((part.file_size for part in archive.infolist()), default=0)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return 0


def _plain(cells: Sequence[str]) -> Sequence[str]:
    return [unguarded(cell) for cell in cells]


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _first(rows: Iterator[Sequence[str]]) -> Sequence[str]:
    return next(rows, ())


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise BadRequest("The file has no header: its first row must name the columns.")
    if len(names) > MOST_COLUMNS:
        raise BadRequest("The file has more than {limit} columns.", params={"limit": MOST_COLUMNS})
    seen: dict[str, int] = {}
    unique = []
    for place, name in enumerate(names, 1):
        plain = name or f"Column {place}"
        seen[plain] = seen.get(plain, 0) + 1
        unique.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return tuple(unique)


def _csv_rows(table: SourceTable) -> Iterator[Sequence[str]]:
    csv.field_size_limit(LONGEST_CELL)
    with table.path.open(encoding=table.encoding, newline="") as stream:
        try:
            yield from csv.reader((line.replace("\x00", "") for line in stream), delimiter=table.delimiter)
        except csv.Error as error:
            raise BadRequest("The file is not readable CSV: {reason}.", params={"reason": str(error)}) from error
        except UnicodeDecodeError as error:
            raise BadRequest("The file's text is damaged: {reason}.", params={"reason": str(error)}) from error


def _sheet_rows(path: Path) -> Iterator[Sequence[str]]:
    try:
        with path.open("rb") as stream:
            sheet = CalamineWorkbook.from_filelike(stream).get_sheet_by_index(0)
            for row in sheet.iter_rows():
                yield [_cell(value) for value in row]
    except CalamineError as error:
        raise BadRequest("The file is no readable spreadsheet: {reason}.", params={"reason": str(error)}) from error


def _cell(value: object) -> str:
    """A cell as exact text: dates in ISO order, whole numbers without a point."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            midnight = value.hour == value.minute == value.second == value.microsecond == 0
            return value.date().isoformat() if midnight else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
    return str(value)


def _plausibility(sample: bytes, encoding: str) -> float:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return -1.0
    foreign = [character for character in text if ord(character) > 127]
    if not foreign:
        return 0.0
    cyrillic = sum("а" <= each.lower() <= "я" or each in "ёЁ" for each in foreign)
    turkish = sum(each in "ğĞıİşŞçÇöÖüÜâÂîÎû" for each in foreign)
    latin = sum(each.isalpha() and ord(each) < 0x180 for each in foreign)
    lower = sum(each.islower() for each in foreign)
    # Text in the wrong code page is full of capitals and signs.
    return (max(cyrillic, turkish, latin * 0.6) + lower * 0.3) / len(foreign)
