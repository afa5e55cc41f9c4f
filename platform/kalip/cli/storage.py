"""What is still held though nothing says so any more, in the database and in the store of files, and how it goes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain

import click

from kalip.base.errors import NotFound
from kalip.base.names import did_you_mean
from kalip.cli.command import Environment, Group, Refused
from kalip.cli.output import table
from kalip.storage import Retired, list_retired
from kalip.storage import purge as drop_retired
from kalip.storage.collecting import Unnamed, collect_contents


@click.group(cls=Group)
def storage() -> None:
    """Look after what is retired in the database, and contents that no file has any more."""


@storage.command("retired")
@click.pass_obj
def show_retired(env: Environment) -> None:
    """List retired tables and columns, the longest waiting first: they come back with their field or entity."""
    with env.site() as site, site.services.database.read() as session:
        _show(env, list_retired(session), "Nothing is retired.")


@storage.command("purge")
@click.argument("names", nargs=-1, metavar="[ENTITY[.FIELD]]...")
@click.option("--days", type=click.IntRange(0), default=0, show_default=True, help="Only what has waited for so long.")
@click.option("--yes", is_flag=True, help="Don't ask before dropping.")
@click.pass_obj
def purge(env: Environment, /, names: Sequence[str], days: int, *, yes: bool) -> None:
    """Drop retired tables and columns with their data, after listing them. Nothing brings them back.

    Without names it is everything that is retired.
    """
    with env.site() as site:
        before = datetime.now(UTC) - timedelta(days=days)
        with site.services.database.read() as session:
            waiting = list_retired(session)
        for name in names:
            if name not in {each.was for each in waiting}:
                hint = did_you_mean(name, [each.was for each in waiting]) or "`kalip storage retired` lists what is"
                raise NotFound("Nothing that was '{name}' is retired.", params={"name": name}, hint=hint)
        going = [each for each in waiting if each.retired_at < before and (not names or each.was in names)]
        if going and not yes:
            _ask(env, going)
        with site.services.database.publish() as session:
            gone = drop_retired(session, before, [each.was for each in going]) if going else []
    _show(env, gone, "Nothing is to be dropped.", "Dropped:")


@storage.command("collect")
@click.option("--dry-run", is_flag=True, help="Only list.")
@click.pass_obj
def collect(env: Environment, /, *, dry_run: bool) -> None:
    """Remove contents that nothing has named for twelve hours, and list those that nothing names.

    A job does the same every night.
    """
    with env.site() as site:
        portions = collect_contents(site.services.database, site.site.blobs, dry_run=dry_run)
        found = list(chain.from_iterable(portions))
    now = datetime.now(UTC)
    data = [
        {"content": each.sha256, "bytes": each.size, "due": each.due.isoformat(), "removed": each.gone}
        for each in found
    ]
    rows = [(each.sha256, each.size, _state(each, now)) for each in found]
    total = sum(each.size for each in found if each.gone)
    nothing = "Everything in the store is named."
    shown = table(("content", "bytes", "state"), rows) if found else nothing
    env.out.show(data, shown, *([f"{total} bytes were freed."] if total else []))


def _state(found: Unnamed, now: datetime) -> str:
    if found.gone:
        return "removed"
    return "can go" if found.due <= now else f"can go from {found.due:%Y-%m-%d %H:%M} UTC"


def _ask(env: Environment, going: Sequence[Retired]) -> None:
    if env.out.as_json:
        raise click.UsageError("--json doesn't ask: say --yes.")
    _show(env, going, "")
    if not click.confirm("Drop all of this for good?", err=True):
        env.out.aside("Nothing was dropped.")
        raise Refused


def _show(env: Environment, found: Sequence[Retired], nothing: str, said: str = "") -> None:
    data = [{"was": each.was, "retired_at": each.retired_at.isoformat(), "rows": each.rows} for each in found]
    rows = [(each.was, "table" if each.column is None else "column", each.rows, each.retired_at) for each in found]
    shown = table(("was", "kind", "rows", "retired"), rows)
    env.out.show(data, *([said] if said and found else []), shown if found else nothing)
