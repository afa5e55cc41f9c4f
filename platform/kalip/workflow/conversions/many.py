"""Conversions of selected rows: one row of many, with reasons that can be read apart from the row; also as jobs."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from kalip.base.errors import Conflict, RecordRejected, Violation
from kalip.model import Model
from kalip.records import JobHandler, JobRun, SavedRecord, Work
from kalip.records.bulk import Act
from kalip.records.bulk_jobs import bulk_handler
from kalip.storage import conversions_of_record
from kalip.workflow.conversions.commands import ConversionRefused, ConvertRecord, TargetChoice
from kalip.workflow.conversions.converting import convert_record
from kalip.workflow.conversions.undoing import UNDONE, undo_conversion

BULK_CONVERT: Final = "workflow.bulk_convert"
BULK_UNDO: Final = "workflow.bulk_undo_conversion"


def act_of_conversion(command: ConvertRecord) -> Act:
    """What converts one row of many; the command's own id is not used, its key is made one for each row."""
    return partial(_convert, command)


def _convert(command: ConvertRecord, work: Work, record_id: str) -> SavedRecord:
    key = None if command.key is None else f"{command.key}/{record_id}"
    try:
        done = convert_record(work, replace(command, id=record_id, version=None, key=key))
    except ConversionRefused as error:
        if not error.violations:
            raise
        raise RecordRejected(list(_told(work.model, command, error.violations))) from error
    return SavedRecord(done.entity, record_id, done.version, False, ())


def _told(model: Model, command: ConvertRecord, violations: Iterable[Violation]) -> Iterable[Violation]:
    """The faults with the names of the fields that they are on, since no form stands beside them."""
    source = model.entities[command.entity]
    targets = source.conversions[command.conversion].targets
    for each in violations:
        steps = each.pointer.strip("/").split("/")
        target = targets.get(steps[1]) if len(steps) > 1 and steps[0] == "targets" else None
        if target is not None and each.code == "duplicate":
            template = "{target}: a record that seems to mean the same exists already."
            yield Violation(each.pointer, each.code, template, {"target": target.label})
            continue
        entity = model.entities[target.entity] if target is not None else source
        name = steps[3] if target is not None and len(steps) > 3 else steps[-1]
        field = entity.attribute(name)
        if field is None or each.code != "required":
            yield each
        elif target is None:
            yield Violation(each.pointer, each.code, "{field} is missing.", {"field": field.label})
        else:
            params = {"target": target.label, "field": field.label}
            yield Violation(each.pointer, each.code, "{target}: {field} is missing.", params)


def _of_job(job: JobRun) -> Act:
    """A job asks for: `conversion`, `duplicates`, and `targets`, name to pipeline, None for what a row proposes."""
    given = job.arguments
    said = given.get("targets")
    targets = None
    if isinstance(said, Mapping):
        targets = {str(name): TargetChoice(pipeline=pipeline or None) for name, pipeline in said.items()}
    return act_of_conversion(
        ConvertRecord(
            str(given["entity"]),
            "",
            str(given["conversion"]),
            targets,
            duplicates=given.get("duplicates"),
            key=job.key,
        )
    )


def _undo(job: JobRun) -> Act:
    """Undo what a job converted, by the rules of single conversions."""
    entity, correlation = str(job.arguments["entity"]), str(job.arguments["undone"])

    def act(work: Work, record_id: str) -> SavedRecord:
        made = conversions_of_record(work.session, entity, record_id)
        found = next((each for each in made if each.correlation == correlation), None)
        if found is None:
            raise Conflict("This conversion was begun before, by itself; undo it by itself.")
        if found.state == UNDONE:
            return SavedRecord(entity, record_id, 0, False, ())
        undone = undo_conversion(work, found.id)
        return SavedRecord(entity, record_id, undone.version, False, ())

    return act


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {
    BULK_CONVERT: bulk_handler(_of_job),
    BULK_UNDO: bulk_handler(_undo),
}
