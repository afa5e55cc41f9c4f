"""“Why may I, why may I not” on a record: the dialogue, about oneself, and for administrators about anybody."""

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for

from kalip.model import NAMED, Entity, Verb, verb_key
from kalip.records import Work, require_visible, title_of
from kalip.records.accounts import list_people
from kalip.records.explaining import Because, Why, question_of, said_in
from kalip.web.cells import record_url
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext, translate
from kalip.web.record.page import record_shell
from kalip.web.render import View, render
from kalip.web.session import reading
from kalip.workflow.explaining import why

blueprint = Blueprint("rights", __name__)
_VIEW = View("record/rights.html", "record/_rights.html")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with those under it; `mark` is yes, no or empty."""

    text: str
    mark: str
    under: tuple["Sentence", ...]


@dataclass(frozen=True, slots=True)
class RightsDialogue:
    """The question, as it can be changed, and the answer."""

    action: str
    back: str
    title: str
    verbs: tuple[Option, ...]
    fields: tuple[Option, ...]
    people: tuple[Option, ...]
    allowed: bool
    summary: str
    sentences: tuple[Sentence, ...]


@blueprint.get("/<entity>/<record_id>/rights")
def show_rights(entity: str, record_id: str) -> Response:
    """What decides about a right to a record."""
    with reading() as work:
        found = require_visible(work, entity, record_id)
        verb = request.args.get("verb", Verb.READ.value)
        field, user = (request.args.get(name, "")[:_LONGEST] for name in ("field", "user"))
        told = why(work, question_of(verb, found.name, record_id, field=field, user=user))
        page = _dialogue(work, found, record_id, told)
        return render(_VIEW, record_shell(work, found, page.title), page)


def verb_labels() -> dict[Verb, str]:
    """What one may do, in words."""
    return {
        Verb.READ: gettext("Read"),
        Verb.CREATE: gettext("Create"),
        Verb.UPDATE: gettext("Change"),
        Verb.ARCHIVE: gettext("Archive"),
        Verb.RESTORE: gettext("Restore"),
        Verb.TRANSITION: gettext("Move to a stage"),
        Verb.CONVERT: gettext("Convert"),
        Verb.EXPORT: gettext("Export"),
        Verb.IMPORT: gettext("Import"),
        Verb.ASSIGN: gettext("Assign"),
        Verb.SHARE: gettext("Share"),
        Verb.PURGE: gettext("Delete for good"),
    }


def _dialogue(work: Work, entity: Entity, record_id: str, told: Why) -> RightsDialogue:
    question, locale = told.question, current_locale()
    seen = work.seen.entities[entity.name]
    label = _label_of(entity, question.verb, question.name)
    params = {"person": told.person, "verb": label}
    return RightsDialogue(
        action=url_for("rights.show_rights", entity=entity.name, record_id=record_id),
        back=record_url(entity.name, record_id),
        title=gettext("Rights on {title}", title=title_of(work, entity.name, record_id) or gettext("(no name)")),
        verbs=tuple(_verbs(entity, told.verb_key)),
        fields=tuple(
            Option(name, field.label.get(locale), told.field is not None and name == told.field.name)
            for name, field in seen.fields.items()
        ),
        people=_people(work, question.user),
        allowed=told.allowed,
        summary=gettext("{person}: “{verb}” is permitted.", **params)
        if told.allowed
        else gettext("{person}: “{verb}” is not permitted.", **params),
        sentences=tuple(_sentence(each) for each in told.because),
    )


def _verbs(entity: Entity, chosen: str) -> list[Option]:
    labels = verb_labels()
    options = []
    for verb, label in labels.items():
        options.append(Option(verb.value, label, verb.value == chosen))
        for name in _names(entity, verb):
            key = verb_key(verb, name)
            options.append(Option(key, _label_of(entity, verb, name), key == chosen))
    return options


def _names(entity: Entity, verb: Verb) -> list[str]:
    if verb not in NAMED:
        return []
    if verb is Verb.CONVERT:
        return list(entity.conversions)
    return list(dict.fromkeys(name for each in entity.pipelines.values() for name in each.transitions))


def _label_of(entity: Entity, verb: Verb, name: str) -> str:
    said = verb_labels()[verb]
    if not name:
        return said
    moves = (each.transitions.get(name) for each in entity.pipelines.values())
    thing = entity.conversions.get(name) if verb is Verb.CONVERT else next((each for each in moves if each), None)
    label = thing.label.get(current_locale()) if thing is not None else ""
    return f"{said}: {label or name}"


def _people(work: Work, chosen: str) -> tuple[Option, ...]:
    if not work.actor.administrator:
        return ()
    me = work.actor.principal or ""
    return tuple(
        Option(each.id, each.name or each.email, each.id == (chosen or me) or each.email == chosen)
        for each in list_people(work)
    )


def _sentence(because: Because) -> Sentence:
    mark = "" if because.speaks is None else "yes" if because.speaks else "no"
    text = said_in(because, current_locale(), translate)
    return Sentence(text, mark, tuple(_sentence(each) for each in because.under))
