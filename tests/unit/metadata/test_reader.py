"""Reading folders, archives and bytes."""

from pathlib import Path

import pytest

from kalip.base.errors import MetadataError
from kalip.metadata import Kind, examine_documents, examine_pack, read_documents, read_pack
from kalip.metadata.bounds import Limit

TINY = Path(__file__).parents[2] / "packs" / "tiny"
PACK = b'{"name": "crm", "version": "1.0.0"}'


def codes(files: dict[str, bytes]) -> list[tuple[str, str, int]]:
    found = examine_documents(files, "crm").diagnostics
    return [(each.code, each.where.file, each.where.line) for each in found if each.where]


def test_it_works() -> None:
    pack = read_pack(TINY)
    assert (pack.name, pack.version) == ("tiny", "1.0.0")
    document = pack.documents["entities/order/entity.json"]
    assert (document.kind, document.names, document.layer) == (Kind.ENTITY, ("order",), "tiny")
    assert document.data["fields"]["rush"]["type"] == "boolean"
    assert document.text.splitlines()[document.line("/fields/rush") - 1].strip() == '"rush": {'
    assert list(pack.files) == ["README.md"]
    assert str(document.where("/fields/rush/type")).startswith(f"{TINY}/entities/order/entity.json:")


def test_bytes_and_folder_are_the_same() -> None:
    from_folder = read_pack(TINY)
    from_bytes = read_documents(from_folder.contents)
    assert from_bytes.contents == from_folder.contents
    assert from_bytes.documents["pack.json"].file == "tiny/pack.json"


def test_text_that_is_not_utf8_is_located() -> None:
    files = {"pack.json": PACK, "choices/a.json": b'{"label": "x",\n "choices": {"\xff": {}}}'}
    assert codes(files) == [("M101", "crm/choices/a.json", 2)]


def test_a_byte_order_mark_is_refused() -> None:
    assert codes({"pack.json": PACK, "choices/a.json": b"\xef\xbb\xbf{}"}) == [("M101", "crm/choices/a.json", 1)]


def test_faults_of_all_files_are_told_together() -> None:
    files = {
        "pack.json": PACK,
        "choices/a.json": b'{"a": 1, "a": 2}',
        "choices/b.json": b"{",
        "choices/c.json": b"[]",
        "chioces/d.json": b"{}",
        "choices/e.json": b'{"a": ' + b"[" * 100_000,
    }
    reading = examine_documents(files, "crm")
    assert sorted(each.code for each in reading.diagnostics) == ["M102", "M103", "M104", "M111", "M122"]
    assert reading.pack is not None
    assert "choices/a#" in reading.pack.broken


def test_a_document_of_5_mb_is_located_with_its_size() -> None:
    big = b'{"label": "' + b"x" * 5_000_000 + b'"}'
    found = examine_documents({"pack.json": PACK, "choices/a.json": big}).diagnostics
    assert [each.code for each in found] == ["M105"]
    assert "5,000,013 bytes, the limit is 1,000,000" in found[0].message


def test_a_document_of_5_mb_on_disk_is_not_even_read(tmp_path: Path) -> None:
    (tmp_path / "choices").mkdir()
    (tmp_path / "pack.json").write_bytes(PACK)
    (tmp_path / "choices" / "a.json").write_bytes(b" " * 5_000_000)
    found = examine_pack(tmp_path).diagnostics
    assert [(each.code, each.where.file if each.where else "") for each in found] == [
        ("M105", f"{tmp_path}/choices/a.json")
    ]


def test_a_pack_needs_a_manifest() -> None:
    assert codes({}) == [("M110", "crm", 0)]
    assert codes({"pack.json": b'{"name": "crm"}'}) == [("M110", "crm/pack.json", 1)]
    assert codes({"pack.json": b"{"}) == [("M102", "crm/pack.json", 1)]


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / "pack.json").write_bytes(PACK)
    assert read_pack(tmp_path).contents == {"pack.json": PACK}


def test_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.json").write_bytes(PACK)
    (tmp_path / "README.md").symlink_to("/etc/hostname")
    (tmp_path / "choices").symlink_to("/etc")
    assert [each.code for each in examine_pack(tmp_path).diagnostics] == ["M113", "M113"]


def test_too_many_files(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "pack.json").write_bytes(PACK)
    for number in range(Limit.ENTRIES):
        (tmp_path / "docs" / f"{number}.txt").touch()
    assert [each.code for each in examine_pack(tmp_path).diagnostics][:1] == ["M114"]


def test_nothing_there(tmp_path: Path) -> None:
    assert [each.code for each in examine_pack(tmp_path / "none").diagnostics] == ["M115"]
    (tmp_path / "file.txt").write_text("x")
    assert [each.code for each in examine_pack(tmp_path / "file.txt").diagnostics] == ["M115"]


def test_reading_raises_with_everything() -> None:
    with pytest.raises(MetadataError) as caught:
        read_documents({"pack.json": PACK, "choices/a.json": b"{", "x.json": b""})
    assert [each.code for each in caught.value.diagnostics] == ["M102", "M111"]
    assert "choices/a.json:1" in str(caught.value)
