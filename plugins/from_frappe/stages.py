"""Stages: of a workflow, of a status field, or of what can be submitted."""

from collections.abc import Mapping
from typing import Any, Final

from kalip.runtime.plugins import EntityDraft, Label, Names, Option, PackDraft, Untranslatable
from plugins.from_frappe.doctypes import DocField, DocType, text
from plugins.from_frappe.fields import Place, options_of
from plugins.from_frappe.javascript import condition

_COLOURS: Final = {
    **{name: name for name in ("blue", "cyan", "green", "orange", "pink", "purple", "red", "yellow", "teal", "lime")},
    "gray": "grey",
    "grey": "grey",
    "light blue": "azure",
    "black": "grey",
    "amber": "yellow",
    "violet": "purple",
    "success": "green",
    "warning": "orange",
    "danger": "red",
    "primary": "blue",
    "info": "azure",
    "inverse": "grey",
}
_WON: Final = frozenset(
    {
        "accepted", "approved", "closed", "completed", "converted", "delivered", "done", "finished", "fulfilled",
        "ordered", "paid", "processed", "received", "resolved", "submitted", "success", "successful", "won"
    }
)  # fmt: skip
_LOST: Final = frozenset(
    {
        "abandoned", "archived", "canceled", "cancelled", "declined", "disqualified", "dropped", "duplicate",
        "expired", "failed", "junk", "lapsed", "lost", "rejected", "returned", "unqualified", "withdrawn"
    }
)  # fmt: skip
Guards = list[tuple[dict[str, Any], str]]
"""Moves with the conditions that they have in Frappe."""
_MOST_STAGES: Final = 100
_STATUS: Final = ("workflow_state", "status", "state", "stage")
_DOCSTATUS: Final = ("Draft", "Submitted", "Cancelled")


def stage_field(doctype: DocType, workflow: Mapping[str, Any] | None) -> DocField | None:
    """The field that tells where a record stands; None without one."""
    if doctype.is_table or doctype.flag("issingle"):
        return None
    wanted = text(workflow, "workflow_state_field") if workflow else ""
    titles = {text(row, "title") for row in doctype.rows("states")} - {""}
    selects = [each for each in doctype.fields if each.type == "Select" and isinstance(each.data.get("options"), str)]
    for field in selects:
        values = {line.strip() for line in str(field.data["options"]).splitlines()} - {""}
        if 0 < len(values) <= _MOST_STAGES and (field.name == wanted or (titles and titles <= values)):
            return field
    named = {
        field.name: field
        for field in selects
        if 0 < len(str(field.data["options"]).split("\n")) <= _MOST_STAGES and str(field.data["options"]).strip()
    }
    return next((named[name] for name in _STATUS if name in named), None)


def make_stages(place: Place, field: DocField | None, workflow: Mapping[str, Any] | None) -> Guards:
    """Give an entity the pipeline that its workflow, its status or its being submittable makes.

    The moves that wait for their guards are returned.
    """
    guards: Guards = []
    doctype, entity, draft = place.doctype, place.entity, place.draft
    if workflow is not None and any(text(row, "state") for row in _rows(workflow, "states")):
        _from_workflow(place, field, workflow, guards)
    elif field is not None:
        colours = {text(row, "title"): text(row, "color") for row in doctype.rows("states")}
        options = [_option(each.value, each.label, colours.get(each.value, "")) for each in options_of(place, field)]
        first = field.text("default")
        entity.set_stages(field.name, place.label(field.text("label") or field.name), options, first)
        draft.mapped(
            f"{doctype.name}.{field.name}",
            f"{entity.name}.stage",
            "a pipeline in which every move is allowed; which stages are won or lost is guessed by their names",
            field.document.where(field.pointer),
        )
        if doctype.flag("is_submittable"):
            lost = "its stages are those of the status; no record is closed to changes by being submitted"
            draft.degraded(f"{doctype.name}.is_submittable", f"{entity.name}.stage", lost)
    elif doctype.flag("is_submittable") and not doctype.is_table:
        options = [_option(each, place.label(each)) for each in _DOCSTATUS]
        entity.set_stages("docstatus", place.label("Status"), options)
        entity.values["stage"] |= {str(number): entity.values["stage"][each] for number, each in enumerate(_DOCSTATUS)}
        draft.degraded(
            f"{doctype.name}.is_submittable",
            f"{entity.name}.stage",
            "draft, submitted, cancelled; a submitted record may still be changed by who may change it",
        )
    return guards


def _option(value: str, label: Label, colour: str = "") -> Option:
    words = value.lower().split()
    outcome = "won" if words and words[-1] in _WON else "lost" if words and words[-1] in _LOST else ""
    return Option(value, label, _COLOURS.get(colour.lower(), ""), outcome=outcome)


def _from_workflow(place: Place, field: DocField | None, workflow: Mapping[str, Any], guards: Guards) -> None:
    entity, draft = place.entity, place.draft
    name = text(workflow, "workflow_state_field") or "workflow_state"
    rows = _rows(workflow, "states")
    options = [
        _option(text(row, "state"), place.label(text(row, "state")), text(row, "style"))
        for row in rows
        if text(row, "state")
    ]
    title = text(workflow, "workflow_name") or text(workflow, "name") or "Workflow"
    entity.set_stages(name, title, options)
    if field is not None:
        entity.known[field.name] = "stage"
    subject = f"{place.doctype.name}.workflow"
    pipeline = entity.pipeline
    if pipeline is None:
        return
    pipeline["document"]["transitions"] = moves = {}
    names = Names(mark="move")
    for row in _rows(workflow, "transitions"):
        source, target = (entity.values["stage"].get(text(row, key)) for key in ("state", "next_state"))
        if source is None or target is None or source == target:
            draft.dropped(f"{subject} {text(row, 'action')}", "it leads from or to a state that the workflow lacks")
            continue
        move: dict[str, Any] = {"label": place.label(text(row, "action")), "from": {source: {}}, "to": target}
        role = text(row, "allowed")
        if role and role not in ("All", "Administrator"):
            move["roles"] = {draft.role(role, role): {}}
        if text(row, "condition"):
            guards.append((move, text(row, "condition")))
        moves[names.take(f"{text(row, 'action')} {source}", "move")] = move
    draft.mapped(subject, f"{entity.name}.stage", title)


def set_guards(draft: PackDraft, entity: EntityDraft, subject: str, guards: Guards) -> None:
    """Give moves the conditions of their workflow; to be called when all fields are made."""
    for move, source in guards:
        try:
            move["guard"] = condition(f"eval:{source}", lambda name: draft.operand(entity, name))
        except Untranslatable as error:
            draft.degraded(f"{subject}.workflow {move['label']}", "a move without guard", f"'{source[:80]}': {error}")


def _rows(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = data.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
