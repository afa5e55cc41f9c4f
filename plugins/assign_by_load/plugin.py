"""Gives a record to the person of a role who has the fewest open ones: an action for transitions."""

from collections.abc import Sequence

from kalip.runtime.plugins import Action, ActionContext, ActionResult, Text, Violation, hookimpl

_LABEL = Text.of({"en": "Assign by load", "tr": "İş yüküne göre ata", "ru": "Назначить по загрузке"})
_PARAMETERS = {
    "role": {"title": "Role", "description": "Who may get the record: people with this role.", "type": "string"},
    "open": {
        "title": "Open records",
        "description": "An expression that is true for the records that count as load.",
        "type": "string",
    },
    "field": {"title": "Field", "description": "The field to fill; `owner` by default.", "type": "string"},
}


def assign_by_load(context: ActionContext) -> ActionResult:
    """Choose by fewest open records, then by name; the one who has the record already keeps it on a tie."""
    role, field = context.arguments["role"], context.arguments.get("field", "owner")
    people = context.records.users(role)
    if not people:
        fault = "Nobody has the role '{role}': give it to somebody first."
        return ActionResult(violations=(Violation(f"/{field}", "nobody", fault, {"role": role}),))
    condition = context.arguments.get("open", "true")
    present = context.values.get(field)
    loads = []
    for place, person in enumerate(people):
        mine = f"({condition}) && {field} == '{person['id']}' && id != '{context.record_id}'"
        loads.append((context.records.count(context.entity, where=mine), person["id"] != present, place, person["id"]))
    return ActionResult({field: min(loads)[3]})


@hookimpl
def kalip_actions() -> Sequence[Action]:
    """The one action."""
    return [Action("assign_by_load", _LABEL, assign_by_load, _PARAMETERS, ("role",))]
