"""Files that come with a record's form: received before the record is saved, named by it in the same transaction."""

from collections.abc import Callable, Sequence
from functools import partial

from werkzeug.datastructures import FileStorage, MultiDict

from kalip.access import require
from kalip.base.errors import RecordRejected, Violation
from kalip.model import FILE_KINDS, FILES, Entity, Verb
from kalip.records import SavedRecord, SaveRecord, Services, Work
from kalip.records.files import Received, Slot, find_slot, receive, save_with_files

SUFFIX = "~upload"
Uploads = Sequence[tuple[Slot, FileStorage]]


def uploads_of(work: Work, entity: Entity, record_id: str, files: MultiDict[str, FileStorage]) -> Uploads:
    """The files of a form with the fields that they are meant for. AccessDenied where they may not be put."""
    found = []
    for name, field in entity.fields.items():
        sent = [file for file in files.getlist(name + SUFFIX) if file.filename] if field.type in FILE_KINDS else []
        taken = sent if field.type == FILES else sent[-1:]
        found += [(_slot(work, entity, record_id, name), file) for file in taken]
    return found


def save_form(services: Services, command: SaveRecord, uploads: Uploads) -> Callable[[Work], SavedRecord]:
    """Receive the files and give what saves the record with them inside a unit of work.

    It may run again after a clash, since the files are kept already.
    RecordRejected with a violation for each file that is refused; nothing is saved then.
    """
    received: list[tuple[Slot, Received]] = []
    violations: list[Violation] = []
    for slot, file in uploads:
        try:
            received.append((slot, receive(services, slot, file.filename or "", file.stream)))
        except RecordRejected as error:
            violations += error.violations
    if violations:
        raise RecordRejected(violations)
    return partial(save_with_files, command=command, received=received)


def _slot(work: Work, entity: Entity, record_id: str, name: str) -> Slot:
    if record_id:
        return find_slot(work, entity.name, record_id, name)
    require(work.served, work.actor, Verb.CREATE, entity.name)
    return Slot(entity.name, "", entity.fields[name])
