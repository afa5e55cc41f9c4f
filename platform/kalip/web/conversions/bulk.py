"""Conversions of selected rows: what is to be made of each, then a result for each; very many run as a job."""

from dataclasses import dataclass
from typing import get_args

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.access import require
from kalip.base.errors import AccessDenied
from kalip.model import Conversion, Duplicates, Entity, Verb
from kalip.records import Selection, Work, run_bulk, visible_entity
from kalip.records.bulk_jobs import BulkCommand
from kalip.web.inputs import Option
from kalip.web.lists.bulk import back_of, begin_job, outcome_of, show_outcome
from kalip.web.lists.selecting import selected_ids
from kalip.web.locale import current_locale, gettext, message_of, ngettext
from kalip.web.render import View, render
from kalip.web.session import actor, reading, services
from kalip.web.shell import Crumb, icon_of, plural_of, shell_of
from kalip.workflow.conversions import ConvertRecord, TargetChoice
from kalip.workflow.conversions.making import usual_pipeline
from kalip.workflow.conversions.many import BULK_CONVERT, act_of_conversion
from kalip.workflow.conversions.sources import find_conversion_of

blueprint = Blueprint("bulk_conversions", __name__)
_FORM = View("conversions/bulk.html", "conversions/_bulk.html")
_ADDRESS = "/<entity>/bulk/convert/<name>"
AT_ONCE = 25
"""So many are converted while one waits; more in the background, with progress."""


@dataclass(frozen=True, slots=True)
class BulkTarget:
    """A thing that may be made of each row. `denied` says why not."""

    name: str
    label: str
    icon: str
    checked: bool
    denied: str
    pipelines: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class BulkConversion:
    """The form. `exact`: the ticked targets are made of every row, else what each row proposes."""

    href: str
    back: str
    ids: tuple[str, ...]
    title: str
    text: str
    description: str
    exact: bool
    targets: tuple[BulkTarget, ...]
    duplicates: tuple[Option, ...]
    fault: str = ""


@blueprint.post(_ADDRESS + "/form")
def choose(entity: str, name: str) -> Response:
    """What is to be made of the selected rows; asked for by a form, since an address holds few ids."""
    with reading() as work:
        found = visible_entity(work, entity)
        return _form(work, found, find_conversion_of(found, name))


@blueprint.get(_ADDRESS)
@blueprint.get(_ADDRESS + "/form")
def go_back(entity: str, **_: str) -> BaseResponse:
    """The list, for whoever comes back to an address that names no rows."""
    with reading() as work:
        return redirect(url_for("lists.show_list", entity=visible_entity(work, entity).name))


@blueprint.post(_ADDRESS)
def convert(entity: str, name: str) -> BaseResponse:
    """Convert the selected rows, each for itself, and tell what became of each."""
    ids = selected_ids()
    with reading() as work:
        found = visible_entity(work, entity)
        require(work.served, work.actor, Verb.CONVERT, found.name)
        conversion = find_conversion_of(found, name)
        targets = _targets(conversion)
        if not ids or targets == {}:
            fault = gettext("Select some rows first.") if not ids else gettext("Choose at least one thing to make.")
            return _form(work, found, conversion, fault)
    duplicates = _duplicates()
    if len(ids) > AT_ONCE:
        arguments = {"conversion": name, "targets": targets, "duplicates": duplicates}
        return begin_job(found, BulkCommand(found.name, ids, "convert", arguments, BULK_CONVERT))
    choices = None if targets is None else {each: TargetChoice(pipeline=pipe) for each, pipe in targets.items()}
    command = ConvertRecord(found.name, "", name, choices, duplicates=duplicates)
    result = run_bulk(services(), actor(), Selection(found.name, ids), act_of_conversion(command))
    with reading() as work:
        found = visible_entity(work, entity)
        return show_outcome(work, found, outcome_of(work, found, conversion.label.get(current_locale()), result))


def _targets(conversion: Conversion) -> dict[str, str | None] | None:
    """The ticked targets with their pipelines; None for what each row proposes."""
    if request.form.get("which") != "exact":
        return None
    ticked = [name for name in request.form.getlist("target") if name in conversion.targets]
    return {name: request.form.get(f"{name}~pipeline") or None for name in ticked}


def _duplicates() -> Duplicates:
    said = request.form.get("duplicates", "ask")
    return next((each for each in get_args(Duplicates) if each == said), "ask")


def _form(work: Work, entity: Entity, conversion: Conversion, fault: str = "") -> Response:
    require(work.served, work.actor, Verb.CONVERT, entity.name)
    locale, ids = current_locale(), selected_ids()
    title = conversion.label.get(locale)
    said = _duplicates()
    answers = {
        "ask": gettext("Leave the record out and tell me"),
        "use": gettext("Use what is there"),
        "make": gettext("Make new ones all the same"),
    }
    page = BulkConversion(
        href=url_for("bulk_conversions.convert", entity=entity.name, name=conversion.name),
        back=back_of(entity),
        ids=ids,
        title=title,
        text=ngettext("{count} record is selected.", "{count} records are selected.", len(ids)),
        description=conversion.description.get(locale),
        exact=request.form.get("which") == "exact",
        targets=tuple(_target(work, conversion, name) for name in conversion.targets),
        duplicates=tuple(Option(value, label, value == said) for value, label in answers.items()),
        fault=fault,
    )
    shell = shell_of(work, title, [Crumb(plural_of(entity), page.back), Crumb(title)])
    return render(_FORM, shell, page, 422 if fault else 200)


def _target(work: Work, conversion: Conversion, name: str) -> BulkTarget:
    locale, target = current_locale(), conversion.targets[name]
    entity = work.seen.entities[target.entity]
    known = [each for each in entity.pipelines.values() if not target.pipelines or each.name in target.pipelines]
    usual = usual_pipeline(entity, target, tuple(each.name for each in known))
    chosen = request.form.get(f"{name}~pipeline") or usual
    try:
        require(work.served, work.actor, Verb.CREATE, entity.name)
        denied = ""
    except AccessDenied as error:
        denied = message_of(locale, error)
    pipelines = tuple(Option(each.name, each.label.get(locale) or each.name, each.name == chosen) for each in known)
    ticked = request.form.getlist("target")
    return BulkTarget(
        name=name,
        label=target.label.get(locale),
        icon=icon_of(entity),
        checked=not denied and (name in ticked or not ticked),
        denied=denied,
        pipelines=pipelines if len(pipelines) > 1 else (),
    )
