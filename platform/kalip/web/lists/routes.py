"""Routes of record lists: a table of contents."""

from dataclasses import dataclass, replace

from babel.numbers import format_decimal
from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import AccessDenied, RecordRejected, StaleVersion
from kalip.model import Entity
from kalip.records import SaveRecord, Work, list_records, save_record, visible_entity
from kalip.web import htmx
from kalip.web.cells import record_url
from kalip.web.faults import errors_of
from kalip.web.inputs import read_inputs
from kalip.web.lists.builder import builder_of, stepped
from kalip.web.lists.editing import Typed, cell_form, shown_cell
from kalip.web.lists.page import command_of, list_context
from kalip.web.lists.paths import paths_of
from kalip.web.lists.quick import applied, quick_of
from kalip.web.lists.saved import drop_view, keep_view, views_of
from kalip.web.lists.state import SAVED, ColumnState, ListState, state_of
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading, write
from kalip.web.shell import Crumb, Shell, plural_of, shell_of
from kalip.web.twins import is_accepted, without_twins

blueprint = Blueprint("lists", __name__)

_LIST = View("lists/page.html", "lists/_list.html")
_BUILDER = View("lists/builder.html", "lists/_builder.html")
_CHOOSER = View("lists/chooser.html", "lists/_chooser.html")
_CELL = View("lists/cell.html", "lists/_cell_form.html")
_SAVE = View("lists/save_view.html", "lists/_save_view.html")
_COUNT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records a list has: the number for plural forms, and its text."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class ChosenColumn:
    """A column that may be shown."""

    path: str
    label: str
    shown: bool
    frozen: bool


@dataclass(frozen=True, slots=True)
class Chooser:
    """The columns to choose from, shown ones first and in their order."""

    href: str
    keep: tuple[tuple[str, str], ...]
    columns: tuple[ChosenColumn, ...]
    reset: str


@dataclass(frozen=True, slots=True)
class SaveView:
    """The form that keeps the present state as a view."""

    href: str
    keep: tuple[tuple[str, str], ...]
    name: str
    own: str
    back: str


@blueprint.get("/<entity>")
def show_list(entity: str) -> Response:
    """The list, or more rows of it."""
    with reading() as work:
        found = visible_entity(work, entity)
        state = _state(found)
        page = replace(list_context(work, found, state), peek=request.args.get("peek", ""))
        if state.cursor and htmx.wants_fragment():
            return render_fragment("lists/_rows.html", page)
        return render(_LIST, _shell(work, found), page)


@blueprint.get("/<entity>/count")
def show_count(entity: str) -> Response:
    """How many records match, up to a cap; asked apart, so that counting never holds the page up."""
    with reading() as work:
        found = visible_entity(work, entity)
        state = views_of(work, found, _state(found)).merged(_state(found))
        command = replace(command_of(state, limit=1), fields=("id",), cursor=None, count=True, count_cap=_COUNT_CAP)
        counted = list_records(work, command)
    number = counted.count or 0
    text = format_decimal(number, locale=current_locale()) + ("+" if counted.count_capped else "")
    return render_fragment("lists/_counted.html", Counted(number, text))


@blueprint.get("/<entity>/quick")
def show_quick(entity: str) -> Response:
    """A column's quick filter."""
    with reading() as work:
        found = visible_entity(work, entity)
        args = request.args
        page = quick_of(work, found, _state(found), args.get("path", ""), args.get("operator", ""))
    return render_fragment("lists/_quick.html", page)


@blueprint.get("/<entity>/filtered")
def apply_quick(entity: str) -> BaseResponse:
    """The list with a column's quick filter."""
    with reading() as work:
        found = visible_entity(work, entity)
        args = request.args
        typed = (args.get("operator", ""), args.getlist("value"))
        state = applied(work, found, _state(found), args.get("path", ""), typed)
    return redirect(state.address())


@blueprint.get("/<entity>/filter")
def show_builder(entity: str) -> Response:
    """The filter builder."""
    with reading() as work:
        found = visible_entity(work, entity)
        page = builder_of(work, found, _state(found))
        return render(_BUILDER, _shell(work, found, gettext("Filter")), page)


@blueprint.post("/<entity>/filter")
def build_filter(entity: str) -> BaseResponse:
    """A step in the builder, or the list with the filter it made."""
    with reading() as work:
        found = visible_entity(work, entity)
        state = state_of(found.name, request.form)
        page, ready = stepped(work, found, state, request.form)
        if ready is not None:
            return htmx.lead_to(replace(state, filter=ready, cursor="").address())
        status = 422 if page.fault else 200
        return render(_BUILDER, _shell(work, found, gettext("Filter")), page, status)


@blueprint.get("/<entity>/columns")
def show_chooser(entity: str) -> BaseResponse:
    """The column chooser; with chosen columns, the list that has them."""
    with reading() as work:
        found = visible_entity(work, entity)
        state = _state(found)
        if "column" in request.args:
            frozen = set(request.args.getlist("frozen"))
            widths = {column.path: column.width for column in state.columns}
            chosen = tuple(
                ColumnState(path, widths.get(path), path in frozen) for path in request.args.getlist("column")
            )
            return redirect(replace(state, columns=chosen, cursor="").address())
        return render(_CHOOSER, _shell(work, found, gettext("Columns")), _chooser(work, found, state))


