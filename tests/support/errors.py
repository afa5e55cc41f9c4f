"""Finds every error and violation that the source can tell, and writes their page."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import kalip
from kalip.base.errors import KalipError
from kalip.web.errors import STATUS

PACKAGE = Path(kalip.__file__).parent
# Diagnostics have their own page; these floors raise them in bulk by MetadataError and CompileError.
_ELSEWHERE = ("metadata/codes.py", "compiler/codes.py")
_VIOLATIONS = {"FieldFault": 0, "Violation": 1, "blame": 1}


@dataclass
class Told:
    """What stands behind a code: how the class is called and described, and the messages that it comes with."""

    name: str
    meaning: str
    messages: set[str] = field(default_factory=set)


def error_codes() -> dict[str, Told]:
    """Every code of an error, with the class that has it by default and the messages of those who raise it."""
    classes = {name: (str(node), doc) for name, node, doc in _classes()}
    found: dict[str, Told] = {}
    for name, (code, doc) in classes.items():
        before = found.get(code)
        found[code] = Told(f"{before.name}, {name}", f"{before.meaning} {doc}") if before else Told(name, doc)
    for call in _calls():
        name = _name(call.func)
        if name not in classes:
            continue
        given = [each.value for each in call.keywords if each.arg == "code"]
        code = classes[name][0]
        if given and isinstance(given[0], ast.Constant):
            code = str(given[0].value)
        found.setdefault(code, Told(name, "")).messages.update(_texts(call.args[:1]))
    return dict(sorted(found.items()))


def violation_codes() -> dict[str, set[str]]:
    """Every code of a violation with its messages; `{…}` are places."""
    found: dict[str, set[str]] = defaultdict(set)
    for call in _calls():
        at = _VIOLATIONS.get(_name(call.func))
        if at is None or len(call.args) < at + 2:
            continue
        for code in _texts(call.args[at : at + 1]):
            found[code].update(_texts(call.args[at + 1 : at + 2]))
    return dict(sorted(found.items()))


def status_of_code(code: str) -> int:
    """The HTTP status of a code."""
    return STATUS.get(code) or STATUS.get(code[:2], 500)


def error_page(mark: str) -> str:
    """Markdown for every error and violation, with `mark` under its title."""
    lines = ["# Errors", "", mark, ""]
    lines += [
        "An error has a stable code. REST answers it as a problem with that `code`, a page of an error shows it, the",
        "command line prints it with `--json`. The letter says where it comes from: K the site and its settings,",
        "M packs, C compiling, E an expression, S storage, A rights, R records, W stages and moves, D publishing.",
        "Faults in metadata (M and C) have [codes of their own](diagnostics.md).",
        "",
        "`{…}` stands for names and values. H with an HTTP status (`H404`, `H405`, `H413`, `H500`) is an answer that",
        "no use case gave: no such address, a body that is too large, a fault of Kalip.",
        "",
        "| code | HTTP | error | meaning | messages |",
        "|---|---|---|---|---|",
    ]
    for code, told in error_codes().items():
        messages = "<br>".join(sorted(map(_cell, told.messages)))
        lines.append(f"| {code} | {status_of_code(code)} | {told.name} | {_cell(told.meaning)} | {messages} |")
    lines += ["", "## Violations", ""]
    lines += [
        "What is wrong with a record's values: each has a `pointer` to the field, a code and a message in the reader's",
        "language. Checks, guards and plugins bring messages of their own.",
        "",
        "| code | messages |",
        "|---|---|",
        *(f"| {code} | {'<br>'.join(sorted(map(_cell, texts)))} |" for code, texts in violation_codes().items()),
    ]
    return "\n".join(lines) + "\n"


def _classes() -> Iterator[tuple[str, str, str]]:
    """Name, code and first sentence of KalipError and the classes below it that can be raised."""
    codes = {"KalipError": KalipError.code}
    nodes = [node for file in _files() for node in ast.walk(_tree(file)) if isinstance(node, ast.ClassDef)]
    nodes.sort(key=lambda node: _depth(node, nodes))
    for node in nodes:
        bases = [_name(base) for base in node.bases if _name(base) in codes]
        if not bases and node.name != KalipError.__name__:
            continue
        own = [each for each in map(_code_of, node.body) if each]
        codes[node.name] = own[0] if own else codes[bases[0]]
        if own:
            yield node.name, own[0], (ast.get_docstring(node) or "").split("\n")[0]


def _code_of(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value) if _name(statement.targets[0]) == "code" else ""
    return ""


def _depth(node: ast.ClassDef, nodes: list[ast.ClassDef]) -> int:
    above = [each for each in nodes if each.name in {_name(base) for base in node.bases}]
    return 1 + max((_depth(each, nodes) for each in above), default=0)


def _files() -> Iterator[Path]:
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.relative_to(PACKAGE).as_posix() not in _ELSEWHERE:
            yield file


def _calls() -> Iterator[ast.Call]:
    for file in _files():
        yield from (node for node in ast.walk(_tree(file)) if isinstance(node, ast.Call))


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _texts(nodes: list[ast.expr]) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.IfExp):
            found |= _texts([node.body, node.orelse])
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
