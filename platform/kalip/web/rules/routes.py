"""The pages of rules: all of them by entity, one with its runs and a dry run, and the run log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import KalipError, NotFound
from kalip.base.ids import is_id
from kalip.model import Entity, Rule
from kalip.records import ListRecords, Work, list_records
from kalip.storage.hooks import list_deliveries
from kalip.storage.rule_runs import count_runs, last_runs, list_runs
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.timeline import moment
from kalip.web.render import View, render
from kalip.web.rules.showing import (
    ShownRule,
    ShownRun,
    ShownStep,
    said,
    shown_rule,
    shown_runs,
    shown_step,
    state_label,
    tone_of,
)
from kalip.web.session import administrating, reading, services, write
from kalip.web.shell import Crumb, Shell, shell_of
from kalip.workflow.rules import send_again, try_rule
from kalip.workflow.rules.matching import rule_at
from kalip.workflow.rules.words import STATES

blueprint = Blueprint("rules", __name__, url_prefix="/admin/rules")
_LIST = View("rules/list.html")
_RUNS = View("rules/runs.html")
_RULE = View("rules/rule.html")
_HOOKS = View("rules/hooks.html")
_MOST = 50
_OFFERED = 20


@dataclass(frozen=True, slots=True)
class Group:
    """The rules of an entity, and its clocks by label and alarms."""

    label: str
    rules: tuple[ShownRule, ...]
    clocks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class RunLog:
    """Some of the run log."""

    runs: tuple[ShownRun, ...]
    rules: tuple[Choice, ...]
    states: tuple[Choice, ...]
    older: str


@dataclass(frozen=True, slots=True)
class ShownTrial:
    """What a dry run came to; `changes` are the records that would be changed, with what they would get."""

    state: str
    tone: str
    reason: str
    steps: tuple[ShownStep, ...]
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RulePage:
    """One rule."""

    rule: ShownRule
    runs: tuple[ShownRun, ...]
    all_runs: str
    offered: tuple[Choice, ...]
    record: str
    trial: ShownTrial | None
    fault: str


@blueprint.get("")
def show_rules() -> Response:
    """All rules."""
    with _administering() as work:
        entities = [each for each in work.model.entities.values() if each.rules or each.clocks]
        addresses = [rule.address for entity in entities for rule in entity.rules.values()]
        last = last_runs(work.session, addresses)
        shown = dict(zip(last, shown_runs(work, list(last.values())), strict=True))
        counts = count_runs(work.session, addresses)
        groups = tuple(_group(entity, shown, counts) for entity in entities)
        return render(_LIST, _shell(work), groups)


@blueprint.get("/runs")
def show_runs() -> Response:
    """The run log."""
    rule, state, before = (request.args.get(name, "") for name in ("rule", "state", "before"))
    record = request.args.get("record", "")
    with _administering() as work:
        found = list_runs(
            work.session,
            rule=rule or None,
            record_id=record or None,
            states=(state,) if state in STATES else (),
            limit=_MOST + 1,
            before=before if is_id(before) else None,
        )
        older = ""
        if len(found) > _MOST:
            last = found[_MOST - 1].id
            older = url_for(
                "rules.show_runs", rule=rule or None, state=state or None, record=record or None, before=last
            )
        locale = current_locale()
        rules = tuple(
            Choice(each.address, f"{entity.label.get(locale)}: {each.label.get(locale)}", each.address == rule)
            for entity in work.model.entities.values()
            for each in entity.rules.values()
        )
        states = tuple(Choice(each, state_label(each), each == state) for each in STATES)
        page = RunLog(shown_runs(work, found[:_MOST]), rules, states, older)
        return render(_RUNS, _shell(work, gettext("Run log")), page)


@blueprint.get("/hooks")
def show_hooks() -> Response:
    """Messages to other systems."""
    with _administering() as work:
        shown = [(each, moment(work, each.created_at)) for each in list_deliveries(work.session, limit=_MOST)]
        return render(_HOOKS, _shell(work, gettext("Messages to other systems")), shown)


@blueprint.post("/hooks/<delivery_id>")
def resend(delivery_id: str) -> BaseResponse:
    """Send a message once more."""
    write(lambda work: send_again(administrating(work), delivery_id))
    return redirect(url_for("rules.show_hooks"))


@blueprint.get("/<rule_address>")
def show_rule(rule_address: str) -> Response:
    """One rule with its last runs; `record` tries it on one, which writes nothing."""
    record = request.args.get("record", "").strip()
    with _administering() as work:
        entity, rule = _rule(work, rule_address)
    trial, fault = None, ""
    if record:
        try:
            trial = try_rule(services(), rule.address, record) if is_id(record) else None
            fault = "" if trial is not None else gettext("Choose a record.")
        except KalipError as error:
            fault = message_of(current_locale(), error)
    with _administering() as work:
        runs = shown_runs(work, list_runs(work.session, rule=rule.address, limit=10))
        counts = count_runs(work.session, [rule.address]).get(rule.address, {})
        shown = None
        if trial is not None:
            steps = tuple(shown_step(work, each) for each in trial.steps)
            changes = tuple((_change_of(work, each.entity), _told(each.after)) for each in trial.changes)
            reason = said(trial.reason, trial.params)
            shown = ShownTrial(state_label(trial.state), tone_of(trial.state), reason, steps, changes)
        page = RulePage(
            shown_rule(rule, entity, runs[0] if runs else None, counts),
            runs,
            url_for("rules.show_runs", rule=rule.address),
            _offered(work, entity, record),
            record,
            shown,
            fault,
        )
        return render(_RULE, _shell(work, page.rule.label), page)


def _rule(work: Work, address: str) -> tuple[Entity, Rule]:
    rule = rule_at(work.model.entities, address)
    if rule is None:
        raise NotFound("There is no rule '{rule}'.", params={"rule": address[:120]})
    return work.entity(rule.entity), rule


def _offered(work: Work, entity: Entity, record: str) -> tuple[Choice, ...]:
    """The records changed last, to try a rule on."""
    title = entity.title if entity.attribute(entity.title) is not None else "id"
    asked = ListRecords(entity.name, fields=("id", title), sort=("-updated_at",), limit=_OFFERED)
    rows = list_records(work, asked).items
    found = tuple(Choice(str(each["id"]), str(each.get(title) or each["id"]), each["id"] == record) for each in rows)
    known = {each.value for each in found}
    return found if not record or record in known else (Choice(record, record, chosen=True), *found)


def _group(entity: Entity, last: dict[str, ShownRun], counts: dict[str, dict[str, int]]) -> Group:
    locale = current_locale()
    rules = tuple(
        shown_rule(rule, entity, last.get(rule.address), counts.get(rule.address, {})) for rule in entity.rules.values()
    )
    clocks = tuple(
        (clock.label.get(locale), clock.start.source, ", ".join(alarm.name for alarm in clock.alarms))
        for clock in entity.clocks.values()
    )
    return Group(entity.plural.get(locale) or entity.label.get(locale), rules, clocks)


def _change_of(work: Work, entity: str) -> str:
    known = work.model.entities.get(entity)
    return known.label.get(current_locale()) if known is not None else entity


def _told(values: object) -> str:
    pairs = values.items() if isinstance(values, dict) else ()
    return ", ".join(f"{name}: {value}" for name, value in pairs)


@contextmanager
def _administering() -> Iterator[Work]:
    with reading() as work:
        yield administrating(work)


def _shell(work: Work, title: str = "") -> Shell:
    first = Crumb(gettext("Rules"), url_for("rules.show_rules") if title else "")
    crumbs = [Crumb(gettext("Administration")), first, *([Crumb(title)] if title else [])]
    return shell_of(work, title or gettext("Rules"), crumbs)
