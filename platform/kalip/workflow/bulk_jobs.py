"""Moves of very many rows as jobs, and moves back."""

from collections.abc import Mapping
from typing import Final

from kalip.base.errors import Conflict
from kalip.records import JobHandler, JobRun, SavedRecord, Work, bulk_undo
from kalip.records.bulk import Act
from kalip.records.bulk_jobs import bulk_handler
from kalip.records.bulk_undo import undo_handler
from kalip.records.journal import TRANSITIONED
from kalip.storage import Event
from kalip.workflow.changing import change_pipeline
from kalip.workflow.commands import ApplyTransition, ChangePipeline
from kalip.workflow.conversions import many
from kalip.workflow.queueing import take_row
from kalip.workflow.transitions import apply_transition

BULK_TRANSITION: Final = "workflow.bulk_transition"
BULK_PIPELINE: Final = "workflow.bulk_pipeline"
BULK_TAKE: Final = "workflow.bulk_take"
BULK_MOVE_BACK: Final = "workflow.bulk_move_back"


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


def _move_back(work: Work, event: Event) -> SavedRecord:
    """Move a row back to the stage that it came from, by a move that leads there."""
    stage = (event.before or {}).get("stage")
    if event.kind != TRANSITIONED or stage is None:
        raise Conflict("The record was changed meanwhile, so that its move can't be undone any more.")
    return apply_transition(work, ApplyTransition(event.entity, event.record_id, target=str(stage)))


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {
    BULK_TRANSITION: bulk_handler(_move),
    BULK_PIPELINE: bulk_handler(_change),
    BULK_TAKE: bulk_handler(take_row),
    BULK_MOVE_BACK: undo_handler(_move_back),
}
INVERSES: Final[Mapping[str, str]] = {
    **bulk_undo.INVERSES,
    BULK_TRANSITION: BULK_MOVE_BACK,
    many.BULK_CONVERT: many.BULK_UNDO,
}
"""The kinds of jobs that take others back, by those."""
