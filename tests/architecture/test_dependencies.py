"""What is imported is declared, and what is declared is imported."""

import ast
import re
import sys
from collections.abc import Mapping
from configparser import ConfigParser
from functools import cache
from importlib.metadata import packages_distributions

from tests.support.source import KALIP, PLUGINS, ROOT, sources

# Needed at run time though no line imports them.
USED_BY_NAME = {
    "gunicorn": "kalip serve starts it",
    "psycopg": "SQLAlchemy loads the driver from the address",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}


def test_every_import_is_declared() -> None:
    undeclared = {
        name: place
        for name, place in _imported().items()
        if not _distributions(name) & _declared() and name not in {"kalip", "plugins"}
    }
    assert undeclared == {}


def test_every_declared_package_is_used() -> None:
    used = {distribution for name in _imported() for distribution in _distributions(name)}
    assert _declared() - used - set(USED_BY_NAME) == set()


def test_every_package_has_its_version_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = {_canonical(line.split("==")[0]) for line in lines if "==" in line}
    assert _declared() - pins == set()
    assert [line for line in lines if line and not re.match(r"#|[\w.-]+==[\w.]+$", line)] == []


def _imported() -> dict[str, str]:
    return {
        module.split(".")[0]: source.at(node)
        for source in sources(KALIP, PLUGINS)
        for node in ast.walk(source.tree)
        for module in _modules(node)
        if module.split(".")[0] not in sys.stdlib_module_names
    }


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def _distributions(module: str) -> set[str]:
    return {_canonical(name) for name in _installed().get(module, [])}


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def _declared() -> set[str]:
    config = ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    # What tests need is theirs; other extras are what a plugin of ours needs.
    lines = " ".join(
        (config["options"]["install_requires"], *(extras[name] for name in extras if name != "test"))
    ).split()
    return {_canonical(re.split(r"[\[<>=!~]", line)[0]) for line in lines}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