@blueprint.get("/<entity>/views/new")
def show_save_view(entity: str) -> Response:
    """The form that keeps the present state as a view."""
    with reading() as work:
        found = visible_entity(work, entity)
        state = _state(found)
        views = views_of(work, found, state)
        page = SaveView(
            url_for("lists.add_view", entity=found.name), state.without(), views.name, views.own, state.address()
        )
        return render(_SAVE, _shell(work, found, gettext("Save view")), page)


@blueprint.post("/<entity>/views")
def add_view(entity: str) -> BaseResponse:
    """Keep the state as a view and show it."""
    form = request.form
    name = form.get("name", "").strip() or gettext("My view")

    def keep(work: Work) -> tuple[str, str]:
        found = visible_entity(work, entity)
        state = state_of(found.name, form)
        merged = views_of(work, found, state).merged(state)
        view = keep_view(work, merged, name, shared="shared" in form, replaces=form.get("replace", ""))
        return found.name, view

    entity_name, view = write(keep)
    flash(gettext("The view “{name}” is saved.", name=name))
    return redirect(url_for("lists.show_list", entity=entity_name, view=SAVED + view))


@blueprint.post("/<entity>/views/<view>/delete")
def remove_view(entity: str, view: str) -> BaseResponse:
    """Delete a saved view."""
    write(lambda work: drop_view(work, visible_entity(work, entity).name, view))
    flash(gettext("The view is deleted."))
    return redirect(url_for("lists.show_list", entity=entity))


@blueprint.get("/<entity>/<record_id>/cells/<path>")
def show_cell_form(entity: str, record_id: str, path: str) -> BaseResponse:
    """A cell as an input, or as it is shown when `shown` is asked; a page of its own where no list asks."""
    with reading() as work:
        found = visible_entity(work, entity)
        if "shown" in request.args and not htmx.wants_fragment():
            return redirect(record_url(found.name, record_id))
        if "shown" in request.args:
            cell, _ = shown_cell(work, found, record_id, path)
            return render_fragment("lists/_cell.html", None, cell=cell)
        page = cell_form(work, found, record_id, path)
        return render(_CELL, _shell(work, found, page.field.label), page)


@blueprint.post("/<entity>/<record_id>/cells/<path>")
def edit_cell(entity: str, record_id: str, path: str) -> BaseResponse:
    """Save a cell; refused values come back in the input. Where no list asks, the record's page comes next."""
    submitted = read_inputs(request.form, [path])
    version = request.form.get("_version", type=int)
    try:
        accepted = is_accepted()
        command = SaveRecord(entity, submitted, record_id, version, "text", accept_duplicates=accepted)
        write(lambda work: save_record(work, command))
    except RecordRejected as error:
        typed = Typed(submitted, errors_of(without_twins(error.violations)), error.violations)
        return _refused(entity, record_id, path, typed)
    except AccessDenied as error:
        said = message_of(current_locale(), error)
        return _refused(entity, record_id, path, Typed(submitted, {path: said}))
    except StaleVersion:
        said = gettext("Somebody else changed this record meanwhile. Check the new value, then enter yours again.")
        return _refused(entity, record_id, path, Typed({}, {path: said}))
    if not htmx.wants_fragment():
        flash(gettext("Saved."))
        return redirect(record_url(entity, record_id))
    with reading() as work:
        cell, version = shown_cell(work, visible_entity(work, entity), record_id, path)
    response = render_fragment("lists/_cell.html", None, cell=cell)
    return htmx.trigger(response, {"kalip:saved": {"id": record_id, "version": version}})


def _refused(entity: str, record_id: str, path: str, typed: Typed) -> Response:
    with reading() as work:
        found = visible_entity(work, entity)
        page = cell_form(work, found, record_id, path, typed)
        return render(_CELL, _shell(work, found, page.field.label), page, 422)


def _state(entity: Entity) -> ListState:
    return state_of(entity.name, request.args)


def _shell(work: Work, entity: Entity, tool: str = "") -> Shell:
    plural = plural_of(entity)
    if not tool:
        return shell_of(work, plural, [Crumb(plural)])
    crumbs = [Crumb(plural, url_for("lists.show_list", entity=entity.name)), Crumb(tool)]
    return shell_of(work, f"{tool} · {plural}", crumbs)


def _chooser(work: Work, entity: Entity, state: ListState) -> Chooser:
    merged = views_of(work, entity, state).merged(state)
    paths, locale = paths_of(work, entity), current_locale()
    view = entity.lists.get(merged.pack_view or "") or next(iter(entity.lists.values()), None)
    shown = merged.columns or tuple(
        ColumnState(column.field, column.width, column.frozen) for column in (view.columns if view else ())
    )
    frozen = {column.path for column in shown if column.frozen}
    present = [column.path for column in shown if column.path in paths]
    order = [*present, *(path for path in paths if path not in present)]
    return Chooser(
        href=url_for("lists.show_chooser", entity=entity.name),
        keep=state.parameters(),
        columns=tuple(ChosenColumn(path, paths[path].label(locale), path in present, path in frozen) for path in order),
        reset=replace(state, columns=(), cursor="").address(),
    )
