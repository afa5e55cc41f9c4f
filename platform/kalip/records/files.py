"""Files of records: received in pieces, known by their content, given to those who may see the record.

The bytes are kept before the transaction that names them: a blob that nobody names is collected later.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from kalip.access import denied
from kalip.base.errors import ConfigurationError, NotFound, RecordRejected, StorageError, Violation
from kalip.base.ids import is_id, new_id
from kalip.base.names import did_you_mean
from kalip.fields.types.image import ACCEPTED
from kalip.model import FILE, FILE_KINDS, FILES, IMAGE, Entity, Field, Verb
from kalip.records.commands import SavedRecord, SaveRecord
from kalip.records.covers import covers_of_records
from kalip.records.filters import allowed_rows, matching
from kalip.records.history import require_visible
from kalip.records.naming import find_field
from kalip.records.reading import get_record
from kalip.records.reads import note_values
from kalip.records.saving import save_record
from kalip.records.saving.loading import missing
from kalip.records.services import Services, Work
from kalip.records.sniffing import accepts, contradicts, sniff
from kalip.storage import Blob, Blobs, FileInfo, add_file, attach_file, get_file

MAX_SIZE = 25 * 1024 * 1024
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Slot:
    """The field of a record that a file is meant for; `record_id` is empty while the record is being made."""

    entity: str
    record_id: str
    field: Field

    @property
    def accept(self) -> Sequence[str]:
        """Media types and endings that are accepted; empty for all."""
        default = ACCEPTED if self.field.type == IMAGE else ()
        return tuple(self.field.options.get("accept") or default)

    @property
    def max_size(self) -> int:
        """The most bytes."""
        return int(self.field.options.get("max_size") or MAX_SIZE)


@dataclass(frozen=True, slots=True)
class Received:
    """A file whose bytes are kept: `media_type` is what its content is, whatever it was called."""

    name: str
    media_type: str
    blob: Blob


def find_slot(work: Work, entity_name: str, record_id: str, field_name: str) -> Slot:
    """The field that a file may be put in. NotFound when it isn't there, AccessDenied when it may not be changed."""
    entity = require_visible(work, entity_name, record_id)
    field = find_field(work.served, entity, field_name)
    if field is None or field.type not in FILE_KINDS or not work.sight(entity.name).ever_writes(field.name):
        known = [name for name, each in entity.fields.items() if each.type in FILE_KINDS]
        raise NotFound(
            "There is no field for files called '{field}'.",
            hint=did_you_mean(field_name, known),
            params={"field": field_name[:60]},
        )
    filters = allowed_rows(work, Verb.UPDATE, entity.name)
    if filters is None or (filters and not matching(work, entity.name, [record_id], filters)):
        raise denied(Verb.UPDATE, entity.name)
    return Slot(entity.name, record_id, field)


def receive(services: Services, slot: Slot, name: str, stream: IO[bytes]) -> Received:
    """Keep the bytes of a stream. RecordRejected when they are too many, none, or of a kind that isn't accepted."""
    blobs = blobs_of(services)
    try:
        blob = blobs.write(stream, slot.max_size)
    except StorageError as error:
        if error.code != "S150":
            raise
        raise _refused(slot, "too_large", "The file has more than {size} bytes.", size=slot.max_size) from error
    if blob.size == 0:
        raise _refused(slot, "empty", "The file is empty.")
    clean = clean_name(name)
    media_type = sniff(blobs.path(blob.sha256), clean)
    if not accepts(slot.accept, clean, media_type):
        raise _refused(
            slot,
            "not_accepted",
            "'{name}' is {media_type}; accepted: {accept}.",
            name=clean,
            media_type=media_type,
            accept=", ".join(slot.accept),
        )
    if contradicts(clean, media_type):
        raise _refused(
            slot, "mismatch", "'{name}' is not what its name says, but {media_type}.", name=clean, media_type=media_type
        )
    return Received(clean, media_type, blob)


