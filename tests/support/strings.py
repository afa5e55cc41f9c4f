"""Finds every text that people may read: in templates, `gettext` calls, violations, errors, plans and schemas."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2

import kalip
from kalip.base.names import humanize
from kalip.fields import builtin_types
from kalip.metadata import Kind, document_schema

PACKAGE = Path(kalip.__file__).parent
TEMPLATES = PACKAGE / "web" / "templates"
# Command line and metadata diagnostics are for developers and stay English.
_WITH_FAULTS = ("fields", "records", "access", "workflow", "base", "storage", "designer", "web")
_MESSAGES = {"Because": 0, "FieldFault": 1, "Violation": 2, "blame": 2, "Wording": 0}
_ERRORS = {
    "AccessDenied", "BadRequest", "Conflict", "Locked", "NotAuthenticated", "NotFound", "PublishConflict",
    "RecordRejected", "StaleVersion", "TaskTaken", "TransitionRefused",
}  # fmt: skip
# Kinds of documents that have pages of their own in the designer; all others are shown as JSON.
_DESIGNED = (
    Kind.CHOICES, Kind.ROLE, Kind.ENTITY, Kind.PIPELINE, Kind.ACCESS, Kind.LIST, Kind.FORM, Kind.CARD, Kind.BOARD,
    Kind.CALENDAR_VIEW, Kind.CALENDAR, Kind.RULES, Kind.MAIL,
)  # fmt: skip
_SHOWN = ("title", "description")


def interface_texts() -> dict[str, str]:
    """Texts of the user interface, each with the file that says it."""
    found: dict[str, str] = {}
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES))  # noqa: S701 - parses only
    for file in sorted(TEMPLATES.rglob("*.html")):
        tree = environment.parse(file.read_text(encoding="utf-8"))
        for call in tree.find_all(jinja2.nodes.Call):
            if isinstance(call.node, jinja2.nodes.Name) and call.node.name in ("_", "_n"):
                at = 1 if call.node.name == "_n" else 0
                text = call.args[at]
                if isinstance(text, jinja2.nodes.Getattr) and file.parent.name == "designer":
                    # Labels and helps that come from schemas, whose texts are found there.
                    assert text.attr in {"around", "help", "label"}, f"{file}: a text of no schema"
                    continue
                assert isinstance(text, jinja2.nodes.Const), f"{file}: a text must be a literal"
                found[text.value] = file.name
    for file in sorted((PACKAGE / "web").rglob("*.py")):
        for name, python_call in _calls(file):
            if name in ("gettext", "ngettext"):
                texts = _texts(python_call.args[1 if name == "ngettext" else 0])
                found.update(dict.fromkeys(texts, file.name))
    return found


def fault_texts() -> dict[str, str]:
    """Templates of violations and of errors that reach people, each with the file that says it."""
    found: dict[str, str] = {}
    for folder in _WITH_FAULTS:
        for file in sorted((PACKAGE / folder).rglob("*.py")):
            for name, call in _calls(file):
                at = _MESSAGES.get(name, 0 if name in _ERRORS else None)
                if at is not None and len(call.args) > at:
                    found.update(dict.fromkeys(_texts(call.args[at]), file.name))
    return found


def plan_texts() -> dict[str, str]:
    """Templates of changes and of the steps of a plan, each with the file that says it."""
    found: dict[str, str] = {}
    for file in sorted((PACKAGE / "storage").rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and function.name == "describe_parts":
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                        found.update(dict.fromkeys(_texts(node.value.elts[0]), file.name))
    wording = PACKAGE / "metadata" / "wording.py"
    for name, call in _calls(wording):
        if name == "Wording":
            found.update(dict.fromkeys(_texts(call.args[0]), wording.name))
    for node in ast.walk(ast.parse(wording.read_text(encoding="utf-8"))):
        # Maps of templates, whichever of them a sentence takes.
        for value in node.values if isinstance(node, ast.Dict) else ():
            found.update(dict.fromkeys((text for text in _texts(value) if places(text)), wording.name))
    return found


def schema_texts() -> dict[str, str]:
    """What the designer's pages show of schemas, each with the kind of document that has it."""
    found: dict[str, str] = {}
    for kind in _DESIGNED:
        for schema in _schemas(document_schema(kind, builtin_types())):
            texts = (schema[key] for key in _SHOWN if isinstance(schema.get(key), str))
            words = (humanize(str(each)) for each in (*schema.get("enum", ()), *schema.get("properties", {})))
            found.update(dict.fromkeys((*texts, *words), f"{kind}.json"))
    return found


def _schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    for part in (*inner, schema.get("additionalProperties"), schema.get("items")):
        if isinstance(part, dict):
            yield from _schemas(part)


def places(text: str) -> set[str]:
    """The `{places}` of a text."""
    return set(re.findall(r"\{(\w+)\}", text))


def _calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield name, node


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    if isinstance(node, ast.Tuple):
        return [text for each in node.elts for text in _texts(each)]
    return []
