"""Personal data in the terminal: the register, finding a person, handing out, erasing with proof, holds, terms."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import orjson

from kalip.access import SYSTEM
from kalip.base.errors import BadRequest
from kalip.base.text import LANGUAGES
from kalip.cli.command import Environment, Group
from kalip.cli.output import table
from kalip.records import run
from kalip.records.privacy import (
    THE_PERSON,
    EraseSubject,
    ErasurePlan,
    Given,
    candidates,
    end_hold,
    erase,
    find_person,
    hand_out,
    note_erasures,
    plan_erasure,
    previews,
    print_person,
    put_hold,
    register_of,
    settle_erasures,
    sweep,
)
from kalip.storage.privacy import ERASURES, Key, holds_now

_RECORDS = click.argument("records", nargs=-1, required=True, metavar="ENTITY:ID…")
_WITHOUT = click.option("--without", multiple=True, metavar="ENTITY:ID", help="A record of somebody else.")


@click.group(cls=Group)
def privacy() -> None:
    """Look after data about persons."""


@privacy.command("register")
@click.pass_obj
def show_register(env: Environment) -> None:
    """Print the register of processing: each marked field with its purpose, ground and term."""
    with env.site() as site:
        entries = run(site.services, SYSTEM, register_of, write=False)
    columns = ("entity", "field", "kind", "purpose", "basis", "term", "roles")
    rows = [
        (each.entity.name, each.mark.field, each.mark.kind, str(each.mark.purpose), each.mark.basis,
         each.mark.term.text if each.mark.term else "", ", ".join(each.readers))
        for each in entries
    ]  # fmt: skip
    env.out.rows(columns, rows)


@privacy.command("find")
@click.argument("text")
@click.pass_obj
def find(env: Environment, text: str) -> None:
    """Find the records of a person by e-mail address, telephone number or name."""
    with env.site() as site:
        found = run(site.services, SYSTEM, lambda work: candidates(work, text), write=False)
    rows = [(f"{each.entity}:{each.id}", each.title, ", ".join(each.values)) for each in found]
    data = [
        {"record": row[0], "title": row[1], "known_by": list(each.values)}
        for row, each in zip(rows, found, strict=True)
    ]
    env.out.show(data, table(("record", "title", "known by"), rows) if rows else "Nobody was found.")


@privacy.command("export")
@_RECORDS
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A .json or .pdf file.")
@click.option("--purpose", required=True, help="Why it is handed out; goes into the journal.")
@click.option("--recipient", default=THE_PERSON, show_default=True, help="Who gets it; goes into the journal.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the PDF.")
@_WITHOUT
@click.pass_obj
def export(  # noqa: PLR0913, PLR0917 - one parameter per option, click calls by name
    env: Environment,
    records: Sequence[str],
    out: Path,
    purpose: str,
    recipient: str,
    language: str,
    without: Sequence[str],
) -> None:
    """Write all that is kept of a person to a file, and note in the journal who is given it."""
    given = Given(recipient, purpose)
    with env.site() as site:
        services = site.services
        found = run(
            services, SYSTEM, lambda work: hand_out(work, find_person(work, _keys(records), _keys(without)), given)
        )
        if out.suffix == ".pdf":
            say = partial(services.translate, language)
            content = print_person(services.runtime.pin().model, found, language, site.settings.title, say)
        else:
            content = orjson.dumps(found, option=orjson.OPT_INDENT_2)
    out.write_bytes(content)
    env.out.show({"file": str(out), "records": len(found["records"])}, f"{out}: {len(found['records'])} records")


@privacy.command("erase")
@_RECORDS
@_WITHOUT
@click.option("--also", multiple=True, metavar="ENTITY:ID", help="A record that mentions the person.")
@click.option("--reason", default="", help="On what ground; goes into the proof.")
@click.option("--plan", "token", default="", help="The plan that was looked at: without it only the plan is shown.")
@click.pass_obj
def erase_person(  # noqa: PLR0913, PLR0917 - one parameter per option, click calls by name
    env: Environment,
    records: Sequence[str],
    without: Sequence[str],
    also: Sequence[str],
    reason: str,
    token: str,
) -> None:
    """Show what erasing a person would do; with --plan do exactly that, and print the proof."""
    command = EraseSubject(_keys(records), reason, _keys(without), _keys(also), token)
    with env.site() as site:
        if not token:
            plan = run(site.services, SYSTEM, lambda work: plan_erasure(work, command), write=False)
            _show_plan(env, plan)
            return
        proof = run(site.services, SYSTEM, lambda work: erase(work, command))
        settle_erasures(site.services)
    data = {"id": proof.id, "counts": dict(proof.counts), "kept": list(proof.kept), "digest": proof.digest}
    rows = [(noun, number) for noun, number in proof.counts.items()]
    env.out.show(data, f"Erased. Proof {proof.id}, {proof.digest}", table(("what", "how many"), rows))


@privacy.command("proofs")
@click.pass_obj
def proofs(env: Environment) -> None:
    """List the proofs of erasures, the latest first."""
    with env.site() as site, site.services.database.read() as session:
        found = ERASURES.all(session)
    data = [{"id": each.id, "at": each.at.isoformat(), "reason": each.reason, "digest": each.digest} for each in found]
    rows = [(each.id, each.at, len(each.records), each.reason) for each in found]
    env.out.show(data, table(("proof", "at", "records", "reason"), rows))


@privacy.command("hold")
@_RECORDS
@click.option("--reason", required=True, help="Why the data must stay.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day on which the hold ends by itself.")
@click.option("--person", is_flag=True, help="Hold everything of the person, wherever it is found.")
@click.pass_obj
def hold(env: Environment, records: Sequence[str], reason: str, until: datetime | None, *, person: bool) -> None:
    """Keep records, or all of a person, from being erased or emptied."""
    moment = until.replace(tzinfo=UTC) if until is not None else None
    with env.site() as site:
        made = run(site.services, SYSTEM, lambda work: put_hold(work, _keys(records), reason, moment, person=person))
    env.out.show({"id": made.id}, f"Held: {made.id}")


@privacy.command("holds")
@click.pass_obj
def holds(env: Environment) -> None:
    """List the holds in force."""
    with env.site() as site, site.services.database.read() as session:
        found = holds_now(session, site.services.clock())
    rows = [
        (each.id, "person" if each.keys else f"{each.entity}:{each.record_id}", each.until, each.reason)
        for each in found
    ]
    columns = ("hold", "of", "until", "reason")
    env.out.rows(columns, rows)


@privacy.command("release")
@click.argument("hold_id")
@click.pass_obj
def release(env: Environment, hold_id: str) -> None:
    """End a hold."""
    with env.site() as site:
        run(site.services, SYSTEM, lambda work: end_hold(work, hold_id))
    env.out.show({"released": hold_id}, f"The hold {hold_id} has ended")


@privacy.command("due")
@click.pass_obj
def due(env: Environment) -> None:
    """Show what has been kept longer than its term says."""
    with env.site() as site:
        found = run(site.services, SYSTEM, previews, write=False)
    columns = ("rule", "entity", "fields", "term", "before", "records", "in force")
    rows = [
        (each.rule.id, each.rule.entity.name, ", ".join(each.rule.fields), each.rule.term.text, str(each.before),
         each.count, each.in_force is not None)
        for each in found
    ]  # fmt: skip
    env.out.rows(columns, rows)


@privacy.command("sweep")
@click.option(
    "--list", "lists", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
    help="A list of erasures from elsewhere, such as the site that was lost.",
)  # fmt: skip
@click.pass_obj
def sweep_again(env: Environment, lists: Sequence[Path]) -> None:
    """Repeat erasures that this database doesn't know, as after a restore; say where the list of erasures lies."""
    with env.site() as site:
        done = sweep(site.services, lists)
        path = note_erasures(site.services)
    env.out.show({"repeated": done, "list": str(path)}, f"{done} erasures repeated; the list is {path}")


def _keys(texts: Sequence[str]) -> tuple[Key, ...]:
    found = []
    for each in texts:
        entity, colon, record_id = each.partition(":")
        if not colon:
            raise BadRequest("'{text}' names no record.", params={"text": each}, hint="write ENTITY:ID")
        found.append((entity, record_id))
    return tuple(found)


def _show_plan(env: Environment, plan: ErasurePlan) -> None:
    columns = ("record", "title", "how", "action", "fields", "why")
    rows = [
        (f"{each.found.entity}:{each.found.id}", each.found.title, each.found.how, each.action,
         ", ".join(each.fields), each.why)
        for each in plan.steps
    ]  # fmt: skip
    mentions = [(f"{each.entity}:{each.id}", each.title) for each in plan.person.mentions]
    data = {
        "plan": plan.token,
        "steps": [dict(zip(columns, row, strict=True)) for row in rows],
        "beside": dict(plan.beside),
        "mentions": [row[0] for row in mentions],
    }
    shown = [table(columns, rows), table(("beside", "how many"), list(plan.beside.items()))]
    if mentions:
        shown.append(table(("mentioned in", "title"), mentions))
    env.out.show(data, *shown, f"Nothing was done. To do this: --reason … --plan {plan.token}")