def attach(work: Work, slot: Slot, received: Received, version: int | None = None) -> tuple[FileInfo, SavedRecord]:
    """Enter a received file and name it in the record: in place of the one before, or after the others."""
    info = _entered(work, slot, received)
    value: object = info.id
    if slot.field.type == FILES:
        present = get_record(work, slot.entity, slot.record_id, (slot.field.name,))[slot.field.name]
        value = [*(present if isinstance(present, list | tuple) else ()), info.id]
    command = SaveRecord(slot.entity, {slot.field.name: value}, slot.record_id, version)
    return info, save_record(work, command)


def save_with_files(work: Work, command: SaveRecord, received: Sequence[tuple[Slot, Received]]) -> SavedRecord:
    """Save a form together with the files that came with it, in one event.

    `command.source` is text; a file takes the place of the one before, or comes after those that stay.
    """
    values = dict(command.values)
    entered = [_entered(work, slot, file) for slot, file in received]
    for (slot, _), info in zip(received, entered, strict=True):
        parts = values.get(slot.field.name)
        stay = parts.get("", ()) if slot.field.type == FILES and isinstance(parts, Mapping) else ()
        values[slot.field.name] = {"": [*(each for each in stay if each), info.id]}
    saved = save_record(work, replace(command, values=values))
    if command.id is None:
        for info in entered:
            attach_file(work.session, info.id, saved.entity, saved.id, info.field or "")
    return saved


def open_file(work: Work, file_id: str) -> tuple[FileInfo, Path]:
    """A file and where its bytes are. NotFound unless the actor may see its record, or made it while it has none."""
    info = get_file(work.session, file_id) if is_id(file_id) else None
    if info is None:
        raise missing(FILE, file_id[:60])
    if info.entity is not None and info.record_id is not None:
        try:
            entity = require_visible(work, info.entity, info.record_id)
        except NotFound:
            raise missing(FILE, file_id) from None
        if not _shows_field(work, entity, info.record_id, info.field):
            raise missing(FILE, file_id)
        note_values(work, entity.name, info.record_id, {info.field or "": file_id})
    elif info.created_by != work.actor.id and not work.actor.administrator:
        raise missing(FILE, file_id)
    return info, blobs_of(work.services).path(info.sha256)


def _shows_field(work: Work, entity: Entity, record_id: str, name: str | None) -> bool:
    """Whether the field that holds a file is shown; a file that belongs to the record as a whole is.

    Those of fields that the model no longer has are for administrators, as their history is.
    """
    if name is None or work.actor.administrator:
        return True
    field = find_field(work.served, work.entity(entity.name), name)
    return field is not None and covers_of_records(work, entity, [record_id])[record_id].level(field.name) == "read"


def blobs_of(services: Services) -> Blobs:
    """Where the bytes of files are; ConfigurationError for a site that has no place for them."""
    if services.blobs is None:
        raise ConfigurationError("This site has no place for files.", hint="set files_url in site.toml", code="K120")
    return services.blobs


def clean_name(name: str) -> str:
    """A file's name without folders and without characters that can't be shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(each for each in unicodedata.normalize("NFC", last) if each.isprintable()).strip(" .")
    stem, dot, ending = shown.rpartition(".")
    if len(shown) > LONGEST_NAME and dot and len(ending) < 12:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return shown[:LONGEST_NAME] or FILE


def _entered(work: Work, slot: Slot, received: Received) -> FileInfo:
    # A record that is being made has no id yet: its files belong to their maker until it has.
    info = FileInfo(
        id=new_id(),
        name=received.name,
        media_type=received.media_type,
        size=received.blob.size,
        sha256=received.blob.sha256,
        created_at=work.now,
        created_by=work.actor.id,
        entity=slot.entity if slot.record_id else None,
        record_id=slot.record_id or None,
        field=slot.field.name,
    )
    add_file(work.session, info)
    return info


def _refused(slot: Slot, code: str, template: str, **params: object) -> RecordRejected:
    return RecordRejected([Violation(f"/{slot.field.name}", code, template, params)])
