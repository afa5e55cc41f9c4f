"""Floor 14: the shell over the same use cases as the browser. Knows terminals; holds no rules and no SQL."""

import click

import kalip
from kalip.cli.command import Group
from kalip.cli.composition import Composition, OpenSite, demo_logins
from kalip.cli.packs import pack
from kalip.cli.people import token, user
from kalip.cli.published import log, plan
from kalip.cli.safety import backup, restore
from kalip.cli.site import check, init, serve
from kalip.cli.transfer import export, import_file

__all__ = ["Composition", "OpenSite", "cli", "demo_logins", "run_command"]


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(kalip.__version__, message="kalip %(version)s")
def cli() -> None:
    """Kalip casts JSON metadata into a running business system."""


for _command in (init, serve, check, pack, plan, log, user, token, import_file, export, backup, restore):
    cli.add_command(_command)


def run_command(composition: Composition) -> None:
    """Run the command line of this process and exit."""
    cli.main(obj=composition, prog_name="kalip")
