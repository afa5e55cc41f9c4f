"""The plugin that the documentation shows loads and works."""

import re
from pathlib import Path

from kalip.compiler import compile_packs
from kalip.runtime import load_extensions
from tests.support.builders import a_pack, an_entity
from tests.support.source import ROOT


def test_the_example_works(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text()
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert code is not None
    (tmp_path / "plates").mkdir()
    (tmp_path / "plates" / "plugin.py").write_text(code[1])
    found = load_extensions(tmp_path)
    assert found.diagnostics == ()
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
