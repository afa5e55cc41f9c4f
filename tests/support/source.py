"""The repository as text and syntax trees, for the tests that watch its architecture."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KALIP = ROOT / "platform" / "kalip"
PLUGINS = ROOT / "plugins"

# Made by tools, fetched or kept out of version control; see .gitignore.
_LEFT_OUT = {
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "htmlcov",
    "kalip.egg-info",
    "node_modules",
    "site",
    "vendor",
}


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path from the repository's root."""
        return self.path.relative_to(ROOT).as_posix()

    def at(self, node: ast.AST) -> str:
        """The place of a node, as editors understand it."""
        return f"{self.name}:{getattr(node, 'lineno', 0)}"


@cache
def sources(*folders: Path) -> tuple[Source, ...]:
    """Return the parsed Python files of the folders, sorted by path."""
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return tuple(_source(path) for path in paths)


@cache
def _source(path: Path) -> Source:
    text = path.read_text()
    return Source(path, text, ast.parse(text))


def own_files(folder: Path = ROOT) -> Iterator[Path]:
    """Yield every file that belongs to the repository."""
    for path in sorted(folder.iterdir()):
        if path.name in _LEFT_OUT or path.name.startswith(".coverage"):
            continue
        if path.is_dir():
            yield from own_files(path)
        else:
            yield path


def docstrings(tree: ast.Module) -> set[ast.Constant]:
    """Return the nodes that are docstrings."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, owners)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
