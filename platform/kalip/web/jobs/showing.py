"""A job as a page shows it: what it does, how far it came, what became of each row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from kalip.model import Entity
from kalip.records import Work, titles_of
from kalip.records.bulk_jobs import result_of
from kalip.records.bulk_undo import can_undo
from kalip.records.job_desk import rows_of
from kalip.records.refusing import refusal_of, teller_of
from kalip.records.scanning import SCAN, SCAN_ALL
from kalip.records.transfer.jobs import EXPORT, IMPORT, RESULT_KEY
from kalip.storage import FILL_JOB, INDEX_JOB, StoredJob
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext, ngettext
from kalip.workflow.bulk_jobs import INVERSES

_TONES: Mapping[str, str] = {
    "waiting": "tone",
    "running": "tone tone-blue",
    "done": "tone tone-green",
    "dead": "tone tone-red",
    "cancelled": "tone tone-amber",
}
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not changed."""

    title: str
    href: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job. `watch` is where its progress is asked for again, empty when it is over; `changed` is None without rows.

    `again` is when it is tried next, after a failure. `undo` is where what it changed is taken back,
    `download` where its file is, `proceed` where a checked import goes on; `facts` say what came of it.
    """

    id: str
    title: str
    state: str
    label: str
    tone: str
    done: int
    total: int
    text: str
    watch: str
    stop: str
    stopping: bool
    again: bool
    href: str
    back: str = ""
    undo: str = ""
    download: str = ""
    proceed: str = ""
    facts: tuple[str, ...] = ()
    changed: int | None = None
    refused: tuple[Refusal, ...] = ()
    refusals: int = 0


def title_of_job(job: StoredJob) -> str:
    """What a job does, for people; its kind where there are no words for it."""
    action = str(job.arguments.get("action", ""))
    known = {**bulk_titles(), SCAN: gettext("Looking for duplicates"), SCAN_ALL: gettext("Looking for duplicates")}
    if job.kind == FILL_JOB:
        return gettext("Filling {name}", name=f"{job.arguments['entity']}.{job.arguments['field']}")
    if job.kind == INDEX_JOB:
        return gettext("Building an index of {name}", name=", ".join(job.arguments["fields"]))
    return known.get(action) or known.get(job.kind, job.kind)


def bulk_titles() -> Mapping[str, str]:
    """What changes of many rows are called, by action."""
    return {
        "edit": gettext("Edit"),
        "move": gettext("Move to stage"),
        "assign": gettext("Assign"),
        "take": gettext("Take"),
        "convert": gettext("Convert"),
        "pipeline": gettext("Change the pipeline"),
        "archive": gettext("Archive"),
        "restore": gettext("Restore"),
        "purge": gettext("Delete for good"),
        "undo": gettext("Undo"),
        "import": gettext("Import"),
        "export": gettext("Export"),
    }


def state_labels() -> Mapping[str, str]:
    """What the states of jobs are called."""
    return {
        "waiting": gettext("waiting"),
        "running": gettext("running"),
        "done": gettext("done"),
        "dead": gettext("failed for good"),
        "cancelled": gettext("cancelled"),
    }


def tone_of_state(state: str) -> str:
    """The colours of a state."""
    return _TONES.get(state, "tone")


def shown_job(work: Work, job: StoredJob) -> ShownJob:
    """A job for the person whose work this is."""
    moving = job.state in ("waiting", "running")
    entity = str(job.arguments.get("entity", ""))
    rows: dict[str, Any] = {}
    if job.kind in (IMPORT, EXPORT) and entity in work.model.entities:
        rows = _transfer(work, work.entity(entity), job, moving=moving)
    elif "ids" in job.arguments and entity in work.model.entities:
        kept = job.result or {}
        rows = {
            "changed": int(kept.get("changed", 0)),
            "refusals": int(kept.get("refusals", 0)),
            "refused": () if moving else _refused(work, entity, job),
            "back": url_for("lists.show_list", entity=entity),
            "undo": url_for("jobs.undo", job_id=job.id) if can_undo(job, INVERSES) else "",
        }
    return ShownJob(
        id=job.id,
        title=title_of_job(job),
        state=job.state,
        label=state_labels().get(job.state, job.state),
        tone=tone_of_state(job.state),
        done=job.done,
        total=rows_of(job),
        text=job.text,
        watch=url_for("jobs.show_progress", job_id=job.id) if moving else "",
        stop=url_for("jobs.stop", job_id=job.id) if moving and not job.cancelling else "",
        stopping=moving and job.cancelling,
        again=job.state == "waiting" and job.error is not None,
        href=url_for("jobs.show_job", job_id=job.id),
        **rows,
    )


def _transfer(work: Work, entity: Entity, job: StoredJob, *, moving: bool) -> dict[str, Any]:
    """What came of an import or export: figures, refused rows by their lines, the file."""
    kept, back = job.result or {}, url_for("lists.show_list", entity=entity.name)
    if job.kind == EXPORT:
        file = url_for("transfers.download", job_id=job.id) if kept.get(RESULT_KEY) else ""
        return {"back": back, "download": file}
    found = {"back": back, "refusals": int(kept.get("refusals", 0))}
    if moving:
        return found
    made, changed = int(kept.get("created", 0)), int(kept.get("updated", 0))
    proceed = ""
    facts = [
        ngettext("{count} new record.", "{count} new records.", made),
        ngettext("{count} record changed.", "{count} records changed.", changed),
        *(f"{_choices_label(work, name)}: {', '.join(values)}" for name, values in (kept.get("choices") or {}).items()),
    ]
    if job.arguments.get("dry_run"):
        facts = [gettext("Only checked; nothing was saved."), *facts]
        if staged := job.arguments.get("staged"):
            proceed = url_for("transfers.show_columns", entity=entity.name, file_id=staged, job=job.id)
    tell = teller_of(work, entity.name, current_locale())
    refused = [
        Refusal(gettext("Line {line}", line=each["line"]), "", "; ".join(tell.reasons(refusal_of(each))))
        for each in kept.get("refused", ())[:_MOST_SHOWN]
    ]
    return {**found, "facts": tuple(facts), "proceed": proceed, "refused": tuple(refused)}


def _choices_label(work: Work, name: str) -> str:
    known = work.model.choices.get(name)
    return known.label.get(current_locale()) if known is not None else name


def _refused(work: Work, entity: str, job: StoredJob) -> tuple[Refusal, ...]:
    result = result_of(job.arguments, job.result or {}, job.done)
    items = [(item.id or "", item.error) for item in result.items if item.error is not None][:_MOST_SHOWN]
    titles = titles_of(work, {entity: [record_id for record_id, _ in items]}) if items else None
    tell = teller_of(work, entity, current_locale())
    return tuple(
        Refusal(
            (titles.of(entity, record_id) if titles else "") or gettext("(no name)"),
            record_url(entity, record_id),
            "; ".join(tell.reasons(error)),
        )
        for record_id, error in items
    )
