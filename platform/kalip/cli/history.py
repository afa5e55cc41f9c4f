"""What was published before, and the way back: `kalip diff` and `kalip rollback`."""

import click

from kalip.access import SYSTEM
from kalip.cli.command import Command, Environment
from kalip.cli.showing import change_json, change_lines, show_proposal, show_published
from kalip.designer import Publication, changes_between, publish, roll_back, take_back


@click.command("diff", cls=Command)
@click.argument("before")
@click.argument("after")
@click.pass_obj
def diff_revisions(env: Environment, before: str, after: str) -> None:
    """Say what differs between two revisions, by number or hash."""
    with env.site() as site:
        changes = changes_between(site.site, before, after)
    env.out.show([change_json(each) for each in changes], *(change_lines(changes) or ["no differences"]))


@click.command(cls=Command)
@click.argument("revision")
@click.option("--only", is_flag=True, help="Take back what this revision changed; what came after it stays.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--accept-loss", is_flag=True, help="Let fields and entities be taken out of sight; their data is kept.")
@click.option("-m", "--message", default="", help="What the log says.")
@click.pass_obj
def rollback(env: Environment, /, **options: object) -> None:
    """Publish an earlier revision again, or take back what one revision changed."""
    name, only = str(options["revision"]), bool(options["only"])
    with env.site() as site:
        undoing = take_back(site.site, name) if only else roll_back(site.site, name)
        proposal, number = undoing.proposal, undoing.revision.number
        if options["dry_run"] or proposal.is_empty:
            show_proposal(env.out, proposal, "" if options["dry_run"] else "Nothing to do.")
            return
        message = str(options["message"]) or (f"Take back {number}" if only else f"Roll back to {number}")
        done = publish(site.site, proposal, Publication(SYSTEM, message, bool(options["accept_loss"])))
    show_published(env.out, proposal, done)
