"""Where things lie and how large they grow."""

import ast
import re

from tests.support.source import KALIP, PLUGINS, ROOT, own_files, sources

FILE_CEILING = 400
FUNCTION_CEILING = 60

# Each module of these floors has a test of its own name.
MIRRORED = ("base", "expressions", "model", "fields", "metadata", "compiler", "runtime")

# A path of one machine, or an address of one machine's package mirror.
MACHINE_PATHS = re.compile(r"(?<![\w.}/$-])/(?:work|root|home/\w+|opt)/|file:///(?!\{)")


def test_platform_is_never_a_package() -> None:
    # It would shadow Python's own platform module, in gunicorn but not in pytest.
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_helpers_live_where_their_noun_lives() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc"}
    found = [source.name for source in sources(KALIP, PLUGINS) if source.path.stem in nameless]
    assert found == []


def test_files_stay_readable() -> None:
    long = {
        source.name: lines
        for source in sources(KALIP, PLUGINS, ROOT / "tests")
        if (lines := len(source.text.splitlines())) > FILE_CEILING
    }
    assert long == {}


def test_functions_stay_readable() -> None:
    long = {
        source.at(node): lines
        for source in sources(KALIP, PLUGINS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_CEILING
    }
    assert long == {}


def test_the_pure_floors_are_mirrored_by_tests() -> None:
    missing = [
        expected.relative_to(ROOT).as_posix()
        for floor in MIRRORED
        for source in sources(KALIP / floor)
        if source.path.stem != "__init__"
        and not (
            expected := ROOT
            / "tests"
            / "unit"
            / source.path.relative_to(KALIP).with_name(f"test_{source.path.stem.lstrip('_')}.py")
        ).exists()
    ]
    assert missing == []


def test_nothing_names_the_machine_it_was_written_on() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in own_files()
        if path != ROOT / "tests" / "architecture" / "test_layout.py"
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert found == []
