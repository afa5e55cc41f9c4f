"""Conversions: records of other entities made from one record, planned, carried out, taken up again and undone."""

from kalip.workflow.conversions.commands import (
    Blocker,
    Candidate,
    ConversionPlan,
    ConversionRefused,
    Converted,
    ConvertRecord,
    Difference,
    LostValue,
    MadeRecord,
    Offer,
    TargetChoice,
    TargetPlan,
    UndoPlan,
)
from kalip.workflow.conversions.converting import convert_record
from kalip.workflow.conversions.planning import conversion_plan

__all__ = [
    "Blocker",
    "Candidate",
    "ConversionPlan",
    "ConversionRefused",
    "ConvertRecord",
    "Converted",
    "Difference",
    "LostValue",
    "MadeRecord",
    "Offer",
    "TargetChoice",
    "TargetPlan",
    "UndoPlan",
    "conversion_plan",
    "convert_record",
]
