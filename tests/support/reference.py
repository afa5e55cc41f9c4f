"""Writes the generated parts of docs/reference: kinds and field types from their schemas, diagnostics from their codes,
commands from the command line itself, errors from those who raise them.

`python -m tests.support.reference` writes the files, with `--check` it only says which are out of date.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kalip import compiler, metadata
from kalip.fields import builtin_types
from kalip.metadata import OVERLAID, Kind, document_schema, source_schema
from kalip.metadata.kinds import PATTERNS
from tests.support.commands import command_page
from tests.support.errors import error_page
from tests.support.language import language_page
from tests.support.source import ROOT

REFERENCE = ROOT / "docs" / "reference"
GENERATED = "<!-- Written by script/docs: change the code that it describes, not this file. -->"
TYPES = builtin_types()
_WORDS = {"object": "object", "array": "list", "string": "text", "integer": "whole number", "number": "number"}
_SHARED = "#/$defs/"

Schema = Mapping[str, Any]


def generated() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    schemas = {REFERENCE / "schemas" / f"{kind}.json": _editor_schema(kind) for kind in Kind}
    pages = {
        "metadata.md": _metadata_page(),
        "field-types.md": _field_types_page(),
        "diagnostics.md": _diagnostics_page(),
        "cli.md": command_page(GENERATED),
        "errors.md": error_page(GENERATED),
        "expressions.md": language_page(GENERATED),
    }
    return {**schemas, **{REFERENCE / name: text for name, text in pages.items()}}


def outdated() -> list[Path]:
    """The generated files whose text is not what it should be."""
    return [path for path, text in generated().items() if not path.is_file() or path.read_text("utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write what is out of date, or with `--check` only name it; 1 when something was to name."""
    found = outdated()
    for path in found:
        if "--check" in arguments:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: run script/docs\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated()[path], "utf-8")
    return 1 if found and "--check" in arguments else 0


def _editor_schema(kind: Kind) -> str:
    """The schema with everything that it refers to, so that an editor needs one file."""
    schema = document_schema(kind, TYPES)
    used = _used_definitions(schema, schema["$defs"])
    definitions = {name: each for name, each in schema["$defs"].items() if name in used}
    return json.dumps({**schema, "$defs": definitions}, indent=2, ensure_ascii=False) + "\n"


def _used_definitions(schema: Schema, definitions: Schema) -> set[str]:
    used: set[str] = set()
    pending: list[Any] = [{key: each for key, each in schema.items() if key != "$defs"}]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix(_SHARED)
            if name and name not in used:
                used.add(name)
                pending.append(definitions[name])
            pending += part.values()
        elif isinstance(part, list):
            pending += part
    return used


def _metadata_page() -> str:
    lines = ["# Metadata: the kinds of documents", "", GENERATED, ""]
    lines += [
        "Each JSON file of a pack is of one kind, which follows from its path. Unknown keys are errors. Keys marked ●",
        "are required. The schemas that an editor checks and completes by are in [schemas](schemas).",
        "",
        "| kind | path | can be overlaid |",
        "|---|---|---|",
        *(f"| [{kind}](#{kind}) | `{path}` | {'yes' if kind in OVERLAID else ''} |" for kind, path in PATTERNS),
    ]
    for kind, path in PATTERNS:
        schema = source_schema(kind)
        lines += ["", f"## {kind}", "", f"`{path}` · {schema['description']}", ""]
        lines += _object(schema, schema["$defs"], "", ())
    common = json.loads((Path(metadata.__file__).parent / "schemas" / "common.json").read_text("utf-8"))["$defs"]
    lines += ["", "## Common values", ""]
    lines += [
        f"- **{each['title']}**: {each['description']}" for each in common.values() if each.get("type") != "object"
    ]
    return "\n".join(lines) + "\n"


