"""Keeps texts from being run as formulas by spreadsheets that open a CSV file, and takes the guard off again.

An apostrophe goes before what would begin a formula: at the beginning of a cell, and after a sign at which the
spreadsheet of another country cuts lines into cells: in Turkey and Russia a file with commas is cut at semicolons.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

# Also in the full width of Chinese and Japanese, which spreadsheets read as the plain ones.
_SIGNS: Final = "=@+\\-\uff1d\uff20\uff0b\uff0d"
_CUTS: Final = ";|\t\n\r"
_BEGINNING: Final = rf"(?:^|(?<=[{_CUTS}]))[ \u00a0\u2000-\u200b\u202f\u3000\ufeff]*"
# -5, +90 532 and -1.000,50 are numbers wherever they end.
_NUMBER: Final = rf"[+\-][.,\u00a0\u202f ]*\d[\d.,\u00a0\u202f ]*(?=[{_CUTS}]|$)"
_FORMULA: Final = re.compile(rf"{_BEGINNING}(?='*[{_SIGNS}])(?!{_NUMBER})")
_GUARDED: Final = re.compile(rf"({_BEGINNING})'(?='*[{_SIGNS}])")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whole or cut; plain numbers stay as they are."""
    return _FORMULA.sub(lambda beginning: f"{beginning[0]}'", text)


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as lines of a CSV file, every cell guarded; None is an empty cell."""
    buffer = io.StringIO()
    output = csv.writer(buffer)
    output.writerows([guarded("" if cell is None else str(cell)) for cell in row] for row in rows)
    return buffer.getvalue()


def unguarded(text: str) -> str:
    """The text that was guarded."""
    return _GUARDED.sub(r"\1", text) if "'" in text else text
