"""Files of rows in and out of a list: a short list is exported at once; what takes long is a job with its progress."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import BadRequest, KalipError, NotFound
from kalip.model import Entity
from kalip.records import ListRecords, Work, visible_entity
from kalip.records.files import open_file
from kalip.records.job_desk import job_of
from kalip.records.rules import rules_of
from kalip.records.transfer import ExportFormat, SourceTable, export_records, guess_mapping, read_table
from kalip.records.transfer.exporting import count_exported
from kalip.records.transfer.jobs import (
    STAGED,
    ImportAsked,
    SentFile,
    check_import,
    enqueue_export,
    enqueue_import,
    file_of_job,
    keep_upload,
    matchable,
    stage_upload,
)
from kalip.records.transfer.mapping import ColumnGuess, importable_paths
from kalip.storage import Blob, FileInfo
from kalip.web.downloads import as_file, kept_file
from kalip.web.inputs import Option
from kalip.web.lists.page import command_of
from kalip.web.lists.saved import views_of
from kalip.web.lists.selecting import selected_ids
from kalip.web.lists.state import ListState, state_of
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.render import View, render
from kalip.web.session import actor, reading, services, write
from kalip.web.shell import Crumb, Shell, plural_of, shell_of

blueprint = Blueprint("transfers", __name__)
AT_ONCE = 2_000
"""Lists of so many rows are exported while one waits; the files of longer ones are made in the background."""
_UPLOAD, _COLUMNS, _LONG = (View(f"lists/{each}.html") for each in ("import", "import_columns", "export"))
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Kind = Literal["csv", "xlsx"]


@dataclass(frozen=True, slots=True)
class LongExport:
    """A list whose file takes a while."""

    href: str
    back: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a file of rows is sent, and what was wrong with the last one."""

    href: str
    back: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, what is in it, and what it may fill."""

    name: str
    input: str
    samples: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What becomes of a file's columns. `match` are the fields by which records that are there are known."""

    href: str
    back: str
    name: str
    columns: tuple[Column, ...]
    match: tuple[Option, ...]
    accept: bool
    fault: str = ""


@blueprint.post("/<entity>/bulk/export.<any(csv, xlsx):kind>")
def export_selected(entity: str, kind: Kind) -> Response:
    """The selected rows of the list as it is shown; a form, since an address holds few ids."""
    ids = selected_ids()
    if not ids:
        raise BadRequest("Select some rows first.")
    command, name = _wanted(entity, state_of(entity, request.args), ids)
    return _file(command, kind, name)


@blueprint.get("/<entity>/export.<any(csv, xlsx):kind>")
def export_list(entity: str, kind: Kind) -> Response:
    """Every row of the list as it is shown: its columns, order and filter. A long one is asked for once more."""
    state = state_of(entity, request.args)
    command, name = _wanted(entity, state)
    with reading() as work:
        if count_exported(work, command, AT_ONCE) > AT_ONCE:
            title = gettext("Export")
            address = replace(state, cursor="").address("transfers.export_long", kind=kind)
            page = LongExport(address, url_for("lists.show_list", entity=command.entity))
            return render(_LONG, _shell(work, visible_entity(work, entity), title), page)
    return _file(command, kind, name)


@blueprint.post("/<entity>/export.<any(csv, xlsx):kind>")
def export_long(entity: str, kind: Kind) -> BaseResponse:
    """Have the file of a list made in the background."""
    command, name = _wanted(entity, state_of(entity, request.args))
    job_id = write(lambda work: enqueue_export(work, command, ExportFormat(kind), name))
    return redirect(url_for("jobs.show_job", job_id=job_id), 303)


@blueprint.get("/<entity>/import")
def show_import(entity: str) -> Response:
    """The form that takes a file of rows."""
    with reading() as work:
        return _upload(work, _importable(work, entity))


@blueprint.post("/<entity>/import")
def upload(entity: str) -> BaseResponse:
    """Keep a file; its columns are looked at next."""
    with reading() as work:
        found = _importable(work, entity)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        with reading() as work:
            return _upload(work, found, gettext("Choose a file."))
    try:
        kept = keep_upload(services(), sent.filename, sent.stream)
        file_id = write(lambda work: stage_upload(work, found.name, kept))
    except BadRequest as error:
        with reading() as work:
            return _upload(work, found, message_of(current_locale(), error))
    return redirect(url_for("transfers.show_columns", entity=found.name, file_id=file_id), 303)


@blueprint.get("/<entity>/import/<file_id>")
def show_columns(entity: str, file_id: str) -> Response:
    """What the file's columns may fill, as far as their names say it, or as they were tried by a job."""
    with reading() as work:
        found = _importable(work, entity)
        return _columns(work, found, file_id, _tried(work, found))


