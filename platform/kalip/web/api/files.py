"""REST of files: uploaded by multipart, downloaded in pieces, always as an attachment. Rights follow the record."""

from functools import partial

from flask import Blueprint, Response, request, send_file
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from kalip.base.errors import BadRequest
from kalip.fields.moments import moment_text
from kalip.records import Work, run
from kalip.records.files import Received, Slot, attach, find_slot, open_file, receive
from kalip.storage import FileInfo
from kalip.web.api.answers import Answer, tagged, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import MEBIBYTE
from kalip.web.api.conditions import expected_version
from kalip.web.api.records import checked_id
from kalip.web.session import actor, services

blueprint = Blueprint("api_files", __name__)
PART = "file"
MULTIPART = "multipart/form-data"
_SANDBOX = "sandbox; default-src 'none'"


@blueprint.post("/records/<entity>/<record_id>/files/<field>")
def upload(entity: str, record_id: str, field: str) -> Response:
    """Put a file into a record's field."""
    Arguments()
    checked_id(entity, record_id)
    slot = run(services(), actor(), lambda work: find_slot(work, entity, record_id, field), write=False)
    part = _read_part(slot)
    received = receive(services(), slot, part.filename or "", part.stream)
    use = partial(_attach, slot=slot, received=received)
    return write(use, f"{received.name}\n{received.blob.sha256}".encode())


@blueprint.get("/files/<file_id>")
def download(file_id: str) -> Response:
    """A file's bytes; ranges and conditional requests are honoured."""
    Arguments()
    info, path = run(services(), actor(), lambda work: open_file(work, file_id), write=False)
    response = send_file(
        path,
        mimetype=info.media_type,
        as_attachment=True,
        download_name=info.name,
        conditional=True,
        etag=info.sha256,
        last_modified=info.created_at,
        max_age=None,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _read_part(slot: Slot) -> FileStorage:
    if request.mimetype != MULTIPART:
        raise UnsupportedMediaType("Send the file as multipart/form-data, in a part called 'file'.")
    # Room for the part's own headers beside the file.
    limit = slot.max_size + MEBIBYTE
    if (request.content_length or 0) > limit:
        raise _too_large(slot)
    request.max_content_length = limit
    try:
        parts = list(request.files.items(multi=True))
    except RequestEntityTooLarge as error:
        raise _too_large(slot) from error
    if len(parts) != 1 or parts[0][0] != PART or request.form:
        raise BadRequest("Send exactly one part, called '{part}'.", code="R108", params={"part": PART})
    return parts[0][1]


def _too_large(slot: Slot) -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"The file may have at most {slot.max_size} bytes.")


def _attach(work: Work, slot: Slot, received: Received) -> Answer:
    version = expected_version(work, slot.entity, slot.record_id)
    info, saved = attach(work, slot, received, version)
    headers = tagged(saved.version, Location=f"/api/files/{info.id}")
    return Answer({**file_json(info), "version": saved.version}, 201, headers)


def file_json(info: FileInfo) -> dict[str, object]:
    """A file as REST tells it."""
    return {
        "id": info.id,
        "name": info.name,
        "media_type": info.media_type,
        "size": info.size,
        "sha256": info.sha256,
        "entity": info.entity,
        "record": info.record_id,
        "field": info.field,
        "created_at": moment_text(info.created_at),
    }
