"""Changes of many selected rows: a small form first, then a result for each row."""

from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.access import may
from kalip.model import Entity, Verb
from kalip.records import (
    BulkResult,
    Selection,
    Work,
    bulk_archive,
    bulk_assign,
    bulk_purge,
    bulk_restore,
    bulk_update,
    pick_user,
    run_bulk,
    titles_of,
    visible_entity,
)
from kalip.records.bulk_jobs import BULK, BulkCommand, enqueue_bulk
from kalip.records.job_desk import job_of
from kalip.records.refusing import teller_of
from kalip.web import htmx
from kalip.web.beside import gone_for_good
from kalip.web.cells import record_url, style_of
from kalip.web.inputs import Input, Option, Sheet, State, input_of, read_inputs
from kalip.web.jobs.showing import Refusal, bulk_titles, shown_job
from kalip.web.lists.places import moves_in, places_of, take_back, ways_back
from kalip.web.lists.selecting import selected_ids
from kalip.web.locale import current_locale, gettext, ngettext
from kalip.web.render import View, render, render_fragment
from kalip.web.session import actor, reading, services, write
from kalip.web.shell import Crumb, plural_of, shell_of
from kalip.workflow import ApplyTransition, bulk_take, bulk_transition
from kalip.workflow.bulk_jobs import BULK_TAKE, BULK_TRANSITION

blueprint = Blueprint("bulk", __name__)
_FORM = View("lists/bulk.html", "lists/_bulk.html")
_RESULT = View("lists/bulk_result.html", "lists/_bulk_result.html")
_ADDRESS = "/<entity>/bulk/<any(edit, move, assign, take, archive, restore, purge):action>"
_PEOPLE = 100
AT_ONCE = 200
"""So many rows are changed while one waits; more are changed in the background."""
_UNDOES = {"archive": Verb.RESTORE, "restore": Verb.ARCHIVE}
NOT_IN_BULK = frozenset({"children", "file", "files", "image", "references", "any_reference", "autonumber", "json"})


