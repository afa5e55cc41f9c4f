"""Files of rows: encodings, delimiters, spreadsheets, and what is no such file."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from kalip.base.errors import BadRequest
from kalip.records.transfer import read_table

ROW = "Ad;Şehir\nÇağrı;Iğdır\nÜlkü;İzmir\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1254"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(ROW.encode(encoding))
    table = read_table(path)
    assert (table.columns, table.delimiter) == (("Ad", "Şehir"), ";")
    assert list(table.rows()) == [("Çağrı", "Iğdır"), ("Ülkü", "İzmir")]


def test_a_russian_code_page(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("имя,город\nАнна,Пермь и Самара\n".encode("cp1251"))
    assert read_table(path).columns == ("имя", "город")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "x.csv"
    lines = [("name", "note"), ("A", '"one, two; three"'), ("B", "x")]
    path.write_text("\n".join(delimiter.join(line) for line in lines))
    table = read_table(path)
    assert table.delimiter == delimiter
    assert next(table.rows()) == ("A", "one, two; three")


def test_rows_of_other_lengths_and_lines_inside_cells(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b,a,\n1\n1,2,3,4,5\n"x\ny",2,3\n')
    table = read_table(path)
    assert table.columns == ("a", "b", "a (2)")
    assert list(table.rows()) == [("1", "", ""), ("1", "2", "3"), ("x\ny", "2", "3")]
    assert list(table.rows(2)) == [("x\ny", "2", "3")]


def test_spreadsheets(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "When", "Moment", "Amount", "Count", "On"])
    sheet.append(["Çelik", date(2026, 3, 2), datetime(2026, 3, 2, 9, 30), 12.5, 3, True])  # noqa: DTZ001 (cells have no zone)
    book.save(tmp_path / "x.xlsx")
    table = read_table(tmp_path / "x.xlsx")
    assert (table.kind, table.columns[0]) == ("xlsx", "Name")
    assert list(table.rows()) == [("Çelik", "2026-03-02", "2026-03-02 09:30:00", "12.5", "3", "true")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b""),
        ("x.csv", b"\n\n"),
        ("x.csv", b"\x00\x01\x02"),
        ("x.xlsx", b"PK nonsense"),
        ("x.xlsx", b""),
        ("x.csv", b'a,b\n"'),
    ],
)
def test_what_is_no_table(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    if content == b'a,b\n"':
        assert list(read_table(path).rows()) == [("", "")]
        return
    with pytest.raises(BadRequest):
        read_table(path)


def test_a_spreadsheet_that_unpacks_to_too_much_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kalip.records.transfer.tables.LARGEST_UNPACKED", 100_000)
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 100_001)
    assert path.stat().st_size < 1000
    with pytest.raises(BadRequest, match="larger than"):
        read_table(path)


def test_what_guards_a_formula_is_no_part_of_a_text(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("name,note\n'=A,'b'\n", encoding="utf-8")
    assert next(read_table(path).rows()) == ("=A", "'b'")
