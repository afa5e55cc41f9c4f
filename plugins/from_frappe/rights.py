"""What the roles of a DocType may do."""

from collections.abc import Mapping
from typing import Any, Final

from kalip.runtime.plugins import EntityDraft, PackDraft
from plugins.from_frappe.doctypes import DocType, flag, text

_VERBS: Final = {
    "read": ("read",),
    "write": ("update",),
    "create": ("create",),
    "delete": ("archive", "restore"),
    "export": ("export",),
    "import": ("import",),
}
_EVERYBODY: Final = {"All": "everybody", "Desk User": "everybody who works here"}


def give_rights(draft: PackDraft, doctype: DocType, entity: EntityDraft) -> None:
    """Permissions by role; several rows of one role add up. Levels, conditions by users and sharing are reported."""
    levels = set()
    for row in doctype.rows("permissions"):
        role = text(row, "role")
        if not role or role == "Administrator":
            continue
        if text(row, "permlevel") not in ("", "0"):
            levels.add(role)
            continue
        if role == "Guest":
            draft.dropped(f"{doctype.name}.rights of Guest", "nobody works here without signing in")
            continue
        note = f"In Frappe {_EVERYBODY[role]} has this role; give it to people here." if role in _EVERYBODY else ""
        name = draft.role(role, role, note)
        verbs = _verbs(row, staged=entity.pipeline is not None)
        given = entity.permissions.setdefault(name, {}) if verbs else {}
        for verb, scope in verbs.items():
            given[verb] = "all" if given.get(verb) == "all" else scope
    if levels:
        named = ", ".join(sorted(levels))
        draft.dropped(f"{doctype.name}.rights by level", f"rights on single fields are given by nobody here: {named}")
    if entity.permissions:
        draft.mapped(f"{doctype.name}.rights", f"{entity.name}/access", ", ".join(entity.permissions))


def _verbs(row: Mapping[str, Any], *, staged: bool) -> dict[str, str]:
    scope = "own" if flag(row, "if_owner") else "all"
    found = dict.fromkeys((verb for key, verbs in _VERBS.items() if flag(row, key) for verb in verbs), scope)
    if staged and any(flag(row, key) for key in ("write", "submit", "cancel")):
        found["transition"] = scope
    return found