@dataclass(frozen=True, slots=True)
class BulkForm:
    """The form of a change of many rows; `again` is where it is asked for with another choice."""

    href: str
    again: str
    back: str
    ids: tuple[str, ...]
    title: str
    text: str
    button: str
    choice_label: str = ""
    choice_name: str = ""
    choices: tuple[Option, ...] = ()
    fields: tuple[Input, ...] = ()
    fault: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of the rows. `undo` is where `undone`, names and texts, are sent to have them as they were."""

    title: str
    back: str
    done: int
    refused: tuple[Refusal, ...]
    undo: str = ""
    undone: tuple[tuple[str, str], ...] = ()


@blueprint.post(_ADDRESS + "/form")
def choose(entity: str, action: str) -> Response:
    """The form of a change of the selected rows; asked for by a form, since an address holds few ids."""
    with reading() as work:
        found = visible_entity(work, entity)
        return _form(work, found, action)


@blueprint.get(_ADDRESS)
@blueprint.get(_ADDRESS + "/form")
def go_back(entity: str, **_: str) -> BaseResponse:
    """The list, for whoever comes back to an address that names no rows, by changing the language, say."""
    with reading() as work:
        return redirect(url_for("lists.show_list", entity=visible_entity(work, entity).name))


@blueprint.post(_ADDRESS)
def change(entity: str, action: str) -> BaseResponse:
    """Change the selected rows, each for itself, and tell what became of each."""
    ids = selected_ids()
    with reading() as work:
        found = visible_entity(work, entity)
        name = found.name
        missing = _missing(action)
        if missing or not ids:
            return _form(work, found, action, missing or gettext("Select some rows first."))
        if len(ids) > AT_ONCE:
            return _begin(work.entity(name), action, ids)
        places = places_of(work, found, ids) if action == "move" else {}
    result = _run(action, Selection(name, ids))
    with reading() as work:
        found = visible_entity(work, entity)
        page = outcome_of(work, found, _title(action), result)
        if action == "move":
            undone = ways_back(found, request.form.get("stage", ""), places, result)
            page = replace(page, undo=url_for("bulk.move_back", entity=name) if undone else "", undone=undone)
        elif undo := _undo(work, found, action):
            ids = tuple(item.id for item in result.items if item.error is None and item.id)
            page = replace(page, undo=undo if ids else "", undone=tuple(("id", each) for each in ids))
        return show_outcome(work, found, page)


@blueprint.post("/<entity>/bulk/move-back")
def move_back(entity: str) -> BaseResponse:
    """Move rows back to where each was, by the same moves as ever; a row that was changed since stays where it is."""
    moves = moves_in(request.form)
    with reading() as work:
        name = visible_entity(work, entity).name
    result = run_bulk(services(), actor(), Selection(name, tuple(moves)), partial(take_back, name, moves))
    with reading() as work:
        found = visible_entity(work, entity)
        return show_outcome(work, found, outcome_of(work, found, gettext("Undo"), result))


def _begin(entity: Entity, action: str, ids: tuple[str, ...]) -> BaseResponse:
    """Have very many rows changed in the background, and show how far it is."""
    arguments, kind = _asked(action)
    return begin_job(entity, BulkCommand(entity.name, ids, action, arguments, kind))


def begin_job(entity: Entity, command: BulkCommand) -> BaseResponse:
    """Enter a job for the person signed in, and show its progress."""
    job_id = write(lambda work: enqueue_bulk(work, command))
    if not htmx.wants_fragment():
        return redirect(url_for("jobs.show_job", job_id=job_id))
    with reading() as work:
        return render_fragment(
            "jobs/_dialog.html", replace(shown_job(work, job_of(work, job_id)), back=back_of(entity))
        )


def _asked(action: str) -> tuple[dict[str, object], str]:
    """The arguments of a job that does what `_run` does, and its kind."""
    form = request.form
    if action == "move":
        values = {name: parts for name, parts in read_inputs(form, form).items() if name not in _OWN}
        return {"target": form.get("stage", ""), "values": values, "source": "text"}, BULK_TRANSITION
    if action == "edit":
        return {"values": read_inputs(form, [form.get("field", "")]), "source": "text"}, BULK
    if action == "take":
        return {}, BULK_TAKE
    return {"values": {"owner": form.get("owner", "")}} if action == "assign" else {}, BULK


def _run(action: str, selection: Selection) -> BulkResult:
    form = request.form
    if action == "archive":
        return bulk_archive(services(), actor(), selection)
    if action == "restore":
        return bulk_restore(services(), actor(), replace(selection, archived="only"))
    if action == "purge":
        return bulk_purge(services(), actor(), selection)
    if action == "assign":
        return bulk_assign(services(), actor(), selection, form.get("owner", ""))
    if action == "take":
        return bulk_take(services(), actor(), selection)
    field = form.get("field", "")
    values = read_inputs(form, form if action == "move" else [field])
    if action == "move":
        values = {name: parts for name, parts in values.items() if name not in _OWN}
        command = ApplyTransition(selection.entity, "", target=form.get("stage", ""), values=values, source="text")
        return bulk_transition(services(), actor(), selection, command)
    return bulk_update(services(), actor(), selection, values, "text")


_OWN = frozenset({"csrf_token", "back", "id", "stage", "field", "owner", "action"})


def _missing(action: str) -> str:
    form = request.form
    if action == "assign" and not form.get("owner"):
        return gettext("Choose a person.")
    if action == "move" and not form.get("stage"):
        return gettext("Choose a stage.")
    if action == "edit" and not form.get("field"):
        return gettext("Choose a field.")
    return ""


def _form(work: Work, entity: Entity, action: str, fault: str = "") -> Response:
    ids = selected_ids()
    title = _title(action)
    plain = BulkForm(
        href=url_for("bulk.change", entity=entity.name, action=action),
        again=url_for("bulk.choose", entity=entity.name, action=action),
        back=back_of(entity),
        ids=ids,
        title=title,
        text=ngettext("{count} record is selected.", "{count} records are selected.", len(ids)),
        button=title,
        fault=fault,
        warning=gone_for_good() if action == "purge" else "",
    )
    return show_form(work, entity, _asking(work, entity, action, plain))


def show_form(work: Work, entity: Entity, page: BulkForm) -> Response:
    """The page, or the dialog, that asks what is to become of the rows."""
    plural = plural_of(entity)
    shell = shell_of(work, page.title, [Crumb(plural, back_of(entity)), Crumb(page.title)])
    return render(_FORM, shell, page, 422 if page.fault else 200)


def _asking(work: Work, entity: Entity, action: str, form: BulkForm) -> BulkForm:
    if action == "edit":
        return _edit(work, entity, form)
    if action == "move":
        return _move(work, entity, form)
    return _assign(work, form) if action == "assign" else form


def _edit(work: Work, entity: Entity, form: BulkForm) -> BulkForm:
    locale = current_locale()
    fields = [
        field
        for field in entity.fields.values()
        if field.type not in NOT_IN_BULK
        and work.sight(entity.name).ever_writes(field.name)
        and not field.readonly
        and not work.served.types[field.type].readonly
        and field.name != entity.owned_by
    ]
    chosen = request.form.get("field") or (fields[0].name if fields else "")
    field = entity.fields.get(chosen)
    inputs = (input_of(Sheet(work, entity, State({}), style_of(work)), field),) if field else ()
    choices = tuple(Option(each.name, each.label.get(locale), each.name == chosen) for each in fields)
    return replace(form, choice_label=gettext("Field"), choice_name="field", choices=choices, fields=inputs)


def _move(work: Work, entity: Entity, form: BulkForm) -> BulkForm:
    locale = current_locale()
    stages = {stage.name: stage for each in entity.pipelines.values() for stage in each.stages.values()}
    chosen = request.form.get("stage") or next(iter(stages), "")
    choices = tuple(Option(name, stage.label.get(locale), name == chosen) for name, stage in stages.items())
    moves = [m for each in entity.pipelines.values() for m in each.transitions.values() if m.target == chosen]
    names = dict.fromkeys(name for move in moves for name in move.ask)
    sheet = Sheet(work, entity, State({}), style_of(work))
    fields = tuple(
        input_of(sheet, entity.fields[name])
        for name in names
        if name in entity.fields and entity.fields[name].type not in NOT_IN_BULK
    )
    return replace(form, choice_label=gettext("Stage"), choice_name="stage", choices=choices, fields=fields)


def _assign(work: Work, form: BulkForm) -> BulkForm:
    people = pick_user(work, "", _PEOPLE)
    chosen = request.form.get("owner", "")
    choices = (Option("", ""), *(Option(hit.id, hit.title, hit.id == chosen) for hit in people))
    return replace(form, choice_label=gettext("Person"), choice_name="owner", choices=choices)


def outcome_of(work: Work, entity: Entity, title: str, result: BulkResult) -> BulkOutcome:
    """What became of the rows, with a reason for each that was refused."""
    refused = [item for item in result.items if item.error is not None]
    titles = titles_of(work, {entity.name: [item.id for item in refused if item.id]}) if refused else None
    tell = teller_of(work, entity.name, current_locale())
    return BulkOutcome(
        title=title,
        back=back_of(entity),
        done=result.done,
        refused=tuple(
            Refusal(
                (titles.of(entity.name, item.id or "") if titles else "") or gettext("(no name)"),
                record_url(entity.name, item.id or ""),
                "; ".join(tell.reasons(item.error)),
            )
            for item in refused
            if item.error is not None
        ),
    )


def show_outcome(work: Work, entity: Entity, page: BulkOutcome) -> Response:
    """The page, or the dialog, of what became of the rows."""
    plural = plural_of(entity)
    return render(_RESULT, shell_of(work, page.title, [Crumb(plural, page.back), Crumb(page.title)]), page)


def _undo(work: Work, entity: Entity, action: str) -> str:
    verb = _UNDOES.get(action)
    if verb is None or not may(work.served, work.actor, verb, entity.name):
        return ""
    return url_for("bulk.change", entity=entity.name, action=verb.value)


def _title(action: str) -> str:
    return bulk_titles()[action]


def back_of(entity: Entity) -> str:
    """The list that the rows were selected in."""
    back = request.form.get("back", "")
    own = url_for("lists.show_list", entity=entity.name)
    return back if back == own or back.startswith(f"{own}?") else own
