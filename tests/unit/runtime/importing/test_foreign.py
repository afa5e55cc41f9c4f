"""Reading another system's files."""

from pathlib import Path

import pytest

from kalip.runtime.importing import foreign
from kalip.runtime.importing.foreign import read_foreign


def put(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_json", ".json").replace("_po", ".po")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_a_folder_is_read_with_the_name_of_the_folder(tmp_path: Path) -> None:
    put(tmp_path / "app", b_json="[2]", a__c_json="1", note="x", locale__tr_po="msgid", node_modules__x_json="1")
    (tmp_path / "app" / ".git").mkdir()
    (tmp_path / "app" / ".git" / "x.json").write_text("1")
    found = read_foreign(tmp_path / "app", ("*.json", "*.po"))
    assert [(each.path, each.data) for each in found.documents] == [("app/b.json", [2]), ("app/a/c.json", 1)]
    assert found.files == {"app/locale/tr.po": b"msgid"}
    assert found.diagnostics == ()


def test_one_file_is_read_with_the_name_of_its_folder(tmp_path: Path) -> None:
    put(tmp_path, entityDefs__Case_json='{"a": 1}')
    found = read_foreign(tmp_path / "entityDefs" / "Case.json", ("*.json",))
    assert [each.path for each in found.documents] == ["entityDefs/Case.json"]
    source = found.source("pack", "my", ("en",))
    assert (source.pack, source.prefix, source.languages) == ("pack", "my", ("en",))


def test_what_can_not_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, a_json='{\n "x": ]', b_json=b'{"x": "\xff"}', c_json="[" * 100, d_json="{}")
    found = read_foreign(tmp_path, ("*.json",))
    assert [each.path.rpartition("/")[2] for each in found.documents] == ["d.json"]
    told = {(Path(each.where.file).name, each.where.line, each.code) for each in found.diagnostics if each.where}
    assert told >= {("a.json", 2, "M102"), ("b.json", 1, "M101"), ("c.json", 1, "M104")}
    assert {each.severity for each in found.diagnostics} == {"error"}


def test_what_harms_nobody_is_a_warning(tmp_path: Path) -> None:
    put(tmp_path, a_json='{"x": 1, "x": 2}', b_json='{"x": "\\ud800"}', c_json=b"\xef\xbb\xbf{}")
    found = read_foreign(tmp_path, ("*.json",))
    assert [each.data for each in found.documents] == [{"x": 2}, {"x": "\ud800"}, {}]
    assert [each.severity for each in found.diagnostics] == ["warning", "warning"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, secret_json="1", app__a_json="2")
    (tmp_path / "app" / "b.json").symlink_to(tmp_path / "secret.json")
    (tmp_path / "app" / "up").symlink_to(tmp_path)
    assert [each.data for each in read_foreign(tmp_path / "app", ("*.json",)).documents] == [2]


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_json="1", b_json='"long"', c_json="3")
    monkeypatch.setattr(foreign, "MOST_BYTES_OF_A_FILE", 3)
    found = read_foreign(tmp_path, ("*.json",))
    assert ([each.data for each in found.documents], [each.code for each in found.diagnostics]) == ([1, 3], ["M105"])
    monkeypatch.setattr(foreign, "MOST_FILES", 1)
    found = read_foreign(tmp_path, ("*.json",))
    assert ([each.data for each in found.documents], found.diagnostics[-1].code) == ([1], "M114")
    monkeypatch.setattr(foreign, "MOST_ENTRIES", 2)
    found = read_foreign(tmp_path, ("*.json",))
    assert ([each.data for each in found.documents], found.diagnostics[-1].code) == ([], "M114")


def test_nothing_there(tmp_path: Path) -> None:
    assert [each.code for each in read_foreign(tmp_path / "gone", ("*.json",)).diagnostics] == ["M115"]
