"""The plugin that the documentation shows loads and works."""

import re
from pathlib import Path

from kalip.compiler import compile_packs
from kalip.runtime import Extensions, load_extensions
from kalip.runtime.directories import read_directories, with_readers
from tests.support.builders import a_pack, an_entity
from tests.support.source import ROOT


def shown(folder: Path, place: int) -> Extensions:
    """The plugin that the page shows at a place, loaded."""
    page = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text()
    (folder / "shown").mkdir()
    (folder / "shown" / "plugin.py").write_text(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[place])
    found = load_extensions(folder)
    assert found.diagnostics == ()
    return found


def test_the_example_works(tmp_path: Path) -> None:
    found = shown(tmp_path, 0)
    move = {"to": "b", "effects": {"e": {"action": "give_provisional_plate", "arguments": {"field": "plate"}}}}
    car = (
        an_entity("car")
        .with_field("plate", "plate", country="TR")
        .with_field("note", "text", visible_when="is_provisional(plate)")
        .with_document("pipelines/p", {"stages": {"a": {}, "b": {}}, "transitions": {"m": move}})
    )
    pack = a_pack().with_entity(car).build()
    compilation = compile_packs([pack], found.types, functions=found.functions, actions=found.actions)
    assert compilation.diagnostics == ()
    field = compilation.required().entities["car"].fields["plate"]
    plate = found.types["plate"]
    assert plate.parse(field, " 34 abc 123 ") == "34ABC123"
    faults = plate.validate(field, "34-ABC")
    assert [fault.message for fault in faults] == ["'34-ABC' is no number plate."]


def test_the_directory_works(tmp_path: Path) -> None:
    written = {"office": {"kind": "lines", "people": "1;eda@example.com;Eda\n2;can@example.com;Can"}}
    office = with_readers(read_directories(written, {}), shown(tmp_path, 1).directories)["office"]
    assert [(each.id, each.name) for each in office.read().people] == [("1", "Eda"), ("2", "Can")]
