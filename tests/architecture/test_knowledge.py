"""Who may know what, where import contracts cannot see it."""

import ast
import re

from tests.support.source import KALIP, PLUGINS, Source, docstrings, sources

DOOR = "kalip.runtime.plugins"

SQL = re.compile(
    r"^\s*(SELECT\s[\s\S]+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s"
    r"|DELETE\s+FROM\s|(CREATE|ALTER|DROP)\s+(UNIQUE\s+|VIRTUAL\s+)?(TABLE|INDEX|VIEW)\s|PRAGMA\s)",
    re.IGNORECASE,
)


def test_imports_stand_at_the_top() -> None:
    # An import inside a function hides a circle.
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    found = [
        source.at(inner)
        for source in sources(KALIP, PLUGINS)
        for node in ast.walk(source.tree)
        if isinstance(node, functions)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_only_one_module_knows_the_names_of_htmx_headers() -> None:
    found = [
        source.at(node)
        for source in sources(KALIP, PLUGINS)
        if source.path != KALIP / "web" / "htmx.py"
        for node in _texts(source)
        if re.search(r"\bHX-[A-Z]", str(node.value))
    ]
    assert found == []


def test_only_storage_and_expressions_write_sql() -> None:
    allowed = (KALIP / "storage", KALIP / "expressions")
    found = [
        source.at(node)
        for source in sources(KALIP, PLUGINS)
        if not any(source.path.is_relative_to(folder) for folder in allowed)
        for node in _texts(source)
        if SQL.match(str(node.value))
    ]
    assert found == []


def test_plugins_take_only_public_names_through_the_door() -> None:
    found = [
        f"{source.at(node)} {alias.name}"
        for source in sources(PLUGINS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.module == DOOR
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert found == []


def _texts(source: Source) -> list[ast.Constant]:
    explained = docstrings(source.tree)
    return [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in explained
    ]
