"""How records are named: the key, the running number, the field of the title."""

from kalip.runtime.plugins import Label, PackDraft, plain_text
from plugins.from_frappe.doctypes import DocField
from plugins.from_frappe.jobs import Job
from plugins.from_frappe.numbering import Numbering, from_format, from_series

_LONGEST_KEY = 140


def set_number(job: Job, draft: PackDraft, label: Label) -> None:
    """Give an entity the running number by which Frappe names its records, or the name that people type."""
    doctype = job.doctype
    said = doctype.text("autoname")
    series = next((each for each in doctype.fields if each.name == "naming_series"), None)
    where = doctype.document.where(f"{doctype.pointer}/autoname")
    subject = f"{doctype.name}.autoname"
    if series is not None:
        _number(job, draft, series, label)
        return
    kind, _, rest = said.partition(":")
    if job.parent is not None or not said or kind in ("hash", "field", "UUID"):
        return
    if kind.lower() == "prompt":
        job.entity.key = job.entity.add("name", _key(label))
        job.entity.known["name"] = job.entity.key
        draft.mapped(subject, f"{job.entity.name}.{job.entity.key}", "people type the name", where)
        return
    if kind == "autoincrement":
        numbering = Numbering("{number}", "never")
    elif kind == "naming_series":
        numbering = Numbering("{number:05}", "never")
    elif kind == "format":
        numbering = from_format(rest)
    elif "." in said or "#" in said:
        numbering = from_series(said)
    else:
        draft.dropped(subject, f"'{said[:80]}' names records by a programme", where)
        return
    name = _add_number(job, numbering, label)
    became = f"{job.entity.name}.{name}: {numbering.format}"
    if numbering.lost:
        draft.degraded(subject, became, "; ".join(numbering.lost), where)
    else:
        draft.mapped(subject, became, "", where)


def set_key(job: Job, draft: PackDraft) -> None:
    """Make the field that `autoname` names the key: required, and there once."""
    kind, _, rest = job.doctype.text("autoname").partition(":")
    name = job.entity.known.get(rest.strip(), "")
    made = job.entity.fields.get(name)
    if kind != "field" or made is None:
        return
    if made["type"] in ("text", "email", "phone", "url", "integer", "reference", "date"):
        made |= {"unique": True, "required": True}
        job.entity.key = name
        job.entity.known["name"] = name
    else:
        draft.degraded(
            f"{job.doctype.name}.autoname",
            f"{job.entity.name}.{name}",
            f"a field of the type '{made['type']}' can't be a key",
            job.doctype.document.where(f"{job.doctype.pointer}/autoname"),
        )


def _number(job: Job, draft: PackDraft, series: DocField, label: Label) -> None:
    said = series.data.get("options")
    known = [line.strip() for line in said.splitlines() if line.strip()] if isinstance(said, str) else []
    first = series.text("default") or (known[0] if known else "")
    numbering = from_series(first)
    job.entity.known["naming_series"] = name = _add_number(job, numbering, label)
    subject, became = f"{job.doctype.name}.naming_series", f"{job.entity.name}.{name}: {numbering.format}"
    others = [each for each in known if each != first]
    lost = [*numbering.lost, *([f"other series are left out: {', '.join(others)}"] if others else [])]
    if job.is_copy:
        return
    where = series.document.where(series.pointer)
    if lost:
        draft.degraded(subject, became, plain_text("; ".join(lost)), where)
    else:
        draft.mapped(subject, became, "", where)


def _add_number(job: Job, numbering: Numbering, label: Label) -> str:
    name = job.entity.names.take("number")
    made = {"type": "autonumber", "label": label, "format": numbering.format, "period": numbering.period}
    job.entity.fields[name] = made
    job.entity.known["name"] = name
    return name


def _key(label: Label) -> dict[str, object]:
    return {"type": "text", "label": label, "max_length": _LONGEST_KEY, "required": True, "unique": True}
