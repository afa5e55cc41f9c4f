"""REST of the question why somebody may, or may not, do something with a record."""

from flask import Blueprint, Response

from kalip.base.errors import BadRequest
from kalip.records import Work
from kalip.records.explaining import Because, Question, question_of, said_in
from kalip.web.api.answers import Answer, read
from kalip.web.api.arguments import Arguments
from kalip.web.api.records import checked_id
from kalip.web.locale import current_locale, translate
from kalip.workflow.explaining import why

blueprint = Blueprint("api_why", __name__)


@blueprint.get("/records/<entity>/<record_id>/why")
def why_of_record(entity: str, record_id: str) -> Response:
    """Why one may do something with a record, or why not; administrators ask about anybody."""
    checked_id(entity, record_id)
    question = _question(entity, record_id)
    return read(lambda work: _answer(work, question))


@blueprint.get("/records/<entity>/why")
def why_of_entity(entity: str) -> Response:
    """The same of an entity: whether there may be any record at all."""
    question = _question(entity, "")
    return read(lambda work: _answer(work, question))


def _question(entity: str, record_id: str) -> Question:
    arguments = Arguments("verb", "field", "user")
    verb = arguments.text("verb")
    if verb is None:
        raise BadRequest("The parameter '{parameter}' is missing.", params={"parameter": "verb"}, code="R101")
    field, user = arguments.text("field") or "", arguments.text("user") or ""
    return question_of(verb, entity, record_id, field=field, user=user)


def _answer(work: Work, question: Question) -> Answer:
    found = why(work, question)
    return Answer(
        {
            "allowed": found.allowed,
            "person": found.person,
            "verb": found.verb_key,
            "entity": found.entity.name,
            "id": question.record_id or None,
            "field": found.field.name if found.field is not None else None,
            "because": [_sentence(each) for each in found.because],
        }
    )


def _sentence(because: Because) -> dict[str, object]:
    return {
        "text": said_in(because, current_locale(), translate),
        "speaks": because.speaks,
        "because": [_sentence(each) for each in because.under],
    }
