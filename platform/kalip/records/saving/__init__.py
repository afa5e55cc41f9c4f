"""The save pipeline: every record is made and changed here, once for all who ask."""

from kalip.records.saving.clients import stages_filter
from kalip.records.saving.defaults import as_value
from kalip.records.saving.drafts import PLAIN, Draft, Grounds, LineChange, make_draft, put
from kalip.records.saving.evaluation import evaluate
from kalip.records.saving.pipeline import Outcome, draft_commands, prepare, save_drafts, save_record
from kalip.records.saving.validation import is_empty

__all__ = [
    "PLAIN",
    "Draft",
    "Grounds",
    "LineChange",
    "Outcome",
    "as_value",
    "draft_commands",
    "evaluate",
    "is_empty",
    "make_draft",
    "prepare",
    "put",
    "save_drafts",
    "save_record",
    "stages_filter",
]
