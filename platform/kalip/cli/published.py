"""What is published and what publishing would do: `kalip log` and `kalip plan`."""

from collections.abc import Sequence

import click

from kalip.cli.command import Command, Environment
from kalip.cli.output import table
from kalip.cli.reading import find_pack
from kalip.cli.showing import show_proposal
from kalip.designer import propose
from kalip.metadata import read_pack
from kalip.storage import list_revisions, list_users


@click.command(cls=Command)
@click.argument("paths", nargs=-1, metavar="[PACK]...")
@click.pass_obj
def plan(env: Environment, paths: Sequence[str]) -> None:
    """Say what publishing packs would do to the database, or what it lacks of what is published. Changes nothing."""
    packs = [read_pack(find_pack(path)) for path in paths]
    with env.site() as site:
        proposal = propose(site.site, packs)
    show_proposal(env.out, proposal)


@click.command(cls=Command)
@click.option("-n", "limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many.")
@click.pass_obj
def log(env: Environment, limit: int) -> None:
    """List published revisions, the newest first."""
    with env.site() as site, site.services.database.read() as session:
        revisions = list_revisions(session, limit)
        names = {user.id: user.name for user in list_users(session)}
    rows = [
        (each.number, each.hash[:12], each.created_at, names.get(each.actor or "", "system"), each.message)
        for each in revisions
    ]
    data = [
        {
            "number": each.number,
            "revision": each.hash,
            "base": each.base,
            "at": each.created_at.isoformat(),
            "actor": each.actor,
            "message": each.message,
            "packs": dict(each.packs),
        }
        for each in revisions
    ]
    env.out.show(data, table(("no.", "revision", "published", "by", "message"), rows))
