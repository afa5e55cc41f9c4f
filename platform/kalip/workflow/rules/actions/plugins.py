"""Runs a plugin's action on the record."""

from kalip.model import RunAction
from kalip.records import Grounds, SaveRecord, Work, save_record
from kalip.records.saving import Draft
from kalip.workflow.acting import act
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.scene import Scene


def run_action(scene: Scene, action: RunAction, name: str) -> Did:  # noqa: ARG001 - has the family's signature
    """Run the action and save what it sets. NotFound when no plugin brings it."""
    given: dict[str, object] = {}

    def decide(work: Work, draft: Draft) -> None:
        given.update(act(work, draft, action.action, action.arguments))

    saved = save_record(scene.work, SaveRecord(scene.entity, id=scene.record_id), Grounds(decide=decide, whole=True))
    return Did("Ran {action}.", {"action": action.action, "values": given}, saved.entity, saved.id)
