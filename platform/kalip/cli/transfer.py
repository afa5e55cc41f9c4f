"""Import and export of records on the command line."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Literal

import click

from kalip.access import Actor
from kalip.base.errors import BadRequest
from kalip.cli.command import Command, Environment, Refused, actor_for
from kalip.cli.composition import OpenSite
from kalip.cli.output import table
from kalip.designer import Publication, add_choices
from kalip.records import ListRecords, find_entity, unit_of_work
from kalip.records.transfer import (
    ColumnGuess,
    ExportFormat,
    ImportPlan,
    ImportResult,
    export_records,
    guess_mapping,
    read_table,
    run_import,
)

_AS = click.option("--as", "email", help="Act as this user, with their rights; as the system otherwise.")
_SHOWN_REFUSALS = 10


@dataclass(frozen=True, slots=True)
class _Wanted:
    file: Path
    entity: str
    mapping: Sequence[str]
    skip: Sequence[str]
    match: str | None
    reference: Sequence[str]
    locale: str
    refused: Path | None
    dry_run: bool
    add_choices: bool
    accept_duplicates: bool
    email: str | None
    sure: bool


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--entity", required=True, help="What the rows are.")
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=FIELD", help="Where a column goes; guessed otherwise.")
@click.option("--skip", multiple=True, metavar="COLUMN", help="A column to leave out.")
@click.option("--match", metavar="FIELD", help="The field that tells that a record is there: it is updated then.")
@click.option(
    "--reference",
    multiple=True,
    metavar="FIELD=TARGET_FIELD",
    help="What cells of a reference hold; its title otherwise.",
)
@click.option("--locale", default="en", show_default=True, help="How numbers and dates are written.")
@click.option(
    "--refused",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused rows go, with reasons; FILE.refused.csv by default.",
)
@click.option("--dry-run", is_flag=True, help="Check every row and save nothing.")
@click.option(
    "--add-choices", is_flag=True, help="Publish values that a choice list lacks as new choices of this site."
)
@click.option("--accept-duplicates", is_flag=True, help="Import rows that may be the same as other records too.")
@_AS
@click.option("--yes", "sure", is_flag=True, help="Don't ask before importing.")
@click.pass_obj
def import_file(env: Environment, /, **options: object) -> None:
    """Import a CSV or XLSX file. An import that was interrupted goes on when it is started again."""
    wanted = _Wanted(**options)  # type: ignore[arg-type]  # click has converted each
    with env.site() as site:
        actor = actor_for(site, wanted.email)
        plan, guesses = _plan(site, actor, wanted)
        _show_mapping(env, plan, guesses)
        if not (wanted.sure or wanted.dry_run or env.out.as_json) and sys.stdin.isatty():
            click.confirm("Import like this?", abort=True, err=True)
        if wanted.add_choices and not wanted.dry_run:
            _add_missing_choices(env, site, actor, plan)
        result = _import(env, site, actor, plan)
    _show_result(env, plan, result)
    if result.refused:
        raise Refused


@click.command(cls=Command)
@click.argument("entity")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; the standard output by default."
)
@click.option("--filter", "filter_", help="An expression: amount > 1000 && stage == 'won'.")
@click.option("--sort", default="", help="Paths with commas, descending ones with a minus: -amount,name.")
@click.option("--fields", default="", help="Paths with commas: name,company.name.")
@click.option("--format", "kind", type=click.Choice(("csv", "xlsx")), help="By the file's name, else csv.")
@click.option("--as-shown", is_flag=True, help="Labels and formatted values instead of what an import reads back.")
@_AS
@click.pass_obj
def export(  # noqa: PLR0913, PLR0917 - one parameter per option, click calls by name
    env: Environment,
    entity: str,
    output: Path | None,
    filter_: str | None,
    sort: str,
    fields: str,
    kind: Literal["csv", "xlsx"] | None,
    as_shown: bool,  # noqa: FBT001 - as above
    email: str | None,
) -> None:
    """Export the records that a filter finds."""
    form = ExportFormat(kind or _kind_of(output), exact=not as_shown)
    with env.site() as site:
        command = ListRecords(entity, _paths(fields) or None, filter_, _paths(sort))
        chunks = export_records(site.services, actor_for(site, email), command, form)
        if output is None:
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
            return
        size = _write(output, chunks)
    env.out.show({"file": str(output), "bytes": size}, f"{output}, {size} bytes")


def _plan(site: OpenSite, actor: Actor, wanted: _Wanted) -> tuple[ImportPlan, Sequence[ColumnGuess]]:
    source = read_table(wanted.file)
    with unit_of_work(site.services, actor) as work:
        entity = find_entity(work, wanted.entity).name
        guesses = guess_mapping(work.served, entity, source)
    given = _pairs(wanted.mapping, "--map")
    for column in (*given, *wanted.skip):
        if column not in source.columns:
            params = {"column": column, "columns": ", ".join(source.columns)}
            raise BadRequest("There is no column '{column}': the file has {columns}.", params=params)
    guessed = {
        each.column: each.path
        for each in guesses
        if each.path is not None and each.column not in wanted.skip and each.path not in given.values()
    }
    plan = ImportPlan(
        entity=entity,
        table=source,
        mapping={column: path for column, path in (guessed | given).items() if column in source.columns},
        match=wanted.match,
        references=_pairs(wanted.reference, "--reference"),
        locale=wanted.locale,
        dry_run=wanted.dry_run,
        accept_duplicates=wanted.accept_duplicates,
        refused=wanted.refused or wanted.file.with_name(f"{wanted.file.stem}.refused.csv"),
    )
    return plan, guesses


def _show_mapping(env: Environment, plan: ImportPlan, guesses: Sequence[ColumnGuess]) -> None:
    if env.out.as_json:
        return
    rows = [(g.column, g.kind, plan.mapping.get(g.column) or "—", ", ".join(g.samples)[:50]) for g in guesses]
    env.out.show(None, table(("column", "values", "field", "for example"), rows))


def _add_missing_choices(env: Environment, site: OpenSite, actor: Actor, plan: ImportPlan) -> None:
    """Find out by a dry run which values no list has, and publish them."""
    missing = _import(env, site, actor, replace(plan, dry_run=True, refused=None)).new_choices
    for name, labels in missing.items():
        env.out.aside(f"New choices of {name}: {', '.join(labels)}")
    add_choices(site.site, missing, Publication(actor, f"Choices from {plan.table.path.name}"))


def _import(env: Environment, site: OpenSite, actor: Actor, plan: ImportPlan) -> ImportResult:
    total = sum(1 for _ in plan.table.rows())
    said = "checking" if plan.dry_run else "importing"
    with env.out.progress("rows") as advance:
        return run_import(site.services, actor, plan, lambda rows, _saved, _refused: advance(said, rows, total))


def _show_result(env: Environment, plan: ImportPlan, result: ImportResult) -> None:
    counts = {
        "rows": result.rows,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "refused": result.refused,
        "resumed_at": result.resumed_at,
    }
    lines = [f"line {each.line}: {'; '.join(each.reasons)}" for each in result.refusals[:_SHOWN_REFUSALS]]
    lines += [f"not in the list {name}: {', '.join(values)}" for name, values in result.new_choices.items()]
    if result.refused and plan.refused is not None:
        lines.append(f"refused rows with their reasons: {plan.refused}")
    rate = f", {result.rows / result.seconds:,.0f} rows/s" if result.seconds > 0 else ""
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "rows")
    refusals = [{"line": each.line, "reasons": list(each.reasons)} for each in result.refusals]
    env.out.show(
        counts | {"new_choices": result.new_choices, "refusals": refusals, "seconds": result.seconds},
        *lines,
        f"{'checked' if plan.dry_run else 'imported'}: {said}{rate}",
    )


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        left, sign, right = text.partition("=")
        if not sign or not left or not right:
            raise click.UsageError(f"{option} wants LEFT=RIGHT, not '{text}'")
        pairs[left.strip()] = right.strip()
    return pairs


def _paths(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _kind_of(output: Path | None) -> Literal["csv", "xlsx"]:
    return "xlsx" if output is not None and output.suffix.lower() == ".xlsx" else "csv"


def _write(output: Path, chunks: Iterable[bytes]) -> int:
    """Write to a file that appears when it is complete."""
    # The first chunk comes before the file: a refusal leaves nothing behind.
    rest = iter(chunks)
    first = next(rest, b"")
    part = output.with_name(f".{output.name}.part")
    size = 0
    with part.open("wb") as file:
        for chunk in chain((first,), rest):
            size += file.write(chunk)
    part.replace(output)
    return size
