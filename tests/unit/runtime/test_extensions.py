"""Finding plugins; one that fails harms nobody."""

from pathlib import Path
from textwrap import dedent

import pytest

from kalip.compiler import compile_packs
from kalip.fields import builtin_types
from kalip.runtime import Extensions, load_extensions
from kalip.runtime.importers import Source
from tests.support.builders import a_model, a_pack, an_entity, told

TYPE = """
from kalip.runtime.plugins import TEXT, FieldType, Part, Text, builtin_types, hookimpl
TextType = type(builtin_types()["text"])

class Plate(TextType):
    name = "plate"
    label = Text.of("Number plate")
    options = {"country": {"title": "Country", "description": "Where it is from.", "type": "string"}}

@hookimpl
def kalip_field_types():
    return [Plate()]
"""
ACTION = """
from kalip.runtime.plugins import Action, ActionResult, Text, hookimpl

@hookimpl
def kalip_actions():
    parameters = {"to": {"title": "To", "description": "Whom.", "$ref": "common.json#/$defs/name"}}
    return [Action("greet", Text.of("Greet"), lambda context: ActionResult({}), parameters, ("to",))]
"""
FUNCTION = """
from kalip.runtime.plugins import INTEGER, TEXT, Function, hookimpl

@hookimpl
def kalip_functions():
    return [Function("vowels", (TEXT,), INTEGER, lambda text: sum(letter in "aeiou" for letter in text))]
"""
IMPORTER = """
from kalip.runtime.plugins import Imported, MetadataImporter, Text, hookimpl
from plugins.d.other import NAME

@hookimpl
def kalip_metadata_importers():
    return [MetadataImporter(NAME, Text.of("Other"), lambda source: Imported({"pack.json": {"name": source.pack}}))]
"""
LISTENER = """
from kalip.runtime.plugins import hookimpl
HEARD = []

@hookimpl
def kalip_record_saved(event):
    HEARD.append(event["kind"])

@hookimpl
def kalip_model_loaded(model):
    HEARD.append(model.revision)
"""


def loaded(folder: Path, **plugins: str) -> Extensions:
    for name, source in plugins.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "plugin.py").write_text(dedent(source))
    return load_extensions(folder)


def test_it_works(tmp_path: Path) -> None:
    found = loaded(tmp_path, a=TYPE, b=ACTION, c=FUNCTION)
    assert found.diagnostics == ()
    assert "plate" in found.types
    assert (list(found.actions), list(found.functions)) == (["greet"], ["vowels"])


def test_without_plugins() -> None:
    assert set(load_extensions(None).types) == set(builtin_types())
    assert load_extensions(None).importers == {}


def test_importers_and_plugins_of_several_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "d").mkdir(parents=True)
        (folder / "d" / "other.py").write_text(f"NAME = '{name}'")
        found = loaded(folder, d=IMPORTER)
        assert (found.diagnostics, list(found.importers)) == ((), [name])
        imported = found.importers[name].read(Source((), pack="p"))
        assert imported.documents == {"pack.json": {"name": "p"}}
    twice = loaded(tmp_path / "two", e=IMPORTER)
    assert [each.code for each in twice.diagnostics] == ["C190"]


def test_what_plugins_bring_is_used_in_metadata(tmp_path: Path) -> None:
    found = loaded(tmp_path, a=TYPE, b=ACTION, c=FUNCTION)
    move = {"to": "b", "effects": {"e": {"action": "greet", "arguments": {"to": "me"}}}}
    car = (
        an_entity("car")
        .with_field("plate", "plate", country="TR")
        .with_field("x", "integer", visible_when="vowels(plate) > 1")
        .with_document("pipelines/p", {"stages": {"a": {}, "b": {}}, "transitions": {"m": move}})
    )
    pack = a_pack().with_entity(car).build()
    compilation = compile_packs([pack], found.types, functions=found.functions, actions=found.actions)
    assert compilation.diagnostics == ()
    assert compilation.required().entities["car"].fields["plate"].options["country"] == "TR"


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\nraise ValueError('no')", 2, "ValueError: no"),
        ("def f(:", 1, "SyntaxError"),
        ("import sys\nsys.exit(3)", 2, "SystemExit: 3"),
        ("import nothing_of_that_name", 1, "ModuleNotFoundError"),
        (
            "from kalip.runtime.plugins import hookimpl\n@hookimpl\ndef kalip_field_types():\n    return [5]",
            0,
            "FieldType",
        ),
        (
            "from kalip.runtime.plugins import hookimpl\n@hookimpl\ndef kalip_field_types():\n    return 1 / 0",
            4,
            "Zero",
        ),
        (
            "from kalip.runtime.plugins import hookimpl\n@hookimpl\ndef kalip_feild_types():\n    return []",
            0,
            "unknown hook",
        ),
        ("from kalip.runtime.plugins import hookimpl\n@hookimpl\ndef kalip_record_saved(evnt):\n    pass", 0, "evnt"),
        ("def kalip_actions():\n    return []", 0, "@hookimpl"),
        (TYPE.replace('"string"', '"strng"'), 0, "JSON Schema"),
        (TYPE.replace('"plate"', '"text"'), 0, "two field types named 'text'"),
        (TYPE.replace('"plate"', '"Number Plate"'), 0, "can't name a field type"),
        (ACTION.replace('"greet"', '"not a name"'), 0, "not a name"),
    ],
)
def test_a_faulty_plugin_is_located_and_left_out(tmp_path: Path, source: str, line: int, message: str) -> None:
    found = loaded(tmp_path, bad=source, good=FUNCTION)
    (diagnostic,) = found.diagnostics
    assert diagnostic.code == "C190"
    assert diagnostic.where is not None
    assert (diagnostic.where.file, diagnostic.where.line) == (str(tmp_path / "bad" / "plugin.py"), line)
    assert message in diagnostic.message
    assert list(found.functions) == ["vowels"]
    assert set(found.types) == set(builtin_types())
    assert found.manager.get_plugin("bad") is None


def test_the_second_of_two_that_bring_the_same_is_left_out(tmp_path: Path) -> None:
    found = loaded(tmp_path, a=ACTION, b=ACTION)
    assert [each.where.file for each in found.diagnostics if each.where] == [str(tmp_path / "b" / "plugin.py")]
    assert list(found.actions) == ["greet"]


def test_a_type_that_fails_while_compiling_is_a_diagnostic(tmp_path: Path) -> None:
    failing = TYPE.replace("@hookimpl\n", "    def parts(self, field):\n        return 1 / 0\n\n@hookimpl\n")
    found = loaded(tmp_path, a=failing)
    pack = a_pack().with_entity(an_entity("car").with_field("plate", "plate").with_list("plate")).build()
    diagnostics = compile_packs([pack], found.types).diagnostics
    assert told(diagnostics) == [("C190", "/fields/plate/type")]
    assert "ZeroDivisionError" in diagnostics[0].message


def test_listeners_hear_and_one_that_fails_harms_nobody(tmp_path: Path) -> None:
    failing = (
        "from kalip.runtime.plugins import hookimpl\n@hookimpl\ndef kalip_record_saved(event):\n    raise OSError\n"
    )
    found = loaded(tmp_path, a=LISTENER, b=failing, c=LISTENER)
    assert found.diagnostics == ()
    model = a_model(an_entity())
    found.record_saved({"kind": "created"})
    found.model_loaded(model)
    for name in ("a", "c"):
        assert ["created", model.revision] == vars(found.manager.get_plugin(name))["HEARD"]
