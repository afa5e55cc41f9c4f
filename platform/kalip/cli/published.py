"""What is published, what publishing would do, and doing it: `kalip log`, `kalip plan`, `kalip publish`."""

from collections.abc import Iterator, Sequence

import click

from kalip.access import SYSTEM
from kalip.base.errors import PublishConflict
from kalip.cli.command import Command, Environment
from kalip.cli.output import table
from kalip.cli.reading import find_pack
from kalip.cli.showing import show_proposal, show_published
from kalip.designer import NO_SITE, Publication, Site, install_proposed, propose, stored_packs
from kalip.metadata import SITE, Pack, read_pack
from kalip.storage import get_revision, list_revisions, list_users


@click.command(cls=Command)
@click.argument("paths", nargs=-1, metavar="[PACK]...")
@click.pass_obj
def plan(env: Environment, paths: Sequence[str]) -> None:
    """Say what publishing packs would do to the database, or what it lacks of what is published. Changes nothing.

    A folder without pack.json holds documents of the site's own: overlays, and what is new here.
    """
    with env.site() as site:
        proposal = propose(site.site, list(_packs(site.site, paths)))
    show_proposal(env.out, proposal)


@click.command(cls=Command)
@click.argument("paths", nargs=-1, required=True, metavar="PACK...")
@click.option("-m", "--message", required=True, help="What the log says.")
@click.option("--base", help="Refuse when this revision (number or hash) is no longer the one that is published.")
@click.option(
    "--accept", multiple=True, metavar="STEP", help="Accept a lossy step, by the id that `plan --json` gives."
)
@click.option("--accept-loss", is_flag=True, help="Accept all of them; what goes out of sight is kept.")
@click.pass_obj
def publish(env: Environment, /, paths: Sequence[str], accept: Sequence[str], **options: object) -> None:
    """Publish packs in place of those of their names, all or nothing.

    A folder without pack.json holds documents of the site's own: overlays, and what is new here.
    """
    publication = Publication(SYSTEM, str(options["message"]), bool(options["accept_loss"]), frozenset(accept))
    with env.site() as site:
        proposal = propose(site.site, list(_packs(site.site, paths)))
        if options["base"] is not None:
            _require_base(site.site, str(options["base"]), proposal.base)
        done = install_proposed(site.site, proposal, publication)
    show_published(env.out, proposal, done)


def _packs(site: Site, paths: Sequence[str]) -> Iterator[Pack]:
    for path in map(find_pack, paths):
        if path.is_dir() and not (path / "pack.json").exists():
            with site.services.database.read() as session:
                present = next((pack for pack in stored_packs(session, site.blobs) if pack.name == SITE), None)
            yield read_pack(path, present.contents if present is not None else NO_SITE)
        else:
            yield read_pack(path)


def _require_base(site: Site, name: str, present: str | None) -> None:
    with site.services.database.read() as session:
        base = get_revision(session, name)
    if base is None or base.hash != present:
        raise PublishConflict(
            "Something else was published meanwhile: revision {revision}.",
            params={"revision": (present or "none")[:12]},
            hint="look at the changes again and repeat",
        )


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
