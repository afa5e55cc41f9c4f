"""Many selected rows taken over into another pipeline: a small form first, then a result for each row."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.model import Entity, Pipeline
from kalip.records import Selection, Work, visible_entity
from kalip.records.bulk_jobs import BulkCommand
from kalip.records.saving.placing import may_enter
from kalip.web.cells import style_of
from kalip.web.inputs import Input, Option, Sheet, State, input_of, read_inputs
from kalip.web.lists.bulk import (
    AT_ONCE,
    NOT_IN_BULK,
    BulkForm,
    back_of,
    begin_job,
    outcome_of,
    show_form,
    show_outcome,
)
from kalip.web.lists.selecting import selected_ids
from kalip.web.locale import current_locale, gettext, ngettext
from kalip.web.session import actor, reading, services
from kalip.workflow import ChangePipeline, bulk_change_pipeline
from kalip.workflow.bulk_jobs import BULK_PIPELINE

blueprint = Blueprint("bulk_pipelines", __name__)
_OWN = frozenset({"csrf_token", "back", "id", "pipeline"})


@blueprint.post("/<entity>/bulk/pipeline/form")
def choose(entity: str) -> Response:
    """The form; asked for by a form, since an address holds few ids."""
    with reading() as work:
        return _form(work, visible_entity(work, entity))


@blueprint.get("/<entity>/bulk/pipeline")
@blueprint.get("/<entity>/bulk/pipeline/form")
def go_back(entity: str) -> BaseResponse:
    """The list, for whoever comes back to an address that names no rows."""
    with reading() as work:
        return redirect(url_for("lists.show_list", entity=visible_entity(work, entity).name))


@blueprint.post("/<entity>/bulk/pipeline")
def change(entity: str) -> BaseResponse:
    """Take the selected rows over, each for itself, and tell what became of each."""
    ids = selected_ids()
    pipeline = request.form.get("pipeline", "")
    with reading() as work:
        found = visible_entity(work, entity)
        known = {each.name for each in _offered(work, found)}
        if pipeline not in known or not ids:
            fault = gettext("Choose a pipeline.") if ids else gettext("Select some rows first.")
            return _form(work, found, fault)
        sent = read_inputs(request.form, found.attributes)
        # What is left empty stays as it is with each record.
        values = {name: parts for name, parts in sent.items() if name not in _OWN and any(map(any, parts.values()))}
    if len(ids) > AT_ONCE:
        arguments = {"pipeline": pipeline, "values": values, "source": "text"}
        return begin_job(found, BulkCommand(found.name, ids, "pipeline", arguments, BULK_PIPELINE))
    command = ChangePipeline(found.name, "", pipeline, values=values, source="text")
    result = bulk_change_pipeline(services(), actor(), Selection(found.name, ids), command)
    with reading() as work:
        found = visible_entity(work, entity)
        return show_outcome(work, found, outcome_of(work, found, gettext("Change the pipeline"), result))


def _form(work: Work, entity: Entity, fault: str = "") -> Response:
    ids, title, locale = selected_ids(), gettext("Change the pipeline"), current_locale()
    offered = _offered(work, entity)
    chosen = next((each for each in offered if each.name == request.form.get("pipeline")), None)
    chosen = chosen or next(iter(offered), None)
    form = BulkForm(
        href=url_for("bulk_pipelines.change", entity=entity.name),
        again=url_for("bulk_pipelines.choose", entity=entity.name),
        back=back_of(entity),
        ids=ids,
        title=title,
        text=ngettext("{count} record is selected.", "{count} records are selected.", len(ids)),
        button=title,
        choice_label=gettext("Pipeline"),
        choice_name="pipeline",
        choices=tuple(Option(each.name, each.label.get(locale), each is chosen) for each in offered),
        fields=_fields(work, entity, chosen),
        fault=fault,
    )
    return show_form(work, entity, form)


def _offered(work: Work, entity: Entity) -> tuple[Pipeline, ...]:
    """The pipelines that the person may put records into."""
    return tuple(each for each in entity.pipelines.values() if may_enter(work.actor, each))


def _fields(work: Work, entity: Entity, pipeline: Pipeline | None) -> tuple[Input, ...]:
    """What the stages in which records arrive may ask for; what is left empty stays as it is with each record."""
    if pipeline is None:
        return ()
    others = [each for each in entity.pipelines.values() if each is not pipeline and pipeline.is_open_to(each.name)]
    arrivals = [pipeline.arrival(each.name, stage) for each in others for stage in each.stages]
    names = dict.fromkeys(name for stage in arrivals for name in stage.required)
    sheet = Sheet(work, entity, State({}), style_of(work))
    fields = (entity.fields[name] for name in names if name in entity.fields)
    return tuple(input_of(sheet, field) for field in fields if field.type not in NOT_IN_BULK)