def _field_types_page() -> str:
    lines = ["# Field types", "", GENERATED, ""]
    lines += ["Beside the keys that [every field](metadata.md#entity) has, each type has its own.", ""]
    lines += ["| type | for |", "|---|---|"]
    lines += [f"| [{name}](#{name}) | {_cell(type_.description)} |" for name, type_ in TYPES.items()]
    for name, type_ in TYPES.items():
        lines += ["", f"## {name}", "", type_.description, ""]
        if type_.options:
            lines += _table(
                {"properties": type_.options, "required": list(type_.needs)}, source_schema(Kind.ENTITY)["$defs"]
            )
        else:
            lines += ["No keys of its own."]
    return "\n".join(lines) + "\n"


def _diagnostics_page() -> str:
    lines = ["# Diagnostics", "", GENERATED, ""]
    lines += [
        "A fault in metadata has a stable code, a place (file, line, JSON pointer), what is wrong and the way out. All",
        "faults are told at once, and while there is an error the model in service stays as it is. Warnings stand in",
        "nobody's way.",
    ]
    for title, codes in (("Reading, checking and stacking packs", metadata.CODES), ("Compiling", compiler.CODES)):
        lines += ["", f"## {title}", "", "| code | meaning |", "|---|---|"]
        lines += [f"| {code} | {_cell(text)} |" for code, text in codes.items()]
    return "\n".join(lines) + "\n"


def _object(schema: Schema, definitions: Schema, path: str, trail: tuple[str, ...]) -> Iterator[str]:
    """The table of an object's keys, then those of the objects inside."""
    if schema.get("properties"):
        yield from _table(schema, definitions)
    for name, part in _inner_objects(schema, path):
        inner, followed = _resolved(part, definitions, trail)
        if inner.get("properties") and not set(followed) & set(trail):
            yield from ("", f"### {name}", "", str(inner["description"]), "")
            yield from _object(inner, definitions, name, (*trail, *followed))
        elif isinstance(inner.get("additionalProperties"), dict) and not set(followed) & set(trail):
            yield from _object(inner, definitions, name, (*trail, *followed))


def _inner_objects(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    dot = "." if path else ""
    for name, part in schema.get("properties", {}).items():
        yield f"{path}{dot}{name}", part
    for key, step in (("additionalProperties", ".*"), ("items", "[]"), ("then", "")):
        if isinstance(schema.get(key), dict):
            yield f"{path}{step}", schema[key]


def _resolved(schema: Schema, definitions: Schema, trail: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
    reference = str(schema.get("$ref", "")).removeprefix(_SHARED)
    if not reference:
        return schema, ()
    beside = {key: each for key, each in schema.items() if key != "$ref"}
    inner, followed = _resolved(definitions[reference], definitions, trail)
    return {**inner, **beside}, (reference, *followed)


def _table(schema: Schema, definitions: Schema) -> Iterator[str]:
    yield from ("| key | value | meaning |", "|---|---|---|")
    for name, part in schema["properties"].items():
        whole, followed = _resolved(part, definitions, ())
        required = "● " if name in schema.get("required", ()) else ""
        default = f" Default: `{json.dumps(whole['default'])}`." if "default" in whole else ""
        meaning = _cell(str(whole.get("description", "")))
        yield f"| {required}`{name}` | {_value(whole, followed)} | {meaning}{default} |"


def _value(schema: Schema, followed: tuple[str, ...]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if followed and followed[-1] in ("text", "expression", "colour", "name", "path", "locale"):
        return followed[-1]
    kinds = schema.get("type")
    if kinds is None and "anyOf" in schema:
        return " or ".join(dict.fromkeys(_value(each, ()) for each in schema["anyOf"]))
    words = [_WORDS.get(each, each) for each in ([kinds] if isinstance(kinds, str) else kinds or ["any"])]
    return " or ".join(words) + _bounds(schema)


def _bounds(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None and most is None:
        return ""
    return f" {least if least is not None else '…'} to {most if most is not None else '…'}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
