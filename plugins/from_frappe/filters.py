"""Which records of its target a link may lead to: `link_filters`."""

import json
from collections.abc import Mapping
from typing import Any, Final

from kalip.runtime.plugins import (
    EntityDraft,
    PackDraft,
    Untranslatable,
    all_of,
    among,
    compares,
    equals,
    is_empty,
    is_filled,
)
from plugins.from_frappe.doctypes import DocField
from plugins.from_frappe.jobs import Job

_ORDERS: Final = ("<", "<=", ">", ">=")
_FIELD_SIGN_VALUE: Final = 3


def set_filter(
    job: Job, draft: PackDraft, entities: Mapping[str, EntityDraft], each: DocField, made: dict[str, Any]
) -> None:
    """Give a reference the filter of its link; one that can't be said is noted."""
    source = each.data.get("link_filters")
    if source in (None, "", "[]", []):
        return
    target = entities.get(made.get("to", "")) if made["type"] == "reference" else None
    if target is None:
        return  # what the link itself lost is told
    try:
        made["filter"] = all_of([_condition(draft, target, row) for row in _rows(source)])
    except Untranslatable as error:
        job.note(each.name, f"every record of the target can be chosen: {error}")


def _rows(source: object) -> list[list[Any]]:
    if isinstance(source, str):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError):
            raise Untranslatable("the filter is no JSON") from None
    rows = source if isinstance(source, list) else []
    found = [row for row in rows if isinstance(row, list) and len(row) >= _FIELD_SIGN_VALUE]
    if not found or len(found) != len(rows):
        raise Untranslatable("the filter is not understood")
    return found


def _condition(draft: PackDraft, target: EntityDraft, row: list[Any]) -> str:
    name, sign, value = row[-3:]
    field = draft.operand(target, name) if isinstance(name, str) else None
    if field is None:
        raise Untranslatable(f"'{str(name)[:60]}' has no place here")
    if isinstance(value, str) and value.startswith("eval:"):
        raise Untranslatable("it depends on the record")
    sign = str(sign).lower()
    if sign in ("=", "!="):
        return equals(field, value, negated=sign == "!=")
    if sign in ("in", "not in"):
        values = value if isinstance(value, list) else [part.strip() for part in str(value).split(",")]
        return among(field, values, negated=sign == "not in")
    if sign == "is" and value in ("set", "not set"):
        return is_filled(field) if value == "set" else is_empty(field)
    if sign in _ORDERS:
        return compares(field, sign, value)  # type: ignore[arg-type]  # one of the orders
    raise Untranslatable(f"the comparison '{sign[:20]}' is not known here")