@blueprint.post("/<entity>/import/<file_id>")
def begin(entity: str, file_id: str) -> BaseResponse:
    """Import the file, or only check each row, in the background."""
    with reading() as work:
        found = _importable(work, entity)
        info, table = _staged(work, found, file_id)
    form = request.form
    asked = ImportAsked(
        found.name,
        {name: path for place, name in enumerate(table.columns) if (path := form.get(f"column.{place}", ""))},
        form.get("match") or None,
        locale=current_locale(),
        dry_run="check" in form,
        accept_duplicates="accept" in form,
        staged=info.id,
    )
    try:
        sent = SentFile(info.name, Blob(info.sha256, info.size), table)
        job_id = write(lambda work: enqueue_import(work, asked, sent))
    except BadRequest as error:
        with reading() as work:
            return _columns(work, found, file_id, asked, message_of(current_locale(), error))
    return redirect(url_for("jobs.show_job", job_id=job_id), 303)


@blueprint.get("/jobs/<job_id>/file")
def download(job_id: str) -> Response:
    """The file that an export made."""
    with reading() as work:
        return kept_file(*file_of_job(work, job_id))


def _wanted(entity: str, state: ListState, ids: tuple[str, ...] | None = None) -> tuple[ListRecords, str]:
    """The list as it is shown, and what its file is called."""
    with reading() as work:
        found = visible_entity(work, entity)
        merged = replace(views_of(work, found, state).merged(state), cursor="")
        return replace(command_of(merged), ids=ids), plural_of(found)


def _file(command: ListRecords, kind: Kind, name: str) -> Response:
    chunks: Iterator[bytes] = iter(export_records(services(), actor(), command, ExportFormat(kind)))
    return as_file(chunks, _TYPES[kind], f"{name}.{kind}")


def _importable(work: Work, entity: str) -> Entity:
    return work.entity(check_import(work, entity))


def _upload(work: Work, entity: Entity, fault: str = "") -> Response:
    page = Upload(
        url_for("transfers.upload", entity=entity.name), url_for("lists.show_list", entity=entity.name), fault
    )
    return render(_UPLOAD, _shell(work, entity, gettext("Import")), page, 422 if fault else 200)


def _staged(work: Work, entity: Entity, file_id: str) -> tuple[FileInfo, SourceTable]:
    """A file that the person sent to be imported here, and its rows. NotFound for any other."""
    info, path = open_file(work, file_id)
    if info.entity is not None or info.field != f"{STAGED}{entity.name}":
        raise NotFound("There is no such file to import.")
    return info, read_table(path, info.name, info.sha256)


def _tried(work: Work, entity: Entity) -> ImportAsked | None:
    """How a job of the person tried to import, whose columns are looked at again."""
    try:
        given = job_of(work, request.args.get("job", "")).arguments
    except KalipError:
        return None
    if given.get("entity") != entity.name or not isinstance(given.get("mapping"), Mapping):
        return None
    accepted = bool(given.get("accept_duplicates"))
    return ImportAsked(entity.name, given["mapping"], given.get("match"), accept_duplicates=accepted)


def _columns(work: Work, entity: Entity, file_id: str, asked: ImportAsked | None, fault: str = "") -> Response:
    info, table = _staged(work, entity, file_id)
    guesses = guess_mapping(work.served, entity.name, table)
    said = asked.mapping if asked is not None else {each.column: each.path or "" for each in guesses}
    paths = _paths(work, entity)
    page = Columns(
        href=url_for("transfers.begin", entity=entity.name, file_id=file_id),
        back=url_for("transfers.show_import", entity=entity.name),
        name=info.name,
        columns=tuple(
            Column(
                each.column,
                f"column.{place}",
                _samples(each),
                (
                    Option("", gettext("leave out")),
                    *(Option(path, label, path == said.get(each.column)) for path, label in paths.items()),
                ),
            )
            for place, each in enumerate(guesses)
        ),
        match=tuple(
            Option(path, paths[path], asked is not None and asked.match == path)
            for path in matchable(work.served, entity.name)
            if path in paths
        ),
        accept=asked is not None and asked.accept_duplicates,
        fault=fault,
    )
    return render(_COLUMNS, _shell(work, entity, gettext("Import")), page, 422 if fault else 200)


def _paths(work: Work, entity: Entity) -> dict[str, str]:
    """What columns may fill, in the order of the entity, with what people call it."""
    rules, locale = rules_of(work.served, entity.name), current_locale()
    found: dict[str, str] = {}
    for path, _ in importable_paths(rules):
        head, _, part = path.partition(".")
        if not work.sight(entity.name).ever_writes(head, new=True):
            continue
        label = rules.attributes[head].label.get(locale) or head
        found[path] = f"{label} · {part.replace('_', ' ')}" if part else label
    return found


def _samples(guess: ColumnGuess) -> str:
    return ", ".join(each[:40] for each in islice(guess.samples, 3))


def _shell(work: Work, entity: Entity, title: str) -> Shell:
    plural = plural_of(entity)
    crumbs = [Crumb(plural, url_for("lists.show_list", entity=entity.name)), Crumb(title)]
    return shell_of(work, f"{title} · {plural}", crumbs)
