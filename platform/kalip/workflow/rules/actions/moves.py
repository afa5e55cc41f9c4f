"""Moves the record, by the transition that people make."""

from kalip.model import MakeTransition
from kalip.workflow.commands import ApplyTransition
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.actions.records import json_values
from kalip.workflow.rules.scene import Scene
from kalip.workflow.transitions import apply_transition


def make_transition(scene: Scene, action: MakeTransition, name: str) -> Did:  # noqa: ARG001 - has the family's signature
    """Move the record; a refusal is the transition's own."""
    values = json_values(scene.work, scene.entity, scene.values(action.values)) if action.values else {}
    command = ApplyTransition(scene.entity, scene.record_id, action.transition or None, action.stage or None, values)
    saved = apply_transition(scene.work, command)
    return Did("Moved by {move}.", {"move": action.transition or action.stage}, saved.entity, saved.id)
