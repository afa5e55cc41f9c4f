"""The organisation on the command line: people with their places from a file, the tree, who stands in for whom."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import RenderableType

from kalip.access import SYSTEM
from kalip.base.errors import KalipError, NotFound
from kalip.cli.command import Environment, Group, Refused
from kalip.cli.output import table
from kalip.records import run
from kalip.records.organisation import tree_of
from kalip.records.organisation.importing import COLUMNS, PeopleImport, PeopleImported, import_people
from kalip.records.organisation.syncing import PeopleSynced, SyncPeople, sync_people
from kalip.records.transfer import read_table

_SHOWN = 20
_OUTCOMES = ("created", "updated", "unchanged", "kept_out", "refused")


@click.group(cls=Group)
def org() -> None:
    """Units, positions and groups."""


@org.command("import", help=f"Bring people to what a CSV or XLSX file says; its columns are {', '.join(COLUMNS)}.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and keep nothing.")
@click.option("--make-missing", is_flag=True, help="Make units and groups that aren't there.")
@click.pass_obj
def import_file(env: Environment, file: Path, dry_run: bool, make_missing: bool) -> None:  # noqa: FBT001 - click's
    """Bring people to what a file says: new ones are made, known ones (by e-mail) changed."""
    with env.site() as site:
        done = import_people(site.services, SYSTEM, PeopleImport(read_table(file), make_missing, dry_run))
    told = {
        "dry_run": dry_run,
        "counts": dict(done.counts),
        "refused": [{"line": each.line, "email": each.email, "faults": list(each.faults)} for each in done.refused],
    }
    if done.refused:
        env.out.show(told, _summary(done), table(("line", "email", "faults"), _refusals(done)))
        raise Refused
    env.out.show(told, _summary(done) + (" Nothing was kept." if dry_run else ""))


@org.command("sync")
@click.argument("names", nargs=-1, metavar="[DIRECTORY]...")
@click.option("--dry-run", is_flag=True, help="Say what would change, and keep nothing.")
@click.option("--let-go", is_flag=True, help="Keep out however many people the directory doesn't have any more.")
@click.option("--all", "all_lines", is_flag=True, help="List everybody who is not as before, not only the first.")
@click.pass_obj
def sync(env: Environment, names: tuple[str, ...], dry_run: bool, let_go: bool, all_lines: bool) -> None:  # noqa: FBT001 - click's
    """Bring people to what directories say, all of the site's unless some are named. One that fails stops no other."""
    with env.site() as site:
        chosen = names or tuple(site.services.directories)
        if not chosen:
            raise NotFound("The site has no directory.", hint="write [directories.office] in site.toml")
        done: dict[str, PeopleSynced] = {}
        failed: dict[str, KalipError] = {}
        for each in chosen:
            try:
                done[each] = sync_people(site.services, SYSTEM, SyncPeople(each, dry_run, let_go))
            except KalipError as error:
                if len(chosen) == 1:
                    raise
                failed[each] = error
    shown = [line for name, each in done.items() for line in _synced(name, each, all_lines=all_lines)]
    shown += [f"{name}: failed. {fault.message} {fault.hint}".rstrip() for name, fault in failed.items()]
    told = {
        "dry_run": dry_run,
        "directories": {name: _synced_json(each) for name, each in done.items()},
        "failed": {name: fault.message for name, fault in failed.items()},
    }
    env.out.show(told, *shown, *(["Nothing was kept."] if dry_run else []))
    if failed or any(each.counts.get("refused") for each in done.values()):
        raise Refused


@org.command("list")
@click.pass_obj
def show_tree(env: Environment) -> None:
    """Show the tree of units."""
    with env.site() as site:
        tree = run(site.services, SYSTEM, tree_of, write=False)
    rows = [("  " * each.depth + each.unit.name, each.unit.code, each.people, each.people_below) for each in tree]
    data: list[dict[str, Any]] = [
        {"id": each.unit.id, "code": each.unit.code, "name": each.unit.name, "parent": each.unit.parent}
        for each in tree
    ]
    env.out.show(data, table(("unit", "code", "people", "with those below"), rows))


def _summary(done: PeopleImported) -> str:
    counts = [f"{done.counts.get(name, 0)} {name}" for name in ("created", "updated", "unchanged", "refused")]
    return ", ".join(counts) + "."


def _synced(name: str, done: PeopleSynced, *, all_lines: bool) -> Iterator[RenderableType]:
    counts = ", ".join(f"{done.counts.get(each, 0)} {each.replace('_', ' ')}" for each in _OUTCOMES)
    yield f"{name}: {counts}."
    yield from done.notes
    people = done.people if all_lines else done.people[:_SHOWN]
    rows = [(each.email, each.outcome.replace("_", " "), "; ".join(each.faults or each.changes)) for each in people]
    if rows:
        yield table(("email", "is", "what"), rows)
    if len(people) < len(done.people):
        yield f"… and {len(done.people) - len(people)} more: --all lists them."


def _synced_json(done: PeopleSynced) -> dict[str, Any]:
    people = [
        {"email": each.email, "outcome": each.outcome, "changes": list(each.changes), "faults": list(each.faults)}
        for each in done.people
    ]
    return {"counts": {each: done.counts.get(each, 0) for each in _OUTCOMES}, "people": people, "notes": [*done.notes]}


def _refusals(done: PeopleImported) -> Sequence[Sequence[str]]:
    return [(str(each.line), each.email, " ".join(each.faults)) for each in done.refused[:_SHOWN]]
