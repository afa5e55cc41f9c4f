"""Moves of very many rows as jobs."""

from collections.abc import Mapping
from typing import Final

from kalip.records import JobHandler, JobRun, SavedRecord, Work
from kalip.records.bulk import Act
from kalip.records.bulk_jobs import bulk_handler
from kalip.workflow.changing import change_pipeline
from kalip.workflow.commands import ApplyTransition, ChangePipeline
from kalip.workflow.transitions import apply_transition

BULK_TRANSITION: Final = "workflow.bulk_transition"
BULK_PIPELINE: Final = "workflow.bulk_pipeline"


def _move(job: JobRun) -> Act:
    """Move a row: `transition` or `target`, `values` and `source` of the job are those of ApplyTransition."""
    given = job.arguments

    def act(work: Work, record_id: str) -> SavedRecord:
        command = ApplyTransition(
            str(given["entity"]),
            record_id,
            given.get("transition"),
            target=given.get("target"),
            values=given.get("values", {}),
            source=given.get("source", "json"),
        )
        return apply_transition(work, command)

    return act


def _change(job: JobRun) -> Act:
    """Take a row over: `pipeline`, `stage`, `values` and `source` of the job are those of ChangePipeline."""
    given = job.arguments

    def act(work: Work, record_id: str) -> SavedRecord:
        command = ChangePipeline(
            str(given["entity"]),
            record_id,
            str(given["pipeline"]),
            given.get("stage"),
            given.get("values", {}),
            source=given.get("source", "json"),
        )
        return change_pipeline(work, command)

    return act


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {
    BULK_TRANSITION: bulk_handler(_move),
    BULK_PIPELINE: bulk_handler(_change),
}
