"""Rules in the terminal: what there is, what they did, and what one would do with a record."""

import click

from kalip.access import SYSTEM
from kalip.cli.command import Command, Environment
from kalip.cli.output import table
from kalip.records import require_visible, run
from kalip.storage.rule_runs import last_runs, list_runs
from kalip.workflow.rules import known_rule, try_rule
from kalip.workflow.rules.words import STATES, in_english, occasion_words


@click.group("rules")
def rules() -> None:
    """Look at rules, their runs, and what one would do."""


@rules.command("list", cls=Command)
@click.pass_obj
def list_rules(env: Environment) -> None:
    """List all rules with their occasion and last run."""
    with env.site() as site:
        entities = site.services.runtime.pin().model.entities.values()
        pairs = [(entity, rule) for entity in entities for rule in entity.rules.values()]
        with site.services.database.read() as session:
            last = last_runs(session, [rule.address for _, rule in pairs])
    data, rows = [], []
    for entity, rule in pairs:
        words = occasion_words(rule, entity)
        when, run_ = in_english(words.template, words.params), last.get(rule.address)
        state = STATES[run_.state] if run_ is not None else ""
        data.append({"rule": rule.address, "active": rule.active, "when": when, "last": run_ and run_.state})
        rows.append((rule.address, "" if rule.active else "off", when, state, run_ and run_.created_at))
    env.out.show(data, table(("rule", "", "when", "last run", "at"), rows) if rows else "There are no rules.")


@rules.command("runs", cls=Command)
@click.option("--rule", help="Of this rule alone: deal.overdue.")
@click.option("--record", help="About this record alone, by its id.")
@click.option("--state", type=click.Choice(sorted(STATES)), help="In this state alone.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many at most.")
@click.pass_obj
def show_runs(env: Environment, rule: str | None, record: str | None, state: str | None, limit: int) -> None:
    """Show what rules did, the newest first, with the reason of each firing and non-firing."""
    with env.site() as site, site.services.database.read() as session:
        states = () if state is None else (state,)
        found = list_runs(session, rule=rule, record_id=record, states=states, limit=limit)
    data = [
        {
            "id": each.id,
            "rule": each.rule,
            "record": each.record_id,
            "state": each.state,
            "reason": in_english(each.reason, each.params),
            "at": each.created_at.isoformat(),
        }
        for each in found
    ]
    rows = [
        (each.created_at, each.rule, STATES[each.state], told["reason"], each.record_id)
        for each, told in zip(found, data, strict=True)
    ]
    shown = table(("at", "rule", "state", "reason", "record"), rows) if rows else "Nothing has run yet."
    env.out.show(data, shown)


@rules.command("try", cls=Command)
@click.argument("rule")
@click.argument("record")
@click.pass_obj
def dry_run(env: Environment, rule: str, record: str) -> None:
    """Say what a rule would do with a record, by its id; nothing is written: kalip rules try deal.overdue ID."""
    with env.site() as site:
        known = known_rule(site.services, rule)
        run(site.services, SYSTEM, lambda work: require_visible(work, known.entity, record), write=False)
        trial = try_rule(site.services, rule, record)
    reason = in_english(trial.reason, trial.params)
    steps = [(each["action"], in_english(each["text"], each["params"])) for each in trial.steps]
    shown = table(("action", "would do"), steps) if steps else ""
    data = {
        "rule": trial.rule,
        "record": trial.record_id,
        "state": trial.state,
        "reason": reason,
        "steps": [{"action": action, "did": did} for action, did in steps],
        "changes": [
            {"kind": each.kind, "entity": each.entity, "record": each.record_id, "after": each.after}
            for each in trial.changes
        ],
    }
    env.out.show(data, f"{trial.rule}: {STATES[trial.state]}. {reason}", *([shown] if shown else []))
