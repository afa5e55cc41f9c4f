"""Writes the page of the command line from the commands themselves, and reads command lines that pages show."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from kalip.cli import cli

COMMON = ("site", "as_json")


def command_page(mark: str) -> str:
    """Markdown for every command, with `mark` under its title."""
    lines = ["# Command line", "", mark, ""]
    lines += [
        "`kalip COMMAND --help` says the same on the terminal. Every command answers people by default; progress and",
        "faults go to the error stream, so answers can be piped.",
        "",
        "| option of every command | meaning |",
        "|---|---|",
        *(_option_row(each) for each in _options(commands()["check"]) if each.name in COMMON),
        "",
        "| exit code | when |",
        "|---|---|",
        "| 0 | done |",
        "| 1 | refused, with the reason on the error stream, or as `error` with `--json`; or interrupted |",
        "| 2 | the command line itself is wrong: an unknown option, a missing argument |",
    ]
    for path, command in sorted(commands().items()):
        lines += ["", f"## kalip {path}", "", f"`{_usage(path, command)}`", "", " ".join(str(command.help).split())]
        own = [each for each in _options(command) if each.name not in COMMON]
        if own:
            lines += ["", "| option | meaning |", "|---|---|", *(_option_row(each) for each in own)]
    return "\n".join(lines) + "\n"


def commands() -> dict[str, click.Command]:
    """Every command that does something, by the words that call it (`pack check`)."""
    return dict(_leaves(cli, ""))


def command_lines(page: Path) -> Iterator[str]:
    """The `kalip …` lines of a page's code blocks, lines ending in a backslash joined, without comment or pipe."""
    for block in re.findall(r"^```(?:sh|console)?\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.search(r"(?:^|\s|/)(kalip\s[^|>#]*)", line)
            if found and not line.startswith("#"):
                yield found[1].strip()


def parse(line: str, cwd: Path) -> None:
    """Parse a command line as click would, running nothing; raises click.UsageError when it is wrong.

    The files that it reads must be there; they are made, empty, in `cwd`, which the caller stands in.
    """
    words = shlex.split(line)[1:]
    command: click.Command = cli
    context = click.Context(cli, info_name="kalip")
    while isinstance(command, click.Group):
        if not words or words[0] in ("-h", "--help", "--version"):
            return
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, info_name=name, parent=context)
    if words and words[0] in ("-h", "--help"):
        return
    for word in words:
        if re.fullmatch(r"[\w-]+\.\w+", word):
            (cwd / word).touch()
    command.parse_args(context, words)


def _leaves(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        path = f"{before} {name}".strip()
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _leaves(command, path)
        else:
            yield path, command


def _options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option)]


def _usage(path: str, command: click.Command) -> str:
    context = click.Context(command)
    arguments = [each.make_metavar(context) for each in command.params if isinstance(each, click.Argument)]
    needed = [_names(each) for each in _options(command) if each.required]
    return " ".join(["kalip", path, *arguments, *needed, "[OPTIONS]"])


def _option_row(option: click.Option) -> str:
    return f"| {'● ' if option.required else ''}`{_names(option)}` | {_meaning(option)} |"


def _names(option: click.Option) -> str:
    names = ", ".join([*option.secondary_opts, *sorted(option.opts, key=len)])
    if option.is_flag:
        return names
    return f"{names} {option.make_metavar(click.Context(click.Command('x')))}".replace("|", "\\|")


def _meaning(option: click.Option) -> str:
    said = option.help or ""
    said = said if not said or said.endswith(".") else f"{said}."
    if option.show_default and option.default is not None:
        said += f" Default: `{option.default}`."
    if option.envvar:
        said += f" Also by `{option.envvar}`."
    return said.strip().replace("|", "\\|")
