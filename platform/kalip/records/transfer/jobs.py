"""Imports and exports as jobs: with progress, to be stopped, gone on with by another runner when theirs dies.

The file of an import is kept until it is done, that of an export until its job is forgotten. Both belong to the job:
who may see the job may have them.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from kalip.access import require
from kalip.base.errors import BadRequest, KalipError, NotFound, StorageError
from kalip.base.ids import new_id
from kalip.model import Verb
from kalip.records.commands import ListRecords
from kalip.records.files import blobs_of, clean_name
from kalip.records.job_desk import job_of
from kalip.records.jobs import Hopeless, Job, JobHandler, JobRun, actor_of_job, enqueue
from kalip.records.naming import visible_entity
from kalip.records.refusing import refusal_json
from kalip.records.rules import rules_of
from kalip.records.services import Services, Work, run
from kalip.records.transfer.columns import TEXTUAL, plan_columns, require_fillable
from kalip.records.transfer.exporting import ExportFormat, count_exported, export_records
from kalip.records.transfer.importing import MOST_REFUSALS, run_import
from kalip.records.transfer.plans import ImportPlan, Refusal
from kalip.records.transfer.tables import SourceTable, read_table
from kalip.runtime import Served
from kalip.storage import Blob, FileInfo, ImportRun, add_file, delete_file, get_file

IMPORT: Final = "records.import"
EXPORT: Final = "records.export"
JOB: Final = "$job"
"""What files of jobs belong to, where those of records name an entity: no entity can be called so."""
SOURCE, RESULT = "source", "result"
STAGED: Final = "import:"
"""How the field of an upload begins that waits to be imported, before the name of the entity."""
RESULT_KEY: Final = "file"
"""Under which key a job's result names the file that it made."""
LARGEST: Final = 200 * 1024 * 1024
"""Bytes of a file that is imported."""
MOST_COUNTED: Final = 1_000_000
BATCH: Final = 200
_TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class _Stopped(Exception):
    """Raised through an import or export whose job is asked to stop."""


