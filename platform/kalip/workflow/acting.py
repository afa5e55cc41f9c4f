"""Gives fields values on a draft's way through the save pipeline: by the house, or by a plugin's action."""

from collections.abc import Mapping
from typing import Any

from kalip.base.errors import NotFound
from kalip.fields import FieldFault
from kalip.records import Work
from kalip.records.saving import Draft, put
from kalip.runtime import ActionContext
from kalip.workflow.looking import ActorRecords


def give(draft: Draft, name: str, value: object) -> object:
    """Set a field as the house does: whoever acts need not be able to. Faults of the value become the draft's.

    Answers the JSON value.
    """
    kind, known = draft.rules.types[name], draft.rules.attributes[name]
    for fault in kind.validate(known, value):
        draft.violations.append(fault.violation(f"/{name}"))
    draft.explicit.discard(name)
    put(draft, {name: value})
    return draft.rules.to_json(name, value)


def act(work: Work, draft: Draft, action_name: str, arguments: Mapping[str, Any]) -> dict[str, object]:
    """Run a plugin's action on a draft and set what it answers, given as JSON values. NotFound when it is not there."""
    action = work.served.actions.get(action_name)
    if action is None:
        raise NotFound("The action '{action}' is not installed.", params={"action": action_name})
    context = ActionContext(
        entity=draft.entity,
        record_id=draft.id,
        values={name: draft.rules.value_of(name, draft.after) for name in draft.rules.stored},
        arguments=arguments,
        actor_id=work.actor.id,
        now=work.now,
        today=work.context.today,
        records=ActorRecords(work),
    )
    result = action.run(context)
    draft.violations.extend(result.violations)
    given: dict[str, object] = {}
    for name, raw in result.values.items():
        known = draft.rules.stored.get(name)
        if known is None:
            draft.blame(
                name, "unknown_field", "The action '{action}' sets a field that isn't there.", action=action.name
            )
            continue
        try:
            value = draft.rules.types[name].parse(known, raw)
        except FieldFault as fault:
            draft.violations.append(fault.violation(f"/{name}"))
        else:
            given[name] = give(draft, name, value)
    return given
