"""What rules ask about a record: told on its page, answered in a dialog, or let fall away by whoever may."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import NotFound, RecordRejected, Violation
from kalip.model import Entity, Rule
from kalip.records import Work, visible_entity
from kalip.storage.rule_runs import StoredRun
from kalip.web import htmx
from kalip.web.cells import record_url, style_of
from kalip.web.faults import errors_of
from kalip.web.inputs import Input, Sheet, State, input_of, read_inputs
from kalip.web.locale import current_locale, gettext
from kalip.web.render import View, render
from kalip.web.session import reading, write
from kalip.web.shell import Crumb, plural_of, shell_of
from kalip.workflow.rules import answer_run, asked_by, may_skip, questions_of, skip_run

blueprint = Blueprint("rule_questions", __name__)
_DIALOG = View("rules/question.html", "rules/_question.html")
_ADDRESS = "/<entity>/<record_id>/questions/<run_id>"


@dataclass(frozen=True, slots=True)
class Question:
    """A rule that asks something, on the page of its record."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """What a rule asks; `skip` is where it is let fall away, empty for whom may not."""

    href: str
    back: str
    title: str
    text: str
    fields: tuple[Input, ...]
    skip: str


def shown_questions(work: Work, entity: Entity, record_id: str) -> tuple[Question, ...]:
    """What rules ask of the person about a record."""
    return tuple(
        Question(
            gettext("The rule “{rule}” asks you something.", rule=rule.label.get(current_locale())),
            url_for("rule_questions.ask", entity=entity.name, record_id=record_id, run_id=run.id),
        )
        for run, rule in questions_of(work, entity, record_id)
    )


@blueprint.get(_ADDRESS)
def ask(entity: str, record_id: str, run_id: str) -> Response:
    """The form, as a page or in the dialog."""
    with reading() as work:
        return _form(work, visible_entity(work, entity), record_id, run_id)


@blueprint.post(_ADDRESS)
def answer(entity: str, record_id: str, run_id: str) -> BaseResponse:
    """Give the rule what it asks for; it goes on by itself."""
    with reading() as work:
        found = visible_entity(work, entity)
        _, rule = _asked(work, found, record_id, run_id)
        answers = read_inputs(request.form, rule.parameters)
    try:
        write(lambda work: answer_run(work, run_id, answers, "text"))
    except RecordRejected as error:
        with reading() as work:
            return _form(work, visible_entity(work, entity), record_id, run_id, error.violations)
    flash(gettext("Answered: the rule goes on."))
    return htmx.lead_to(record_url(found.name, record_id))


@blueprint.post(_ADDRESS + "/skip")
def skip(entity: str, record_id: str, run_id: str) -> BaseResponse:
    """Let the rule fall away."""
    with reading() as work:
        found = visible_entity(work, entity)
        _asked(work, found, record_id, run_id)
    write(lambda work: skip_run(work, run_id))
    flash(gettext("The rule is skipped."))
    return htmx.lead_to(record_url(found.name, record_id))


def _asked(work: Work, entity: Entity, record_id: str, run_id: str) -> tuple[StoredRun, Rule]:
    run, rule = asked_by(work, run_id)
    if (run.entity, run.record_id) != (entity.name, record_id):
        raise NotFound("There is no run '{id}'.", params={"id": run_id[:60]})
    return run, rule


def _form(work: Work, entity: Entity, record_id: str, run_id: str, violations: Sequence[Violation] = ()) -> Response:
    _, rule = _asked(work, entity, record_id, run_id)
    submitted = read_inputs(request.form, rule.parameters)
    required = [name for name, each in rule.parameters.items() if each.required]
    state = State({}, submitted, errors_of(violations), required=required, place="ask")
    sheet = Sheet(work, entity, state, style_of(work))
    place: dict[str, Any] = {"entity": entity.name, "record_id": record_id, "run_id": run_id}
    page = QuestionForm(
        href=url_for("rule_questions.answer", **place),
        back=record_url(entity.name, record_id),
        title=rule.label.get(current_locale()),
        text=rule.description.get(current_locale()),
        fields=tuple(input_of(sheet, each) for each in rule.parameters.values()),
        skip=url_for("rule_questions.skip", **place) if may_skip(work, rule) else "",
    )
    crumbs = [Crumb(plural_of(entity), url_for("lists.show_list", entity=entity.name)), Crumb(page.title)]
    return render(_DIALOG, shell_of(work, page.title, crumbs), page, 422 if violations else 200)