@dataclass(frozen=True, slots=True)
class ImportAsked:
    """How a kept file is to be imported; see ImportPlan. `staged` is the upload it was chosen from, gone with it."""

    entity: str
    mapping: Mapping[str, str]
    match: str | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en"
    dry_run: bool = False
    accept_duplicates: bool = False
    staged: str | None = None


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that is kept to be imported: what its sender called it, its bytes, and its header."""

    name: str
    blob: Blob
    table: SourceTable


def keep_upload(services: Services, name: str, stream: IO[bytes]) -> SentFile:
    """Keep the bytes of a file to import. BadRequest when they are too many, none, or no rows.

    Its rows are read by the job.
    """
    try:
        blob = blobs_of(services).write(stream, LARGEST)
    except StorageError as error:
        if error.code != "S150":
            raise
        raise BadRequest("The file is larger than {limit} MB.", params={"limit": LARGEST // 2**20}) from error
    if blob.size == 0:
        raise BadRequest("The file is empty.")
    cleaned = clean_name(name)
    return SentFile(cleaned, blob, _table_of(services, cleaned, blob.sha256))


def plan_of(asked: ImportAsked, table: SourceTable) -> ImportPlan:
    """The plan of an import of a file of rows."""
    return ImportPlan(
        asked.entity,
        table,
        asked.mapping,
        asked.match,
        asked.references,
        asked.locale,
        asked.dry_run,
        batch=BATCH,
        accept_duplicates=asked.accept_duplicates,
    )


def check_import(work: Work, entity_name: str) -> str:
    """The name of an entity that the actor may import records of. NotFound, AccessDenied."""
    entity = visible_entity(work, entity_name).name
    for verb in (Verb.IMPORT, Verb.CREATE):
        require(work.served, work.actor, verb, entity)
    return entity


def stage_upload(work: Work, entity_name: str, sent: SentFile) -> str:
    """Keep an upload for its sender until it is imported; its id. NotFound, AccessDenied."""
    entity = check_import(work, entity_name)
    info = _file_of(work, sent)
    add_file(work.session, replace(info, field=f"{STAGED}{entity}"))
    return info.id


def matchable(served: Served, entity: str) -> tuple[str, ...]:
    """The fields by which an import may know records that are there: those that hold texts."""
    rules = rules_of(served, entity)
    return tuple(
        name
        for name, field in rules.stored.items()
        if name in rules.writable and not field.system and rules.types[name].parts(field)[0].type.kind in TEXTUAL
    )


def enqueue_import(work: Work, asked: ImportAsked, sent: SentFile) -> str:
    """Have a kept file imported in the background, in the name and the language of the work's actor; the job's id.

    Raises what an import does before its first row: NotFound, AccessDenied, BadRequest.
    """
    entity = check_import(work, asked.entity)
    if asked.match is not None:
        require(work.served, work.actor, Verb.UPDATE, entity)
    plan = plan_of(replace(asked, entity=entity), sent.table)
    require_fillable(work, plan, plan_columns(work.served, plan))
    file = _file_of(work, sent)
    said = {"entity": entity, "name": file.name, "file": file.id, "action": "import"}
    job = Job(IMPORT, {**asdict(asked), **said}, f"{IMPORT}:{file.id}", actor=work.actor.id, queue="long")
    job_id = enqueue(work, job)
    _keep(work, file, job_id, SOURCE)
    return job_id


def enqueue_export(work: Work, command: ListRecords, form: ExportFormat, name: str) -> str:
    """Have a list exported to a file in the background, as the work's actor sees it; the job's id.

    Raises what an export does before its first row.
    """
    total = count_exported(work, command, MOST_COUNTED)
    entity = visible_entity(work, command.entity).name
    said = {key: value for key, value in asdict(replace(command, entity=entity)).items() if key not in _NOT_SAID}
    arguments = {"entity": entity, "list": said, "kind": form.kind, "exact": form.exact, "rows": total}
    more = {"name": f"{clean_name(name)}.{form.kind}", "action": "export"}
    return enqueue(work, Job(EXPORT, {**arguments, **more}, f"{EXPORT}:{new_id()}", actor=work.actor.id, queue="long"))


def file_of_job(work: Work, job_id: str) -> tuple[FileInfo, Path]:
    """The file that an export made, and where its bytes are, for who may export such records still, as whom it was.

    NotFound without one, for somebody else's job, and for one's own that was for another; AccessDenied.
    """
    job, me = job_of(work, job_id), work.actor
    if job.kind == EXPORT:
        if not (me.administrator or job.on_behalf in (None, me.on_behalf)):
            raise NotFound("This job has no file.")
        require(work.served, me, Verb.EXPORT, visible_entity(work, str(job.arguments["entity"])).name)
    file = get_file(work.session, str((job.result or {}).get(RESULT_KEY, "")))
    if file is None or (file.entity, file.record_id, file.field) != (JOB, job.id, RESULT):
        raise NotFound("This job has no file.")
    return file, blobs_of(work.services).path(file.sha256)


_NOT_SAID: Final = frozenset({"limit", "cursor", "count", "count_cap"})


def _import(services: Services, job: JobRun) -> Mapping[str, Any] | None:
    given = job.arguments
    actor = actor_of_job(job)
    file = services.database.glance(lambda session: get_file(session, str(given["file"])))
    if file is None:
        raise Hopeless("The file of the import is gone.")
    asked = ImportAsked(**{name: given[name] for name in ImportAsked.__slots__})
    along = _Along(job, [each for each in (file.id, asked.staged) if each])

    def look(rows: int, _saved: int, refused: int) -> None:
        if job.cancelled():
            raise _Stopped
        if asked.dry_run:
            job.progress(rows, along.total, f"{refused} refused" if refused else "")

    try:
        plan = plan_of(asked, _table_of(services, file.name, file.sha256))
        along.total = sum(1 for _ in plan.table.rows())
        job.progress(int(job.kept.get("rows", 0)), along.total)
        result = run_import(services, actor, plan, look, None if asked.dry_run else along)
    except _Stopped:
        return along.kept or dict(job.kept)
    except KalipError as error:
        if isinstance(error, BadRequest | NotFound):
            raise Hopeless("{reason}", params={"reason": error.message}) from error
        raise
    if not asked.dry_run:
        return None
    run(services, actor, lambda work: delete_file(work.session, file.id))
    told = [_told(each) for each in result.refusals]
    counts = {"created": result.created, "updated": result.updated, "refusals": result.refused, "rows": result.rows}
    return {**counts, "refused": told, "choices": result.new_choices}


@dataclass(slots=True)
class _Along:
    """Keeps how far an import came in its own transactions, and ends its job in the last of them."""

    job: JobRun
    files: Sequence[str]
    total: int = 0
    kept: dict[str, Any] = field(default_factory=dict)

    def batch(self, work: Work, state: ImportRun, refusals: Sequence[Refusal]) -> None:
        """Keep the figures with the batch."""
        told = [*(self.kept or self.job.kept).get("refused", ()), *(_told(each) for each in refusals)]
        now = {**_counts(state), "refused": told[:MOST_REFUSALS]}
        self.job.checkpoint(work, state.position, self.total, now)
        self.kept = now

    def end(self, work: Work, state: ImportRun) -> None:
        """End the job with the import, so that none is done twice."""
        for each in self.files:
            delete_file(work.session, each)
        self.job.finish(work, {**(self.kept or {"refused": []}), **_counts(state)})


def _counts(state: ImportRun) -> dict[str, int]:
    return {
        "rows": state.position,
        "created": state.created,
        "updated": state.updated,
        "refusals": state.refused,
    }


def _told(refusal: Refusal) -> dict[str, Any]:
    return {"line": refusal.line, **refusal_json(refusal.error)}


def _export(services: Services, job: JobRun) -> Mapping[str, Any] | None:
    given = job.arguments
    actor = actor_of_job(job)
    said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given["list"].items()
    }
    rows = 0

    def look(count: int) -> None:
        nonlocal rows
        rows = count
        if job.cancelled():
            raise _Stopped
        job.progress(count, int(given["rows"]))

    form = ExportFormat(given["kind"], exact=bool(given["exact"]))
    with tempfile.TemporaryFile() as file:
        try:
            for chunk in export_records(services, actor, ListRecords(**said), form, look):
                file.write(chunk)
        except _Stopped:
            return {}
        file.seek(0)
        blob = blobs_of(services).write(file)
    run(services, actor, partial(_finish_export, job=job, blob=blob, rows=rows))
    return None


def _finish_export(work: Work, job: JobRun, blob: Blob, rows: int) -> None:
    """The file and the end of the job, at once."""
    name, kind = str(job.arguments["name"]), str(job.arguments["kind"])
    info = FileInfo(new_id(), name, _TYPES[kind], blob.size, blob.sha256, work.now, job.actor)
    _keep(work, info, job.id, RESULT)
    job.finish(work, {RESULT_KEY: info.id, "rows": rows})


def _table_of(services: Services, name: str, sha256: str) -> SourceTable:
    return read_table(blobs_of(services).path(sha256), name, sha256)


def _file_of(work: Work, sent: SentFile) -> FileInfo:
    blob = sent.blob
    return FileInfo(new_id(), sent.name, "text/plain", blob.size, blob.sha256, work.now, work.actor.id)


def _keep(work: Work, info: FileInfo, job_id: str, name: str) -> None:
    add_file(work.session, replace(info, entity=JOB, record_id=job_id, field=name))


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {IMPORT: _import, EXPORT: _export}
