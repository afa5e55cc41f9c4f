"""Floor 10: pipelines and transitions, and the tests that packs bring. Knows records, not HTTP."""

from kalip.workflow.changing import bulk_change_pipeline, change_pipeline, offers_of, pipeline_plan
from kalip.workflow.commands import (
    AddStep,
    ApplyTransition,
    ChangePipeline,
    ChangeStep,
    Checklist,
    Move,
    PipelineOffer,
    PipelinePlan,
    ShownStep,
    StageStay,
    Standing,
    StepState,
    TakeRecord,
    TransitionPlan,
)
from kalip.workflow.packtests import CaseResult, run_pack_tests
from kalip.workflow.queueing import bulk_take, has_queues, take_record
from kalip.workflow.stage_steps import add_step, change_step, take_step_back
from kalip.workflow.standing import checklist_for, may_be_taken, moves_of, progress_of, standing_of
from kalip.workflow.stays import stage_history, times_in_stages
from kalip.workflow.transitions import apply_transition, bulk_transition, transition_plan

__all__ = [
    "AddStep",
    "ApplyTransition",
    "CaseResult",
    "ChangePipeline",
    "ChangeStep",
    "Checklist",
    "Move",
    "PipelineOffer",
    "PipelinePlan",
    "ShownStep",
    "StageStay",
    "Standing",
    "StepState",
    "TakeRecord",
    "TransitionPlan",
    "add_step",
    "apply_transition",
    "bulk_change_pipeline",
    "bulk_take",
    "bulk_transition",
    "change_pipeline",
    "change_step",
    "checklist_for",
    "has_queues",
    "may_be_taken",
    "moves_of",
    "offers_of",
    "pipeline_plan",
    "progress_of",
    "run_pack_tests",
    "stage_history",
    "standing_of",
    "take_record",
    "take_step_back",
    "times_in_stages",
    "transition_plan",
]
