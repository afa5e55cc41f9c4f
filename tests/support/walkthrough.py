"""Does what a page of the documentation says: writes its files, runs its commands, compares what they print.

A block after a line that is only a path in backquotes is that file. In a `console` block, a line that starts with `$ `
is a command and the lines after it are what it prints; `…` stands for anything, as a line of its own for any lines.
"""

import contextlib
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from kalip.app import create_app, main

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"`([\w./-]+)`:\n\n$")
_ASSIGNED = re.compile(r"^([A-Z]+)=\$\((.*)\)$")
_HEADERS = {"-H", "--header"}
_FLAGS = {"-s", "--silent", "-g", "--globoff"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of a page and what it is said to print."""

    command: str
    output: str


def walk(page: Path, patch: pytest.MonkeyPatch) -> list[Shown]:
    """Do all that a page says in the present folder, and fail at the first command that prints something else.

    Answers with the commands that were run.
    """
    done = []
    text = page.read_text("utf-8")
    for block in _BLOCK.finditer(text):
        named = _FILE.search(text[: block.start()])
        if named:
            path = Path(named[1])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block[2], "utf-8")
        for shown in _commands(block[2]) if block[1] == "console" else ():
            _follow(shown, patch)
            done.append(shown)
    return done


def matches(expected: str, printed: str) -> bool:
    """Whether a command printed what a page shows, blanks at the ends of lines aside."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else ".*?".join(map(re.escape, line.rstrip().split("…"))) + r"[ ]*\n"
        for line in expected.strip("\n").split("\n")
    )
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


def _commands(block: str) -> Iterator[Shown]:
    for part in re.split(r"^\$ ", block.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield Shown(command, output)


def _follow(shown: Shown, patch: pytest.MonkeyPatch) -> None:
    assigned = _ASSIGNED.match(shown.command)
    if assigned:
        patch.setenv(assigned[1], _run(assigned[2]).strip())
        return
    if shown.command.startswith("export "):
        name, _, value = shown.command.removeprefix("export ").partition("=")
        patch.setenv(name, value)
        return
    printed = _run(shown.command)
    if not matches(shown.output, printed):
        pytest.fail(f"$ {shown.command}\nshown:\n{shown.output}\nprinted:\n{printed}")


def _run(command: str) -> str:
    words = [os.path.expandvars(word) for word in shlex.split(command)]
    return _kalip(words) if words[0] == "kalip" else _curl(words)


def _kalip(words: list[str]) -> str:
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        patch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit):
            main()
    printed.seek(0)
    return printed.read()


def _curl(words: list[str]) -> str:
    """Send what curl would to the site, without a socket."""
    assert words[0] == "curl", f"a page may run kalip and curl, not {words[0]}"
    headers: dict[str, str] = {}
    method, address, body = "GET", "", None
    rest = iter(words[1:])
    for word in rest:
        if word in _HEADERS:
            name, _, value = next(rest).partition(":")
            headers[name] = value.strip()
        elif word in ("-d", "--data"):
            body, method = next(rest), "POST" if method == "GET" else method
        elif word in ("-X", "--request"):
            method = next(rest)
        elif word not in _FLAGS:
            address = word
    split = urlsplit(address)
    with _site() as app:
        target = f"{split.path}?{split.query}"
        answer = app.test_client().open(target, method=method, headers=headers, data=body)
        return answer.get_data(as_text=True)


@contextlib.contextmanager
def _site() -> Iterator[Flask]:
    app = create_app()
    try:
        yield app
    finally:
        app.extensions["kalip_site"].services.database.dispose()
