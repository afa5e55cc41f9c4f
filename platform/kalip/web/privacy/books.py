"""The books of the desk: requests, the register, terms, holds, disclosures."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson
from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import AccessDenied, KalipError, RecordRejected
from kalip.records import Work
from kalip.records.privacy import (
    Preview,
    add_request,
    close_request,
    disclosures,
    end_hold,
    preview,
    previews,
    put_in_force,
    register_of,
    shown,
    take_out_of_force,
)
from kalip.records.transfer.guarding import csv_text
from kalip.storage.privacy import holds_now, open_requests
from kalip.web.cells import record_url
from kalip.web.downloads import as_file
from kalip.web.faults import errors_of
from kalip.web.inputs import whole_number
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.privacy.showing import (
    asked_words,
    basis_words,
    caring,
    desk_shell,
    entity_label,
    field_labels,
    kind_words,
    page_of,
    term_in_words,
    when,
)
from kalip.web.render import View, render
from kalip.web.session import write
from kalip.web.shell import plural_of
from kalip.workflow.privacy import run_now

blueprint = Blueprint("privacy_books", __name__, url_prefix="/admin/privacy")
_REQUESTS = View("privacy/requests.html")
_REGISTER = View("privacy/register.html")
_TERMS = View("privacy/terms.html")
_TERM = View("privacy/term.html")
_HOLDS = View("privacy/holds.html")
_DISCLOSURES = View("privacy/disclosures.html")


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request that is open."""

    id: str
    kind: str
    subject: str
    note: str
    due: str
    late: bool


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """The open requests, and what may be asked."""

    requests: tuple[ShownRequest, ...]
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A row of the register."""

    field: str
    kind: str
    special: bool
    purpose: str
    basis: str
    term: str
    readers: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class ShownTerm:
    """A term with what is due under it."""

    id: str
    entity: str
    fields: str
    term: str
    after: str
    before: str
    count: int
    since: str
    run: str
    some: tuple[tuple[str, str], ...] = ()
    held: int = 0


@blueprint.get("/requests")
def show_requests() -> Response:
    """What persons ask for."""
    with caring() as work:
        return _requests(work, {}, {})


@blueprint.post("/requests")
def new_request() -> BaseResponse:
    """Enter a request."""
    form = request.form
    within = whole_number(form.get("days", "30"), 365) or 0
    kind, subject, note = (form.get(name, "") for name in ("kind", "subject", "note"))
    try:
        write(lambda work: add_request(work, kind, subject, note, within))
    except RecordRejected as error:
        with caring() as work:
            return _requests(work, errors_of(error.violations), dict(form), 422)
    flash(gettext("The request is entered."))
    return redirect(url_for("privacy_books.show_requests"))


@blueprint.post("/requests/<request_id>/close")
def end_request(request_id: str) -> BaseResponse:
    """Close a request."""
    form = request.form
    return _done(
        lambda work: close_request(work, request_id, form.get("state", ""), form.get("outcome", "")),
        gettext("The request is closed."),
        "privacy_books.show_requests",
    )


@blueprint.get("/register")
def show_register() -> Response:
    """The register of processing."""
    with caring() as work:
        kinds, bases, locale = kind_words(), basis_words(), current_locale()
        groups: dict[str, list[ShownEntry]] = {}
        for each in register_of(work):
            roles = (work.model.roles[name].label.get(locale) for name in each.readers)
            term = each.mark.term
            after = field_labels(work, each.entity.name, [term.after]) if term else ""
            groups.setdefault(each.entity.label.get(locale), []).append(
                ShownEntry(
                    each.label.get(locale), kinds[each.mark.kind], each.special, each.mark.purpose.get(locale),
                    bases.get(each.mark.basis, ""), f"{term_in_words(term)} · {after}" if term else "",
                    ", ".join(roles), each.hooks,
                )
            )  # fmt: skip
        return render(_REGISTER, desk_shell(work, gettext("Register of processing")), page_of(groups))


@blueprint.get("/register.<ending>")
def download_register(ending: str) -> Response:
    """The register as CSV or JSON."""
    with caring() as work:
        rows = [each.told(current_locale()) for each in register_of(work)]
    if ending == "json":
        return as_file(orjson.dumps(rows, option=orjson.OPT_INDENT_2), "application/json", "register.json")
    lines = [[", ".join(each) if isinstance(each, list) else each for each in row.values()] for row in rows]
    content = csv_text([list(rows[0]) if rows else ["entity"], *lines]).encode("utf-8-sig")
    return as_file(content, "text/csv", "register.csv")


@blueprint.get("/terms")
def show_terms() -> Response:
    """Terms with what falls due."""
    with caring() as work:
        found = tuple(_term(work, each) for each in previews(work))
        return render(_TERMS, desk_shell(work, gettext("Terms")), page_of(found))


@blueprint.get("/terms/<rule_id>")
def show_term(rule_id: str) -> Response:
    """One term with some of what is due."""
    with caring() as work:
        return render(_TERM, desk_shell(work, gettext("What falls due")), page_of(_term(work, preview(work, rule_id))))


@blueprint.post("/terms/<rule_id>")
def change_term(rule_id: str) -> BaseResponse:
    """Put a term in force, take it out, or carry it out once."""
    what = request.form.get("what", "")
    if what == "run":
        job = write(lambda work: run_now(work, rule_id))
        return redirect(url_for("jobs.show_job", job_id=job))
    if what == "force":
        return _done(
            lambda work: put_in_force(work, rule_id), gettext("The term is in force."), "privacy_books.show_terms"
        )
    return _done(
        lambda work: take_out_of_force(work, rule_id), gettext("The term waits again."), "privacy_books.show_terms"
    )


@blueprint.get("/holds")
def show_holds() -> Response:
    """The holds in force."""
    with caring() as work:
        found = holds_now(work.session, work.now)
        keys = [(str(each.entity), str(each.record_id)) for each in found if each.entity]
        titles = {(each.entity, each.id): each.title for each in shown(work, keys)}
        rows = tuple(
            (
                each.id,
                titles.get((str(each.entity), str(each.record_id)), gettext("(gone)")),
                record_url(str(each.entity), str(each.record_id)) if each.entity else "",
                gettext("Everything of the person") if each.keys else entity_label(work, str(each.entity)),
                each.reason,
                when(work, each.until),
                when(work, each.at),
            )
            for each in found
        )
        return render(_HOLDS, desk_shell(work, gettext("Holds")), page_of(rows))


@blueprint.post("/holds/<hold_id>")
def release(hold_id: str) -> BaseResponse:
    """End a hold."""
    return _done(lambda work: end_hold(work, hold_id), gettext("The hold has ended."), "privacy_books.show_holds")


@blueprint.get("/disclosures")
def show_disclosures() -> Response:
    """The journal of disclosures."""
    with caring() as work:
        kinds = kind_words()
        rows = tuple(
            (
                when(work, each.at),
                each.recipient,
                each.purpose,
                len(each.records),
                ", ".join(kinds.get(kind, kind) for kind in each.categories),
                each.digest,
            )
            for each in disclosures(work)
        )
        return render(_DISCLOSURES, desk_shell(work, gettext("Disclosures")), page_of(rows))


def _requests(work: Work, errors: dict[str, str], sent: dict[str, str], status: int = 200) -> Response:
    words = asked_words()
    found = tuple(
        ShownRequest(
            each.id, words[each.kind], each.subject, each.note, when(work, each.due_at), each.due_at < work.now
        )
        for each in open_requests(work.session)
    )
    page = page_of(RequestsPage(found, tuple(words.items())), errors, sent)
    return render(_REQUESTS, desk_shell(work, gettext("Requests of persons")), page, status)


def _term(work: Work, found: Preview) -> ShownTerm:
    rule, force = found.rule, found.in_force
    return ShownTerm(
        rule.id,
        plural_of(rule.entity),
        field_labels(work, rule.entity.name, rule.fields),
        term_in_words(rule.term),
        field_labels(work, rule.entity.name, [rule.term.after]),
        found.before.isoformat(),
        found.count,
        when(work, force.at) if force is not None else "",
        when(work, force.run_at) if force is not None else "",
        tuple((each.title, record_url(each.entity, each.id)) for each in found.some),
        found.held,
    )


def _done(command: Callable[[Work], object], said: str, endpoint: str) -> BaseResponse:
    try:
        write(command)
    except AccessDenied:
        raise
    except KalipError as error:
        flash(message_of(current_locale(), error))
    else:
        flash(said)
    return redirect(url_for(endpoint))
