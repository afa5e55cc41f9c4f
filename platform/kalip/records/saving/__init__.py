"""The save pipeline: every record is made and changed here, once for all who ask."""

from kalip.records.saving.drafts import PLAIN, Draft, Grounds, LineChange, make_draft
from kalip.records.saving.pipeline import Outcome, draft_commands, prepare, save_drafts, save_record

__all__ = [
    "PLAIN",
    "Draft",
    "Grounds",
    "LineChange",
    "Outcome",
    "draft_commands",
    "make_draft",
    "prepare",
    "save_drafts",
    "save_record",
]
