"""Floor 14: the shell over the same use cases as the browser. Knows terminals; holds no rules and no SQL.

A command's module is imported when the command is called: a web server starts without any, and `kalip user list`
without what makes demo data.
"""

import pkgutil

import click

import kalip
from kalip.cli.composition import Composition, OpenSite, demo_logins

__all__ = ["Composition", "OpenSite", "cli", "demo_logins", "run_command"]

_COMMANDS = {
    "init": "kalip.cli.site:init",
    "serve": "kalip.cli.site:serve",
    "worker": "kalip.cli.background:worker",
    "check": "kalip.cli.site:check",
    "pack": "kalip.cli.packs:pack",
    "plan": "kalip.cli.published:plan",
    "publish": "kalip.cli.published:publish",
    "log": "kalip.cli.published:log",
    "diff": "kalip.cli.history:diff_revisions",
    "drift": "kalip.cli.drift:drift",
    "rollback": "kalip.cli.history:rollback",
    "explain": "kalip.cli.explained:explain_property",
    "where-used": "kalip.cli.explained:where_used",
    "rules": "kalip.cli.rules:rules",
    "why": "kalip.cli.why:explain_right",
    "events": "kalip.cli.events:events",
    "user": "kalip.cli.people:user",
    "token": "kalip.cli.people:token",
    "org": "kalip.cli.organisation:org",
    "import": "kalip.cli.transfer:import_file",
    "import metadata": "kalip.cli.importing:import_metadata",
    "export": "kalip.cli.transfer:export",
    "storage": "kalip.cli.storage:storage",
    "secrets": "kalip.cli.secrets:secrets",
    "privacy": "kalip.cli.privacy:privacy",
    "backup": "kalip.cli.safety:backup",
    "restore": "kalip.cli.safety:restore",
}


class _Commands(click.Group):
    """All commands, in the order in which a site meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None without one."""
        target = _COMMANDS.get(cmd_name)
        found: click.Command | None = pkgutil.resolve_name(target) if target else None
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first words name: `import FILE`, but `import metadata PATH`."""
        if " ".join(args[:2]) in _COMMANDS:
            args = [" ".join(args[:2]), *args[2:]]
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(kalip.__version__, message="kalip %(version)s")
def cli() -> None:
    """Kalip casts JSON metadata into a running business system."""


def run_command(composition: Composition) -> None:
    """Run the command line of this process and exit."""
    cli.main(obj=composition, prog_name="kalip")
