"""REST of moves along a pipeline, and of what a move would do. Decides nothing itself."""

from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, request

from kalip.records import Work
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
from kalip.web.api.conditions import expected_version
from kalip.web.api.records import answer_saved, checked_id
from kalip.web.errors import problem_of, violation_json
from kalip.web.locale import current_locale
from kalip.workflow import ApplyTransition, apply_transition, transition_plan

blueprint = Blueprint("api_transitions", __name__)


@blueprint.post("/records/<entity>/<record_id>/transitions/<name>")
def move(entity: str, record_id: str, name: str) -> Response:
    """Make a move; with `dry_run=true` only say what it would do and what is missing."""
    dry_run = Arguments("dry_run").flag("dry_run")
    checked_id(entity, record_id)
    values = read_object(optional=True)
    command = ApplyTransition(entity, record_id, transition=name, values=values)
    if dry_run:
        return read(partial(_plan, command=command))
    return write(partial(_move, command=command), request.get_data())


def _move(work: Work, command: ApplyTransition) -> Answer:
    version = expected_version(work, command.entity, command.id)
    return answer_saved(work, apply_transition(work, replace(command, version=version)))


def _plan(work: Work, command: ApplyTransition) -> Answer:
    version = expected_version(work, command.entity, command.id)
    plan = transition_plan(work, replace(command, version=version))
    locale = current_locale()
    return Answer(
        {
            "transition": plan.transition.name,
            "from": plan.source,
            "to": plan.target.name,
            "allowed": plan.allowed,
            "asked": [field.name for field in plan.asked],
            "missing": plan.missing,
            "sets": dict(plan.sets),
            "confirm": plan.confirm.get(locale) or None,
            "violations": [violation_json(each, locale) for each in plan.violations],
            "error": problem_of(plan.error, locale) if plan.error is not None else None,
        }
    )
