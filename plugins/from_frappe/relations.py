"""What fields say of each other: conditions, and values fetched from linked records."""

from collections.abc import Mapping
from typing import Any, Final

from kalip.runtime.plugins import EntityDraft, PackDraft, Untranslatable, all_of
from plugins.from_frappe.doctypes import LAYOUT, DocField
from plugins.from_frappe.filters import set_filter
from plugins.from_frappe.javascript import condition
from plugins.from_frappe.jobs import Job

_CONDITIONS: Final = {
    "mandatory_depends_on": "required_when",
    "read_only_depends_on": "readonly_when",
    "depends_on": "visible_when",
}
_GIVEN: Final = frozenset({"computed", "autonumber"})
_NOT_FETCHED: Final = frozenset(
    {"children", "references", "file", "files", "image", "json", "tags", "choices", "any_reference", "user", "rating"}
)
_SHOWN_AS: Final = frozenset({"percent", "email", "phone", "url", "long_text", "duration", "colour"})
_USER_PARTS: Final = {"full_name": "name", "email": "email", "name": "email"}


def relate_fields(job: Job, draft: PackDraft, entities: Mapping[str, EntityDraft]) -> None:
    """Give an entity's fields their conditions and what they fetch."""
    by_name = {each.name: each for each in entities.values()}
    tab: list[str | None] = []
    section: list[str | None] = []
    for each in job.doctype.fields:
        if each.type in LAYOUT:
            shown = [_condition(job, draft, each, "depends_on")] if each.text("depends_on") else []
            if each.type == "Tab Break":
                tab, section = shown, []
            elif each.type == "Section Break":
                section = shown
            if shown and shown[0] is not None:
                job.conditions[each.name] = shown[0]
            continue
        made = job.entity.fields.get(job.entity.known.get(each.name, ""))
        if made is None or made["type"] in _GIVEN:
            continue
        source = each.text("fetch_from") or (each.text("options") if each.type == "Read Only" else "")
        if source:
            _fetch(job, by_name, each, made, source)
        set_filter(job, draft, by_name, each, made)
        _set_conditions(job, draft, each, made, [*tab, *section])


def _condition(job: Job, draft: PackDraft, each: DocField, key: str) -> str | None:
    source = each.text(key)
    try:
        return condition(source, lambda name: draft.operand(job.entity, name))
    except Untranslatable as error:
        lost = f"{key} '{source[:80]}' is left out: {error}"
        job.note(each.name, lost)
        if each.type in LAYOUT and not job.is_copy:
            subject = f"{job.doctype.name}.{each.name}"
            draft.degraded(subject, "always shown", lost, each.document.where(each.pointer))
        return None


def _set_conditions(job: Job, draft: PackDraft, each: DocField, made: dict[str, Any], around: list[str | None]) -> None:
    found = {wanted: _condition(job, draft, each, key) for key, wanted in _CONDITIONS.items() if each.text(key)}
    if made["type"] in _GIVEN:
        found = {key: said for key, said in found.items() if key == "visible_when"}
    made |= {key: said for key, said in found.items() if said is not None}
    # Frappe asks for a value only where people see the field.
    shown = [*around, *([found["visible_when"]] if "visible_when" in found else [])]
    if made.get("required"):
        made.pop("required_when", None)  # it says nothing more
    needed = "required_when" in made or made.get("required")
    if not shown or not needed:
        return
    if any(said is None for said in shown):
        made.pop("required", None)
        made.pop("required_when", None)
        job.note(each.name, "it is not required: when it is shown can't be said here")
        return
    conditions = [said for said in shown if said is not None]
    if not made.pop("required", None):
        conditions.append(made["required_when"])
    made["required_when"] = all_of(list(dict.fromkeys(conditions)))


def _fetch(job: Job, entities: Mapping[str, EntityDraft], each: DocField, made: dict[str, Any], source: str) -> None:
    """Read-only fields follow what they fetch for good; others get it when the record is made."""
    link, _, attribute = source.partition(".")
    path, target = _fetched(job, entities, link.strip(), attribute.strip())
    if path is None:
        job.note(each.name, f"fetch_from '{source[:80]}' is left out: {attribute or source} has no place here")
        return
    if made["type"] in _NOT_FETCHED or target.get("type") in _NOT_FETCHED:
        job.note(each.name, f"fetch_from '{source[:80]}' is left out: such values can't be fetched")
        return
    if made["type"] == "reference" and made["to"] != target.get("to"):
        job.note(each.name, f"fetch_from '{source[:80]}' is left out: it leads to another entity")
        return
    if (
        (each.flag("read_only") or each.type == "Read Only")
        and not each.flag("fetch_if_empty")
        and not made.get("unique")
    ):
        kept: dict[str, Any] = {key: made[key] for key in ("label", "help") if key in made}
        result = _result(target)
        shown = {"result": result} if result else {}
        made.clear()
        made.update({"type": "computed", **kept, "expression": path, **shown})
        job.note(each.name, f"it always shows what '{source[:80]}' says now, instead of a copy")
    elif made["type"] == "money":
        job.note(each.name, f"fetch_from '{source[:80]}' is left out: an amount needs its currency")
    elif made["type"] == "choice" and made.get("choices") != target.get("choices"):
        job.note(each.name, f"fetch_from '{source[:80]}' is left out: its options are others")
    elif "default" not in made and "default_expression" not in made:
        made["default_expression"] = path
        job.note(each.name, f"'{source[:80]}' is fetched when the record is made, not when the link changes")


def _fetched(
    job: Job, entities: Mapping[str, EntityDraft], link: str, attribute: str
) -> tuple[str | None, Mapping[str, Any]]:
    name = job.entity.known.get(link, "")
    made = job.entity.fields.get(name, {})
    if made.get("type") == "user" and attribute in _USER_PARTS:
        return f"{name}.{_USER_PARTS[attribute]}", {"type": "text"}
    target = entities.get(made.get("to", "")) if made.get("type") == "reference" else None
    if target is None or "." in name:
        return None, {}
    path = target.known.get(attribute)
    if path == "stage":
        return None, {}
    found = target.fields.get(path or "")
    return (f"{name}.{path}", found) if found is not None else (None, {})


def _result(target: Mapping[str, Any]) -> object:
    kind = target["type"]
    if kind == "choice":
        return {"type": "choice", "choices": target["choices"]}
    if kind == "decimal":
        return {"type": "decimal", "scale": target.get("scale", 2)}
    if kind == "money":
        return {"type": "decimal", "scale": target.get("scale", 2)}
    if kind == "computed":
        return target.get("result")
    return kind if kind in _SHOWN_AS else None
