"""Lists, search, titles and what is related."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kalip.runtime.plugins import EntityDraft, PackDraft, builtin_types
from plugins.from_frappe.doctypes import text
from plugins.from_frappe.jobs import Job

_TYPES: Final = builtin_types()
_BULKY: Final = frozenset({"children", "json", "long_text", "rich_text", "image"})
_TITLES: Final = frozenset(
    {"text", "email", "phone", "url", "autonumber", "reference", "choice", "computed", "date", "datetime", "integer"}
)
_MOST_COLUMNS: Final = 10
_MOST_RELATED: Final = 8


def set_title(job: Job, draft: PackDraft) -> None:
    """The field that names records: the title field, the key, the number."""
    entity = job.entity
    said = job.doctype.text("title_field")
    path = entity.known.get(said, "") if said else ""
    candidates = [path, entity.key, *(name for name, made in entity.fields.items() if made["type"] == "autonumber")]
    for name in candidates:
        if name and entity.fields.get(name, {}).get("type") in _TITLES:
            entity.data["title"] = name
            break
    if said and entity.data.get("title") != path:
        where = job.doctype.document.where(f"{job.doctype.pointer}/title_field")
        draft.degraded(f"{job.doctype.name}.title_field", "", f"'{said}' can't name records here", where)


def set_search(job: Job) -> None:
    """Full-text search looks into the title, the search fields, and what is in the global search."""
    said = [each.strip() for each in job.doctype.text("search_fields").split(",")]
    said += [each.name for each in job.doctype.fields if each.flag("in_global_search")]
    names = [job.entity.data.get("title", ""), *(job.entity.known.get(each, "") for each in said)]
    found = [name for name in dict.fromkeys(names) if name in job.entity.fields and _is_searchable(job, name)]
    if found:
        job.entity.data["search"] = {name: {} for name in found}


def set_list(job: Job) -> None:
    """The list of records: the title, the fields in list view, the stage; in the order that the DocType says."""
    entity = job.entity
    paths = [entity.data.get("title", "")]
    paths += [entity.known.get(each.name, "") for each in job.doctype.fields if each.flag("in_list_view")]
    if entity.pipeline is not None and "stage" not in paths:
        paths.append("stage")
    shown = [path for path in dict.fromkeys(paths) if path and _is_column(job, path)][:_MOST_COLUMNS]
    if not [path for path in shown if path != "stage"]:
        return
    view: dict[str, Any] = {"columns": {path: {} for path in shown}}
    order = {}
    by = entity.known.get(job.doctype.text("sort_field"), "")
    if by and _is_sortable(job, by):
        order[by] = "asc" if job.doctype.text("sort_order").upper() == "ASC" else "desc"
        view["sort"] = order
    entity.views["list"] = view


def leading_here(jobs: Sequence[Job]) -> Mapping[str, Sequence[str]]:
    """The fields that lead to each entity, as `entity.field`; those of lines are not seen as lists."""
    found: dict[str, list[str]] = {}
    for job in jobs:
        for name, made in job.entity.fields.items() if job.parent is None else ():
            targets = made.get("to") if made["type"] in ("reference", "references", "any_reference") else ()
            for target in (targets,) if isinstance(targets, str) else targets or ():
                found.setdefault(target, []).append(f"{job.entity.name}.{name}")
    return found


def set_related(job: Job, found: Sequence[str], by_doctype: Mapping[str, EntityDraft]) -> None:
    """Below a record: first the connections that the DocType names, then others that lead here."""
    named = []
    for row in job.doctype.rows("links"):
        other = by_doctype.get(text(row, "link_doctype"))
        if other is not None:
            named.append(f"{other.name}.{other.known.get(text(row, 'link_fieldname'), '')}")
    ordered = [*(each for each in named if each in found), *found]
    job.entity.related = list(dict.fromkeys(ordered))[:_MOST_RELATED]


def mark_field(made: dict[str, Any], *, unique: bool, indexed: bool) -> str:
    """Mark a field as unique or indexed; why it can't be, else empty."""
    type_ = _TYPES[made["type"]]
    is_fit = type_.stored and type_.indexable and made["type"] not in ("children", "references")
    if unique and is_fit:
        made["unique"] = True
    elif indexed and is_fit:
        made["indexed"] = True
    return "it may be there twice: values of this type can't be kept apart" if unique and not is_fit else ""


def _is_searchable(job: Job, name: str) -> bool:
    kind = job.entity.fields[name]["type"]
    return kind in _TYPES and _TYPES[kind].searchable


def _is_column(job: Job, path: str) -> bool:
    made = job.entity.fields.get(path.partition(".")[0])
    return path in ("stage", "created_at", "updated_at", "created_by", "updated_by") or (
        made is not None and made["type"] not in _BULKY and "." not in path
    )


def _is_sortable(job: Job, path: str) -> bool:
    made = job.entity.fields.get(path)
    if made is None:
        return path in ("created_at", "updated_at")
    return made["type"] in _TYPES and _TYPES[made["type"]].sortable and made["type"] not in ("references", "children")
