"""Converts the record; what is missing becomes a task instead of a silent failure."""

from kalip.base.errors import KalipError, RecordRejected
from kalip.model import ConvertRecords
from kalip.workflow.conversions import ConversionRefused, ConvertRecord, convert_record
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.actions.tasks import make_tasks
from kalip.workflow.rules.scene import Scene
from kalip.workflow.tasks import NewTask

MOST_NAMED = 8


def convert_records(scene: Scene, action: ConvertRecords, name: str) -> Did:
    """Convert the record once. With `otherwise` a refusal makes a task that says why, and the rule is done."""
    command = ConvertRecord(scene.entity, scene.record_id, action.conversion, key=f"{scene.key}:{name}")
    if action.otherwise is None:
        return _done(scene, command)
    try:
        with scene.work.session.savepoint():
            return _done(scene, command)
    except (ConversionRefused, RecordRejected) as refused:
        label = scene.work.entity(scene.entity).conversions[action.conversion].label.get(scene.work.actor.locale)
        make_tasks(scene, action.otherwise, name, NewTask(f"{label}: {refused.message}", note=_missing(refused)))
        return Did("Not converted, a task says why: {reason}", {"reason": refused.message})


def _done(scene: Scene, command: ConvertRecord) -> Did:
    done = convert_record(scene.work, command)
    made = [each.entity for each in done.results if each.made]
    return Did("Converted by {conversion}: {made}.", {"conversion": command.conversion, "made": made})


def _missing(refused: KalipError) -> str:
    faults = tuple(getattr(refused, "violations", ()))[:MOST_NAMED]
    return "\n".join(f"{fault.pointer.rpartition('/')[2]}: {fault.message}" for fault in faults)
