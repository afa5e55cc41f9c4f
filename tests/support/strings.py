"""Finds every text that people may read: in templates, in `gettext` calls, in violations and errors."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2

import kalip

PACKAGE = Path(kalip.__file__).parent
TEMPLATES = PACKAGE / "web" / "templates"
# Command line and metadata diagnostics are for developers and stay English.
_WITH_FAULTS = ("fields", "records", "access", "workflow", "base", "storage", "designer", "web")
_MESSAGES = {"FieldFault": 1, "Violation": 2, "blame": 2, "Wording": 0}
_ERRORS = {
    "AccessDenied", "BadRequest", "Conflict", "Locked", "NotAuthenticated", "NotFound", "PublishConflict", "RecordRejected",
    "StaleVersion", "TransitionRefused",
}  # fmt: skip


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
    return []
