"""How long records stayed in each stage, as it was kept with their moves."""

from datetime import timedelta

from kalip.base.errors import NotFound
from kalip.base.names import did_you_mean
from kalip.model import Verb
from kalip.records import Work, require_visible, visible_entity
from kalip.records.filters import allowed_rows, matching
from kalip.storage import StageTime, stage_times, stays_of
from kalip.storage.stays import stayed
from kalip.workflow.commands import StageStay


def stage_history(work: Work, entity_name: str, record_id: str) -> tuple[StageStay, ...]:
    """The stages that a record went through, first one first. NotFound when the actor may not see it."""
    entity = require_visible(work, entity_name, record_id)
    return tuple(
        StageStay(
            stay.pipeline,
            stay.stage,
            stay.since,
            stay.until,
            work.now - stay.since if stay.seconds is None else timedelta(seconds=stay.seconds),
            stay.actor,
        )
        for stay in stays_of(work.session, entity.name, record_id)
    )


def times_in_stages(work: Work, entity_name: str, pipeline: str) -> tuple[StageTime, ...]:
    """How long records of a pipeline were in its stages, in the stages' order, as far as the actor sees them."""
    entity = visible_entity(work, entity_name)
    found = entity.pipelines.get(pipeline)
    if found is None:
        hint = did_you_mean(pipeline, entity.pipelines)
        raise NotFound("There is no pipeline '{pipeline}'.", hint=hint, params={"pipeline": pipeline})
    filters = allowed_rows(work, Verb.READ, entity.name)
    if filters is None:
        return ()
    among = matching(work, entity.name, stayed(work.session, entity.name, pipeline), filters) if filters else None
    times = {each.stage: each for each in stage_times(work.session, entity.name, pipeline, among)}
    return tuple(times[name] for name in found.stages if name in times)
