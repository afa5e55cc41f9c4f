"""Calls web hooks: the message is entered in the rule's transaction and sent by a job after its commit."""

from kalip.model import CallHook
from kalip.records import get_record
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.hooks.outgoing import Message, send
from kalip.workflow.rules.scene import Scene, told_as_json


def call_hook(scene: Scene, action: CallHook, name: str) -> Did:
    """Enter the message; the same rule on the same occasion enters it once."""
    data: dict[str, object] = {}
    if scene.record_id:
        data = {"entity": scene.entity, **get_record(scene.work, scene.entity, scene.record_id, ("id", "version"))}
    if action.values:
        data["values"] = {key: told_as_json(value) for key, value in scene.values(action.values).items()}
    message = Message(
        key=f"{scene.key}:{name}",
        kind=f"{scene.rule.address}",
        rule=scene.rule.address,
        entity=scene.entity,
        record_id=scene.record_id,
        url=action.url,
        secret=action.secret,
        data=data,
    )
    delivery = send(scene.work, message)
    return Did("Sends a message to {url}.", {"url": action.url, "delivery": delivery})
