"""What files are: their content decides, and a name that says otherwise is told."""

from pathlib import Path

import pytest

from kalip.records.sniffing import accepts, contradicts, sniff

PAGE = b"<html><body><script>alert(1)</script></body></html>"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 60
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 60
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * 60
PROGRAMME = b"MZ\x90\x00" + b"\0" * 200
SHEET = b"PK\x03\x04" + b"\0" * 60


@pytest.mark.parametrize(
    ("content", "name", "media_type", "wrong"),
    [
        (PNG, "a.png", "image/png", False),
        (JPEG, "a.png", "image/jpeg", False),
        (PDF, "deed.pdf", "application/pdf", False),
        (b"\n\n" + PDF, "deed.pdf", "application/pdf", False),
        (b"plain words", "a.txt", "text/plain", False),
        (b"a;b\n1;2\n", "a.csv", "text/csv", False),
        (SHEET, "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
        (b"\x01\x02\x03\x00", "a.unknown", "application/octet-stream", False),
        (PAGE, "a.html", "text/html", False),
        (PAGE, "deed.pdf", "text/html", True),
        (PAGE, "a.txt", "text/html", True),
        (PAGE, "a.xls", "text/html", True),
        (PROGRAMME, "a.docx", "application/vnd.microsoft.portable-executable", True),
        (PROGRAMME, "setup.exe", "application/vnd.microsoft.portable-executable", False),
        (PDF, "a.png", "application/pdf", True),
        (PNG, "a.pdf", "image/png", True),
        (b"#!/bin/sh\nrm -rf /\n", "deed.pdf", "text/plain", True),
        (b"words only", "a.png", "text/plain", True),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.png", "image/svg+xml", True),
    ],
)
def test_it_works(tmp_path: Path, content: bytes, name: str, media_type: str, wrong: bool) -> None:
    path = tmp_path / "blob"
    path.write_bytes(content)
    assert sniff(path, name) == media_type
    assert contradicts(name, media_type) == wrong


def test_what_is_accepted() -> None:
    assert accepts((), "a.png", "image/png")
    assert accepts(("image/*",), "a.png", "image/png")
    assert accepts((".PNG".lower(),), "A.PNG", "image/png")
    assert not accepts(("application/pdf", ".txt"), "a.png", "image/png")
