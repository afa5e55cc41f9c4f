"""REST of imports and exports: each is a job that is answered at once and asked for how far it is. Decides nothing."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from kalip.base.errors import BadRequest, RecordRejected, Violation
from kalip.metadata.source import escape, parse
from kalip.records import ListRecords, Work, run
from kalip.records.commands import Archived
from kalip.records.transfer import ExportFormat, SourceTable, guess_mapping
from kalip.records.transfer.jobs import (
    LARGEST,
    ImportAsked,
    check_import,
    enqueue_export,
    enqueue_import,
    keep_upload,
)
from kalip.web.api.answers import Answer, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import MEBIBYTE, read_object, unknown_names
from kalip.web.api.jobs import begun
from kalip.web.locale import current_locale
from kalip.web.session import actor, services

blueprint = Blueprint("api_transfers", __name__)
FILE, PLAN = "file", "plan"
Kind = Literal["csv", "xlsx"]
_IMPORT: Mapping[str, type] = {
    "mapping": dict,
    "match": str,
    "references": dict,
    "locale": str,
    "dry_run": bool,
    "accept_duplicates": bool,
}
_EXPORT: Mapping[str, type] = {
    "fields": list,
    "filter": str,
    "sort": list,
    "ids": list,
    "view": str,
    "archived": str,
    "format": str,
    "exact": bool,
}


@blueprint.post("/records/<entity>/imports")
def begin_import(entity: str) -> Response:
    """Import a file of rows: `file`, and `plan` as JSON; without a mapping columns are found by their names."""
    Arguments()
    run(services(), actor(), lambda work: check_import(work, entity), write=False)
    part, said = _parts()
    faults = _faults(said, _IMPORT)
    faults += [
        Violation(f"/{name}/{escape(key)}", "wrong_type", "Expected a text.")
        for name in ("mapping", "references")
        for key, value in _items(said.get(name))
        if not isinstance(value, str)
    ]
    if faults:
        raise RecordRejected(faults)
    sent = keep_upload(services(), part.filename or "", part.stream)
    asked = ImportAsked(entity, **{"mapping": {}, "locale": current_locale(), **said})

    def use(work: Work) -> Answer:
        return begun(work, enqueue_import(work, _mapped(work, asked, sent.table), sent))

    return write(use, f"{sent.name}\n{sent.blob.sha256}\n{sorted(said.items())}".encode())


@blueprint.post("/records/<entity>/exports")
def begin_export(entity: str) -> Response:
    """Export a list to a file."""
    Arguments()
    said = read_object(optional=True)
    faults = _faults(said, _EXPORT)
    faults += [
        Violation(f"/{name}/{place}", "wrong_type", "Expected a text.")
        for name in ("fields", "sort", "ids")
        for place, value in enumerate(said[name] if isinstance(said.get(name), list) else ())
        if not isinstance(value, str)
    ]
    for name, known in (("format", get_args(Kind)), ("archived", get_args(Archived))):
        if isinstance(said.get(name), str) and said[name] not in known:
            params = {"known": ", ".join(known)}
            faults.append(Violation(f"/{name}", "unknown_choice", "Expected one of {known}.", params))
    if faults:
        raise RecordRejected(faults)
    form = ExportFormat(said.get("format", "csv"), exact=said.get("exact", False))
    command = ListRecords(
        entity,
        fields=tuple(said["fields"]) if "fields" in said else None,
        filter=said.get("filter"),
        sort=tuple(said.get("sort", ())),
        view=said.get("view"),
        archived=said.get("archived", "exclude"),
        ids=tuple(said["ids"]) if "ids" in said else None,
    )
    return write(lambda work: begun(work, enqueue_export(work, command, form, entity)), request.get_data())


def _parts() -> tuple[FileStorage, dict[str, Any]]:
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the file as multipart/form-data, in a part called 'file'.")
    request.max_content_length = LARGEST + MEBIBYTE
    try:
        parts = list(request.files.items(multi=True))
    except RequestEntityTooLarge as error:
        raise RequestEntityTooLarge(f"The file may have at most {LARGEST} bytes.") from error
    written = request.form.to_dict(flat=False)
    if len(parts) != 1 or parts[0][0] != FILE or written.keys() - {PLAN} or len(written.get(PLAN, [""])) != 1:
        raise BadRequest("Send the parts 'file' and 'plan', each once.", code="R108")
    if PLAN not in written:
        return parts[0][1], {}
    value, faults = parse(written[PLAN][0])
    if faults or not isinstance(value, dict):
        raise BadRequest("The part 'plan' must be a JSON object.", code="R108")
    return parts[0][1], value


def _faults(said: Mapping[str, Any], known: Mapping[str, type]) -> list[Violation]:
    wrong = [name for name, value in said.items() if name in known and not isinstance(value, known[name])]
    faults = unknown_names(said, known)
    return faults + [Violation(f"/{name}", "wrong_type", "Another type is expected here.") for name in wrong]


def _items(value: object) -> tuple[tuple[str, object], ...]:
    return tuple(value.items()) if isinstance(value, dict) else ()


def _mapped(work: Work, asked: ImportAsked, table: SourceTable) -> ImportAsked:
    """With the columns found by their names, where the caller says nothing of them."""
    if asked.mapping:
        return asked
    guesses = guess_mapping(work.served, check_import(work, asked.entity), table)
    return ImportAsked(
        asked.entity,
        {each.column: each.path for each in guesses if each.path is not None},
        asked.match,
        asked.references,
        asked.locale,
        asked.dry_run,
        asked.accept_duplicates,
    )
