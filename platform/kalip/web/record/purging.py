"""Deleting an archived record for good: a dialogue that names what goes, and the deed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected, Violation
from kalip.records import PurgePlan, Work, plan_purge, purge_record
from kalip.web import htmx
from kalip.web.beside import counted, gone_for_good
from kalip.web.cells import record_url
from kalip.web.inputs import LARGEST_VERSION, whole_number
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.page import record_shell
from kalip.web.render import View, render
from kalip.web.session import reading, write
from kalip.web.shell import plural_of

blueprint = Blueprint("purging", __name__)
_VIEW = View("record/purge.html", "record/_purge.html")


@dataclass(frozen=True, slots=True)
class PurgeDialogue:
    """What would go (`goes`, counts with nouns), what goes empty in others, and what stands against it."""

    action: str
    back: str
    title: str
    version: int
    warning: str
    goes: tuple[tuple[str, int], ...]
    emptied: tuple[tuple[str, int], ...]
    obstacles: tuple[str, ...]


@blueprint.get("/<entity>/<record_id>/purge")
def show_plan(entity: str, record_id: str) -> Response:
    """What deleting the record for good would do."""
    with reading() as work:
        return _show(work, plan_purge(work, entity, record_id))


@blueprint.post("/<entity>/<record_id>/purge")
def purge(entity: str, record_id: str) -> BaseResponse:
    """Delete the record that the dialogue told of; the archive follows."""
    version = whole_number(request.form.get("version", ""), LARGEST_VERSION)
    try:
        write(lambda work: purge_record(work, entity, record_id, version))
    except RecordRejected as error:
        with reading() as work:
            return _show(work, plan_purge(work, entity, record_id), error.violations)
    flash(gettext("Deleted for good."))
    return htmx.lead_to(url_for("lists.show_list", entity=entity, archived="only"))


def _show(work: Work, plan: PurgePlan, refused: Sequence[Violation] = ()) -> Response:
    entities = work.model.entities
    title = gettext("Delete {title} for good", title=plan.title or gettext("(no name)"))
    page = PurgeDialogue(
        action=url_for("purging.purge", entity=plan.entity.name, record_id=plan.id),
        back=record_url(plan.entity.name, plan.id),
        title=title,
        version=plan.version,
        warning=gone_for_good(),
        goes=(*((plural_of(entities[name]), count) for name, count in plan.along.items()), *counted(plan.beside)),
        emptied=tuple(
            (f"{plural_of(entities[name])} · {entities[name].fields[field].label.get(current_locale())}", count)
            for (name, field), count in plan.emptied.items()
        ),
        obstacles=tuple(message_of(current_locale(), each) for each in refused or plan.obstacles),
    )
    return render(_VIEW, record_shell(work, plan.entity, title), page, 422 if refused else 200)
