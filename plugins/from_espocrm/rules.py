"""Dynamic logic, search, order, unique keys, duplicates."""

from collections.abc import Mapping
from typing import Any, Final

from kalip.runtime.plugins import Names, Untranslatable, all_of, builtin_types
from plugins.from_espocrm.jobs import Job
from plugins.from_espocrm.logic import condition
from plugins.from_espocrm.metadata import objects, strings, text

_TYPES: Final = builtin_types()
_KINDS: Final = {"visible": "visible_when", "required": "required_when", "readOnly": "readonly_when"}
_METHODS: Final = {"email": "email", "phone": "phone"}


def logic_of(job: Job) -> dict[str, Any]:
    """The dynamic logic of an entity: `logicDefs`, before version 9 a part of `clientDefs`."""
    before = job.found.client_defs.get(job.name, {}).get("dynamicLogic")
    found: dict[str, Any] = dict(before) if isinstance(before, dict) else {}
    for key, said in job.found.logic_defs.get(job.name, {}).items():
        older = found.get(key)
        found[key] = {**older, **said} if isinstance(older, dict) and isinstance(said, dict) else said
    return found


def panel_condition(job: Job, name: str, own: object) -> str | None:
    """When a panel shows, by its layout or by the logic of its name; what can't be said is reported."""
    said = own if isinstance(own, dict) and own.get("conditionGroup") else None
    if said is None:
        said = objects(logic_of(job).get("panels")).get(name, {}).get("visible") if name else None
    return _translated(job, f"panel {name}", "visible", said) if said else None


def set_logic(job: Job) -> None:
    """Give fields the conditions of dynamic logic."""
    logic = logic_of(job)
    checks: dict[str, Any] = {}
    names = Names(mark="check")
    for name, kinds in objects(logic.get("fields")).items():
        here = job.entity.known.get(name, "")
        made = job.entity.fields.get(here)
        if made is None:
            if here != "stage" and here not in job.entity.known.values():
                job.drop(f"{name} logic", "the field is not here")
            continue
        _set_conditions(job, name, kinds, made)
        invalid = _translated(job, name, "invalid", kinds.get("invalid")) if kinds.get("invalid") else None
        if invalid is not None:
            message = {"expression": f"!({invalid})", "message": "This value is not valid.", "field": here}
            checks[names.take(f"{here} valid")] = message
    if checks:
        job.entity.data["checks"] = checks
    for name in objects(logic.get("options")) or logic.get("options") or ():
        job.degrade(
            f"{name} logic", "every option can be chosen", "which options there are depends on conditions there"
        )


def _set_conditions(job: Job, name: str, kinds: Mapping[str, Any], made: dict[str, Any]) -> None:
    for kind, key in _KINDS.items():
        if not kinds.get(kind) or (made["type"] in ("computed", "autonumber") and kind != "visible"):
            continue
        said = _translated(job, name, kind, kinds[kind])
        if said is not None:
            made[key] = said
        elif kind == "visible" and made.pop("required", None):
            job.note(name, "it is not required: when it is shown can't be said here")
    saved = _translated(job, name, "readOnlySaved", kinds["readOnlySaved"]) if kinds.get("readOnlySaved") else None
    if saved is not None and "readonly_when" not in made and made["type"] not in ("computed", "autonumber"):
        made["readonly_when"] = all_of(["created_at != null", saved])
    shown = made.get("visible_when")
    # EspoCRM asks for a value only where people see the field.
    if shown and made.pop("required", None):
        made["required_when"] = shown
    elif shown and "required_when" in made:
        made["required_when"] = all_of(list(dict.fromkeys((shown, made["required_when"]))))
    elif made.get("required"):
        made.pop("required_when", None)


def _translated(job: Job, name: str, kind: str, said: object) -> str | None:
    try:
        return condition(said, lambda attribute: job.draft.operand(job.entity, attribute))
    except Untranslatable as error:
        if name in job.entity.known:
            job.note(name, f"when it is {kind} is left out: {error}")
        else:
            job.degrade(name, "always shown", f"when it is {kind} is left out: {error}")
        return None


def set_search(job: Job) -> None:
    """Full-text search looks into the fields that EspoCRM's text filter looks into."""
    entity = job.entity
    collection = job.definition.get("collection")
    wanted = strings(collection.get("textFilterFields")) if isinstance(collection, dict) else []
    names = [entity.known.get(each.partition(".")[0], "") for each in wanted or ["name"]]
    found = [each for each in dict.fromkeys(names) if _is(entity.fields.get(each), "searchable")]
    if found:
        entity.data["search"] = {each: {} for each in found}
    name = entity.known.get("name", "")
    if entity.fields.get(name, {}).get("type") in ("text", "person_name", "autonumber"):
        entity.data["title"] = name


def set_order(job: Job) -> None:
    """In which order lists begin."""
    collection = job.definition.get("collection")
    if not isinstance(collection, dict):
        return
    by = job.entity.known.get(text(collection.get("orderBy")) or text(collection.get("sortBy")), "")
    made = job.entity.fields.get(by)
    is_sortable = by in ("created_at", "updated_at") or (_is(made, "sortable") and made["type"] != "references")  # type: ignore[index]  # it is there
    if by and is_sortable:
        descending = collection.get("order") == "desc" if "order" in collection else collection.get("asc") is False
        job.entity.views.setdefault("list", {})["sort"] = {by: "desc" if descending else "asc"}


def set_unique(job: Job) -> None:
    """Unique indexes become unique keys."""
    names = Names(mark="key")
    keys: dict[str, Any] = {}
    for name, index in objects(job.definition.get("indexes")).items():
        columns = [each for each in strings(index.get("columns")) if each != "deleted"]
        if not (index.get("unique") is True or index.get("type") == "unique") or "id" in columns or not columns:
            continue
        found = [job.entity.known.get(each, "") for each in columns]
        if all(_is_key(job.entity.fields.get(each)) for each in found):
            keys[names.take(name, "key")] = {"fields": {each: {} for each in found}}
        else:
            job.drop(f"{name} index", f"what it keeps apart can't be a key here: {', '.join(columns)}")
    if keys:
        job.entity.data["unique"] = keys


def set_duplicates(job: Job) -> None:
    """Records that are alike in one of the fields that EspoCRM compares are duplicates."""
    rules: dict[str, Any] = {}
    for each in strings(job.scope.get("duplicateCheckFieldList")):
        here = job.entity.known.get(each, "")
        made = job.entity.fields.get(here)
        if made is not None and _is(made, "stored") and made["type"] not in ("references", "children"):
            is_text = made["type"] in ("text", "person_name", "url")
            rules[f"same_{here}"[:60].rstrip("_")] = {
                "fields": {here: _METHODS.get(made["type"], "fold" if is_text else "exact")}
            }
    if rules:
        job.entity.data["duplicates"] = rules


def _is(made: Mapping[str, Any] | None, what: str) -> bool:
    return made is not None and made["type"] in _TYPES and bool(getattr(_TYPES[made["type"]], what))


def _is_key(made: Mapping[str, Any] | None) -> bool:
    return _is(made, "stored") and _is(made, "indexable") and made is not None and made["type"] != "references"
