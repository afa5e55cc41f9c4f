"""Packs on the command line: what is wrong is told with file, line and the way out."""

import json
from pathlib import Path

import pytest

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.unit.cli.conftest import Kalip

MANIFEST = b'{\n  "name": "shop",\n  "version": "1.0.0"\n}\n'


def shop() -> PackBuilder:
    """A sound pack."""
    good = an_entity("good").with_field("name", "text", label="Name").with_keys(title="name", label="Good")
    return a_pack("shop").with_role("clerk").with_entity(good)


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """A pack's folder on disk."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def test_it_works(kalip: Kalip, tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", shop().files())
    found = kalip("pack", "check", folder)
    assert (found.code, found.out.strip()) == (0, "shop: no faults")
    assert kalip("pack", "check", "crm", "helpdesk", "--json").data == {"ok": True, "diagnostics": []}


def entity(text: str) -> dict[str, bytes]:
    """A pack whose one entity is written like this."""
    return {"pack.json": MANIFEST, "entities/good/entity.json": text.encode()}


DEEP = "(" * 4_000 + "1" + ")" * 4_000
FAULTS: dict[str, tuple[dict[str, bytes], int, str]] = {
    "malformed": (entity('{\n  "fields": {\n    "a": {"type": "text",}\n  }\n}'), 3, "entities/good/entity.json"),
    "duplicate key": (entity('{"fields": {\n"a": {"type": "text"},\n"a": {"type": "text"}}}'), 3, "'a'"),
    "unknown type": (entity('{"fields": {\n"a": {"type": "tekst"}}}'), 2, "did you mean 'text'?"),
    "wrong type": (entity('{"fields": {"a": {"type": "text",\n"required": "yes"}}}'), 2, "required"),
    "unknown name": (entity('{"fields": {"a": {"type": "reference",\n"to": "compny"}}}'), 2, "compny"),
    "deep expression": (
        entity('{"fields": {"a": {"type": "text",\n"visible_when": "' + DEEP + '"}}}'),
        2,
        "nested deeper",
    ),
    "not UTF-8": ({"pack.json": MANIFEST, "entities/good/entity.json": b'{"label": "\xff"}'}, 1, "UTF-8"),
    "too large": (entity('{"label": "' + "x" * 5_500_000 + '"}'), 0, "entities/good/entity.json"),
    "circle": ({"pack.json": b'{"name": "shop", "version": "1.0.0",\n"requires": {"shop": ">=1"}}'}, 2, "circle"),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_each_fault_has_a_place_and_nothing_is_installed(site: Kalip, tmp_path: Path, fault: str) -> None:
    files, line, said = FAULTS[fault]
    folder = written(tmp_path / "shop", files)
    found = site("pack", "check", folder, "--json")
    assert found.code == 1
    told = [each for each in found.data["diagnostics"] if said in json.dumps(each, ensure_ascii=False)]
    assert told, found.data
    assert told[0]["line"] == line
    assert told[0]["file"].startswith(str(folder))
    text = site("pack", "check", folder)
    assert text.code == 1
    assert told[0]["message"].splitlines()[0][:60] in text.err
    assert site("pack", "install", folder).code == 1
    assert site("pack", "list", "--json").data == []
    assert len(site("log", "--json").data) == 1


def test_where_there_is_no_pack(kalip: Kalip, tmp_path: Path) -> None:
    found = kalip("pack", "check", tmp_path / "nowhere")
    assert found.code == 1
    assert "no such folder" in found.err


def test_formatting(kalip: Kalip, tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", entity('{"fields":{"a":{"label":"A","type":"text","required":false}}}'))
    assert kalip("pack", "format", "--check", folder).code == 1
    assert kalip("pack", "format", folder, "--json").data["changed"] == [f"{folder}/entities/good/entity.json"]
    assert kalip("pack", "format", "--check", folder).code == 0
    text = (folder / "entities" / "good" / "entity.json").read_text()
    assert '"type": "text",\n      "label": "A"' in text
    assert "required" not in text


def test_the_same_pack_builds_the_same_bytes_and_installs(site: Kalip, tmp_path: Path) -> None:
    folder = written(tmp_path / "shop", shop().files())
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    assert site("pack", "build", folder, "-o", first).code == 0
    assert site("pack", "build", folder, "-o", second).code == 0
    assert first.read_bytes() == second.read_bytes()
    tried = site("pack", "install", first, "--dry-run", "--json").data
    assert tried["packs"] == [
        {"pack": "shop", "before": None, "after": "1.0.0", "changes": len(shop().files()), "shadows": []}
    ]
    assert site("pack", "list", "--json").data == []
    assert site("pack", "install", first, "-m", "Open the shop", "--json").data["published"] == 2
    assert [each["pack"] for each in site("pack", "list", "--json").data] == ["shop"]
    assert site("log", "--json").data[0]["message"] == "Open the shop"
    assert "needs no change" in site("plan").out
    assert site("pack", "diff", folder).out.strip() == "no differences"
    assert "Nothing to do." in site("pack", "install", first).out


def test_comparing_two_packs(kalip: Kalip, tmp_path: Path) -> None:
    old = written(tmp_path / "old", shop().files())
    new = written(tmp_path / "new", shop().with_role("boss").files())
    found = kalip("pack", "diff", old, new, "--json").data
    assert [(each["kind"], each["document"]) for each in found] == [("added", "roles/boss")]


def test_tests_of_a_pack_are_run(kalip: Kalip, tmp_path: Path) -> None:
    when = {"create": {"entity": "good", "values": {"name": "Tea"}}}
    case = {"title": "Tea is made", "when": when, "then": {"values": {"name": "Coffee"}}}
    pack = shop().with_document("tests/goods", {"cases": {"tea": case}})
    folder = written(tmp_path / "shop", pack.files())
    found = kalip("pack", "test", folder, "--json")
    assert (found.code, found.data["failed"]) == (1, 1)
    assert "not 'Coffee'" in found.data["cases"][0]["message"]
    assert kalip("pack", "test", "crm").code == 0


def test_usage(kalip: Kalip) -> None:
    assert kalip("pack", "check").code == 2
    assert kalip("pack", "chek").code == 2
