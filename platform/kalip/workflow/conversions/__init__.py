"""Conversions: records of other entities made from one record, planned, carried out, taken up again and undone."""

from kalip.workflow.conversions.bulk import ConvertedRow, bulk_convert, convert_all
from kalip.workflow.conversions.commands import (
    Blocker,
    Candidate,
    ConversionPlan,
    ConversionRefused,
    Converted,
    ConvertRecord,
    Difference,
    Gap,
    LostValue,
    MadeRecord,
    Offer,
    TargetChoice,
    TargetPlan,
    UndoPlan,
)
from kalip.workflow.conversions.converting import convert_record
from kalip.workflow.conversions.gaps import checked_wishes, decline_gaps
from kalip.workflow.conversions.offering import conversions_of, made_from, may_convert, offers_of
from kalip.workflow.conversions.planning import conversion_plan
from kalip.workflow.conversions.previewing import BulkPreview, preview_many
from kalip.workflow.conversions.undoing import UndoRefused, undo_conversion, undo_plan

__all__ = [
    "Blocker",
    "BulkPreview",
    "Candidate",
    "ConversionPlan",
    "ConversionRefused",
    "ConvertRecord",
    "Converted",
    "ConvertedRow",
    "Difference",
    "Gap",
    "LostValue",
    "MadeRecord",
    "Offer",
    "TargetChoice",
    "TargetPlan",
    "UndoPlan",
    "UndoRefused",
    "bulk_convert",
    "checked_wishes",
    "conversion_plan",
    "conversions_of",
    "convert_all",
    "convert_record",
    "decline_gaps",
    "made_from",
    "may_convert",
    "offers_of",
    "preview_many",
    "undo_conversion",
    "undo_plan",
]
