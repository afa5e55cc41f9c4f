"""The hooks that plugins may implement."""

import inspect
import re

from kalip.runtime import hookspecs
from tests.support.source import ROOT

HOOKS = {
    name: function for name, function in vars(hookspecs).items() if name.startswith("kalip_") and callable(function)
}


def test_each_hook_is_described_with_its_arguments() -> None:
    text = (ROOT / "docs" / "reference" / "hooks.md").read_text()
    headings = re.findall(r"^### `(\w+)\(([^)]*)\)`$", text, re.MULTILINE)
    assert headings == [(name, ", ".join(inspect.signature(function).parameters)) for name, function in HOOKS.items()]
    assert all(inspect.getdoc(function) for function in HOOKS.values())
