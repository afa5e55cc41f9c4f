"""Zip archives: built alike, unpacked distrustfully."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from kalip.metadata import build_zip, examine_pack, read_pack

TINY = Path(__file__).parents[2] / "packs" / "tiny"
PACK = b'{"name": "crm", "version": "1.0.0"}'


def archive(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return path


def codes(path: Path) -> list[str]:
    return [each.code for each in examine_pack(path).diagnostics]


def test_import_then_export_is_byte_equal(tmp_path: Path) -> None:
    pack = read_pack(TINY)
    built = build_zip(pack)
    (tmp_path / "tiny.zip").write_bytes(built)
    again = read_pack(tmp_path / "tiny.zip")
    assert again.contents == pack.contents
    assert build_zip(again) == built


def test_the_same_pack_is_the_same_bytes_wherever_it_came_from(tmp_path: Path) -> None:
    shuffled = dict(reversed(read_pack(TINY).contents.items()))
    path = archive(tmp_path / "a.zip", shuffled)
    assert build_zip(read_pack(path)) == build_zip(read_pack(TINY))


def test_a_folder_around_everything_is_taken_off(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"crm-main/pack.json": PACK, "crm-main/README.md": b"x", "__MACOSX/a": b"x"})
    assert list(read_pack(path).contents) == ["README.md", "pack.json"]


@pytest.mark.parametrize(
    "name", ["../evil.json", "/etc/passwd", "a/../../b.json", "c:/x.json", "a\\b.json", "a//b.json", "./x.json"]
)
def test_paths_that_leave_the_pack_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("pack.json", PACK)
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name
        target.writestr(entry, b"{}")
    assert codes(path) == ["M113"]


def test_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("pack.json", PACK)
        entry = zipfile.ZipInfo("README.md")
        entry.create_system = 3
        entry.external_attr = 0o120777 << 16
        target.writestr(entry, "/etc/passwd")
    assert codes(path) == ["M113"]


def test_the_same_path_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("pack.json", PACK)
        with pytest.warns(UserWarning, match="Duplicate"):
            target.writestr("pack.json", PACK)
    assert codes(path) == ["M113"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = {"pack.json": PACK, **{f"files/{number}.bin": b"\0" * 15_000_000 for number in range(6)}}
    path = archive(tmp_path / "a.zip", bomb)
    assert path.stat().st_size < 200_000
    assert "M114" in codes(path)


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"pack.json": PACK, "README.md": b"\0" * 5_000_000})
    content = path.read_bytes()
    lie = content.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 10))
    path.write_bytes(lie)
    assert codes(path)[0] in ("M105", "M112")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04garbage", b"hello"])
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert codes(path)[0] == "M112"


def test_a_damaged_entry_is_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"pack.json": PACK, "README.md": b"hello " * 100})
    content = bytearray(path.read_bytes())
    at = content.index(b"README.md") + len("README.md") + 4
    content[at : at + 8] = b"\xff" * 8
    path.write_bytes(bytes(content))
    found = examine_pack(path).diagnostics
    assert [each.code for each in found] == ["M112"]
    assert found[0].where is not None
    assert found[0].where.file.endswith("README.md")


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    target = io.BytesIO(archive(tmp_path / "a.zip", {"pack.json": PACK}).read_bytes())
    content = bytearray(target.getvalue())
    content[6] |= 1  # the flag in the local header
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1  # and in the directory
    (tmp_path / "b.zip").write_bytes(bytes(content))
    assert codes(tmp_path / "b.zip")[0] == "M112"
