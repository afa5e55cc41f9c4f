"""REST of rules: what there is, their runs, dry runs, what they ask; and the clocks of records. Decides nothing."""

from functools import partial
from typing import Any

from flask import Blueprint, Response

from kalip.base.errors import BadRequest, NotFound
from kalip.base.ids import is_id
from kalip.base.text import Text
from kalip.fields.moments import maybe_moment_text
from kalip.records import Work, require_visible
from kalip.storage import Event
from kalip.storage.clocks import record_clocks
from kalip.storage.rule_runs import StoredRun, count_runs, get_run, last_runs, list_runs
from kalip.web.api.answers import Answer, plain_answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
from kalip.web.api.metadata import require_administrator
from kalip.web.api.records import checked_id
from kalip.web.locale import current_locale, translate
from kalip.web.session import actor, services
from kalip.workflow.rules import Trial, answer_run, may_answer, skip_run, try_rule
from kalip.workflow.rules.words import STATES, occasion_words

blueprint = Blueprint("api_rules", __name__)
MOST = 200


@blueprint.get("/rules")
def all_rules() -> Response:
    """Every rule with its occasion, its last run and how many runs there are of each state."""
    Arguments()
    return read(_rules)


@blueprint.get("/rules/runs")
def runs() -> Response:
    """The run log, the newest first."""
    said = Arguments("rule", "entity", "record", "state", "limit", "before")
    limit = said.integer("limit", 50, 1, MOST)
    states = said.names("state") or ()
    for state in states:
        if state not in STATES:
            raise BadRequest("The parameter 'state' names {state}, which is none.", params={"state": state[:60]})

    def use(work: Work) -> Answer:
        require_administrator(work.actor)
        found = list_runs(
            work.session,
            rule=said.text("rule"),
            entity=said.text("entity"),
            record_id=said.text("record"),
            states=states,
            limit=limit + 1,
            before=said.text("before"),
        )
        following = found[limit - 1].id if len(found) > limit else None
        return Answer({"items": [run_json(each) for each in found[:limit]], "next": following})

    return read(use)


@blueprint.get("/rules/runs/<run_id>")
def one_run(run_id: str) -> Response:
    """One run, for administrators and for whoever may answer what it asks."""
    Arguments()

    def use(work: Work) -> Answer:
        found = get_run(work.session, run_id) if is_id(run_id) else None
        if found is None or not may_answer(work, found):
            raise NotFound("There is no run '{id}'.", params={"id": run_id[:60]})
        return Answer(run_json(found))

    return read(use)


@blueprint.post("/rules/runs/<run_id>/answer")
def answer(run_id: str) -> Response:
    """Give a rule what it asks for."""
    Arguments()
    values = read_object(optional=True)
    return write(lambda work: Answer(run_json(answer_run(work, _id(run_id), values))))


@blueprint.post("/rules/runs/<run_id>/skip")
def skip(run_id: str) -> Response:
    """Let a rule that asks fall away."""
    Arguments()
    return write(lambda work: Answer(run_json(skip_run(work, _id(run_id)))))


@blueprint.post("/rules/<rule>/try")
def dry_run(rule: str) -> Response:
    """Say what a rule would do with a record; nothing is written."""
    Arguments()
    require_administrator(actor())
    body = read_object()
    record_id, given = body.pop("record", None), body.pop("given", {})
    if body or not isinstance(given, dict) or not isinstance(record_id, str):
        raise BadRequest('Send {"record": id}, and {"given": {…}} for what the rule asks.')
    checked_id(rule.partition(".")[0], record_id)
    return plain_answer(trial_json(try_rule(services(), rule, record_id, given)))


@blueprint.get("/records/<entity>/<record_id>/clocks")
def clocks(entity: str, record_id: str) -> Response:
    """The clocks of a record."""
    Arguments()
    checked_id(entity, record_id)
    return read(partial(_clocks, entity=entity, record_id=record_id))


def _rules(work: Work) -> Answer:
    require_administrator(work.actor)
    locale = current_locale()
    pairs = [(entity, rule) for entity in work.model.entities.values() for rule in entity.rules.values()]
    addresses = [rule.address for _, rule in pairs]
    last, counts = last_runs(work.session, addresses), count_runs(work.session, addresses)
    items = []
    for entity, rule in pairs:
        words = occasion_words(rule, entity)
        run = last.get(rule.address)
        items.append(
            {
                "rule": rule.address,
                "entity": entity.name,
                "label": rule.label.get(locale),
                "description": rule.description.get(locale),
                "when": said_in(locale, words.template, words.params),
                "if": rule.condition.source if rule.condition is not None else None,
                "active": rule.active,
                "last": run_json(run) if run is not None else None,
                "runs": counts.get(rule.address, {}),
            }
        )
    return Answer({"items": items})


def _clocks(work: Work, entity: str, record_id: str) -> Answer:
    found = require_visible(work, entity, record_id)
    locale = current_locale()
    items = []
    for each in record_clocks(work.session, found.name, record_id):
        clock = found.clocks.get(each.clock)
        items.append(
            {
                "clock": each.clock,
                "label": clock.label.get(locale) if clock is not None else each.clock,
                "cycle": each.cycle,
                "state": each.state,
                "target": each.target,
                "started_at": maybe_moment_text(each.started_at),
                "due_at": maybe_moment_text(each.due_at),
                "breached_at": maybe_moment_text(each.breached_at),
                "stopped_at": maybe_moment_text(each.stopped_at),
                "used_seconds": each.used // 1_000_000,
                "target_seconds": each.within // 1_000_000,
            }
        )
    return Answer({"items": items})


def run_json(run: StoredRun) -> dict[str, Any]:
    """A run as it is told."""
    locale = current_locale()
    return {
        "id": run.id,
        "rule": run.rule,
        "entity": run.entity,
        "record": run.record_id or None,
        "occasion": run.occasion,
        "state": run.state,
        "reason": said_in(locale, run.reason, run.params),
        "steps": [_step(locale, each) for each in run.steps],
        "depth": run.depth,
        "attempts": run.attempts,
        "actor": run.actor,
        "created_at": maybe_moment_text(run.created_at),
        "due_at": maybe_moment_text(run.due_at),
        "finished_at": maybe_moment_text(run.finished_at),
    }


def trial_json(trial: Trial) -> dict[str, Any]:
    """What a dry run came to."""
    locale = current_locale()
    return {
        "rule": trial.rule,
        "record": trial.record_id,
        "state": trial.state,
        "reason": said_in(locale, trial.reason, trial.params),
        "steps": [_step(locale, each) for each in trial.steps],
        "changes": [_change(each) for each in trial.changes],
    }


def _change(event: Event) -> dict[str, Any]:
    place = {"kind": event.kind, "entity": event.entity, "record": event.record_id}
    return {**place, "before": event.before, "after": event.after}


def said_in(locale: str, template: str, params: Any) -> str:
    """A template in a language, filled; lists are told apart by commas."""
    return translate(locale, template, **{name: _said(locale, value) for name, value in params.items()})


def _said(locale: str, value: Any) -> object:
    if isinstance(value, Text):
        return value.get(locale)
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _step(locale: str, step: Any) -> dict[str, Any]:
    told = {key: value for key, value in step.items() if key not in ("text", "params")}
    return {**told, "did": said_in(locale, step["text"], step["params"]), "values": step["params"].get("values")}


def _id(run_id: str) -> str:
    if not is_id(run_id):
        raise NotFound("There is no run '{id}'.", params={"id": run_id[:60]})
    return run_id
