"""Floor 10: pipelines and transitions, and the tests that packs bring. Knows records, not HTTP."""

from kalip.workflow.commands import ApplyTransition, Move, StageStay, TransitionPlan
from kalip.workflow.packtests import CaseResult, run_pack_tests
from kalip.workflow.stays import stage_history
from kalip.workflow.transitions import apply_transition, bulk_transition, moves_of, transition_plan

__all__ = [
    "ApplyTransition",
    "CaseResult",
    "Move",
    "StageStay",
    "TransitionPlan",
    "apply_transition",
    "bulk_transition",
    "moves_of",
    "run_pack_tests",
    "stage_history",
    "transition_plan",
]
