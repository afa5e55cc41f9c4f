"""What the code never does, since what people write would then be run."""

import ast
import re
from collections.abc import Iterator

from tests.support.source import KALIP, PLUGINS, sources

# Templates come from files that the product ships. Whoever writes texts with places (mails, notices, labels) writes
# expressions, which have bounds and know no Python.
TEMPLATES = {"render_template_string", "from_string", "Template", "SandboxedEnvironment", "NativeEnvironment", "Markup"}
READERS = {"pickle", "marshal", "shelve", "dill", "yaml", "xml", "lxml", "xmlrpc", "subprocess"}
RUNNING = {"eval", "exec", "compile", "__import__"}
# One builds a syntax tree by hand and compiles that, the other writes paths by repr and numbers, nothing else.
HARMLESS = {("subprocess", "worker")}
ESCAPING = {"xml.sax.saxutils"}
ALLOWED = {"expressions/python_code.py", "storage/reader.py"}

TEMPLATE_FILES = KALIP / "web" / "templates"
# A literal, and a picture that is drawn.
AS_IT_IS = {
    'lists/_list.html: class="end"\'|safe',
    "sign_in/_app.html: page.picture|safe",
}


def names_called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute) and node.func.attr in TEMPLATES:
                yield node.func.attr


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_no_template_is_made_of_a_text() -> None:
    found = [
        f"{source.name}: {name}"
        for source in sources(KALIP, PLUGINS)
        for name in names_called(source.tree)
        if name in TEMPLATES
    ]
    assert found == []


def test_no_text_is_run_as_python() -> None:
    found = [
        f"{source.name}: {name}"
        for source in sources(KALIP, PLUGINS)
        for name in names_called(source.tree)
        if name in RUNNING and not source.name.endswith(tuple(ALLOWED))
    ]
    assert found == []


def test_nothing_is_read_by_what_runs_or_fetches_what_it_reads() -> None:
    found = [
        f"{source.name}: {module}"
        for source in sources(KALIP, PLUGINS)
        for module in imports(source.tree)
        if module.split(".")[0] in READERS and (module, source.path.stem) not in HARMLESS and module not in ESCAPING
    ]
    assert found == []


def test_no_page_puts_a_text_in_as_it_is() -> None:
    found = {
        f"{file.relative_to(TEMPLATE_FILES)}: {said}"
        for file in sorted(TEMPLATE_FILES.rglob("*.html"))
        for said in re.findall(r"[^{\s]*\s*\|\s*safe|autoescape", file.read_text(encoding="utf-8"))
    }
    assert found - AS_IT_IS == set()
