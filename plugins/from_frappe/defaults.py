"""Values of new records."""

import re
from typing import Any, Final

from plugins.from_frappe.doctypes import DocField
from plugins.from_frappe.jobs import Job

_NOW: Final = frozenset({"now", "today"})
_WHOLE: Final = re.compile(r"-?\d{1,18}")
_DECIMAL: Final = re.compile(r"-?\d{1,12}(\.\d{1,9})?")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_TEXTS: Final = frozenset({"text", "long_text", "rich_text", "email", "phone", "url"})


def set_default(job: Job, field: DocField, made: dict[str, Any]) -> None:
    """Give a field its default; one that can't be said is noted."""
    if made["type"] == "boolean":
        made["default"] = field.flag("default")
        return
    said = field.text("default")
    if not said:
        return
    found = _default(job, field, made["type"], said)
    if isinstance(found, dict):
        made |= found
    else:
        job.note(field.name, f"the default '{said[:60]}' is left out: {found}" if found else "")


def _default(job: Job, field: DocField, type_: str, said: str) -> dict[str, Any] | str:
    """The keys of the default, or why there are none; empty when nothing is lost."""
    if said.startswith(("eval:", ":")):
        return "a programme finds it"
    if type_ == "user":
        return {"default_expression": "actor.id"} if said == "__user" else "it names one person"
    if type_ == "choice":
        values = job.entity.values.get(job.entity.known[field.name], {})
        return {"default": values[said]} if said in values else "it is not among the options"
    if type_ in ("date", "datetime"):
        if said.lower() in _NOW:
            return {"default_expression": "today()" if type_ == "date" else "now()"}
        return {"default": said} if type_ == "date" and _DAY.fullmatch(said) else "it is no day"
    if type_ in ("integer", "rating"):
        whole = said.removesuffix(".0")
        is_fit = _WHOLE.fullmatch(whole) and (type_ == "integer" or int(whole) > 0)
        return {"default": int(whole)} if is_fit else "it is no whole number"
    if type_ in ("decimal", "percent"):
        return {"default": said} if _DECIMAL.fullmatch(said) else "it is no number"
    if type_ == "money":
        return "" if re.fullmatch(r"0(\.0+)?", said) else "an amount needs its currency"
    return _plain_default(type_, said)


def _plain_default(type_: str, said: str) -> dict[str, Any] | str:
    if type_ in _TEXTS:
        return {"default": said} if said.lower() not in ("now", "today", "__user") else "a programme finds it"
    if type_ == "time" and _TIME.fullmatch(said):
        return {"default": said.zfill(8) if said.count(":") == 2 else f"{said.zfill(5)}:00"}
    if type_ == "duration" and said.isdigit() and len(said) < 10:
        return {"default": f"PT{said}S"} if int(said) else ""
    if type_ == "colour" and _COLOUR.fullmatch(said):
        return {"default": said.lower()}
    return "it can't be said here"
