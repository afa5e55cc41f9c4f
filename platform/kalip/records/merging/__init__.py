"""Merges records that are the same: planned field by field, done in one transaction, undone while nobody built on."""

from kalip.records.merging.commands import (
    ALL,
    FieldChoice,
    Merged,
    MergeNotUndone,
    MergePlan,
    MergeRecords,
    Moving,
    UndoBlocker,
)
from kalip.records.merging.merging import merge_records
from kalip.records.merging.planning import merge_plan
from kalip.records.merging.resolving import resolve
from kalip.records.merging.undoing import merges_of, undo_blockers, undo_merge

__all__ = [
    "ALL",
    "FieldChoice",
    "MergeNotUndone",
    "MergePlan",
    "MergeRecords",
    "Merged",
    "Moving",
    "UndoBlocker",
    "merge_plan",
    "merge_records",
    "merges_of",
    "resolve",
    "undo_blockers",
    "undo_merge",
]
