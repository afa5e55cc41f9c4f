"""Runs commands of Kalip as a terminal does, in this process."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from kalip.app import LiveComposition
from kalip.cli import cli


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its answer as JSON."""
        return json.loads(self.out)


def run(*arguments: str | Path, given: str | None = None) -> Ran:
    """Run a command; `given` is what stands at its input."""
    result = CliRunner().invoke(cli, [str(each) for each in arguments], input=given, obj=LiveComposition())
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
