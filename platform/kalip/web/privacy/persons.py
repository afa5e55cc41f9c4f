"""The desk: find a person, look at all that is kept, hand it out, hold it, erase it: plan first, proof after."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import Conflict, RecordRejected
from kalip.base.ids import is_id
from kalip.records import Work
from kalip.records.privacy import (
    EraseSubject,
    ErasurePlan,
    Found,
    Given,
    Person,
    candidates,
    consents_of_records,
    erase,
    find_person,
    find_proof,
    hand_out,
    holds_on,
    look_beside,
    officer,
    plan_erasure,
    print_person,
    proof_digest,
    put_hold,
    settle_erasures,
    waiting_rules,
    withdraw_consent,
)
from kalip.storage.privacy import ERASURES, Erasure
from kalip.web.arriving import site_title
from kalip.web.beside import counted
from kalip.web.cells import record_url
from kalip.web.downloads import as_file
from kalip.web.faults import errors_of
from kalip.web.locale import current_locale, gettext, message_of, ngettext, translate
from kalip.web.privacy.showing import (
    action_words,
    caring,
    desk_shell,
    entity_label,
    field_labels,
    how_words,
    keys_sent,
    page_of,
    said_key,
    when,
)
from kalip.web.render import View, render
from kalip.web.session import services, write

blueprint = Blueprint("privacy_persons", __name__, url_prefix="/admin/privacy")
_DESK = View("privacy/desk.html")
_PERSON = View("privacy/person.html")
_PLAN = View("privacy/plan.html")
_PROOFS = View("privacy/proofs.html")
_PROOF = View("privacy/proof.html")


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record of a person. `held` is why it must stay; `why` leads from how it was found."""

    key: str
    title: str
    entity: str
    href: str
    how: str
    archived: bool
    known_by: str = ""
    held: str = ""
    action: str = ""
    tone: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class DeskPage:
    """What was looked for, and who was found; `waiting` tells of terms that are not in force."""

    text: str
    found: tuple[ShownRecord, ...]
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person: everything found, what lies beside it, consents."""

    name: str
    roots: tuple[str, ...]
    known_by: str
    records: tuple[ShownRecord, ...]
    beside: tuple[tuple[str, int], ...]
    mentions: tuple[ShownRecord, ...]
    consents: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan to erase a person."""

    name: str
    roots: tuple[str, ...]
    without: tuple[str, ...]
    also: tuple[str, ...]
    steps: tuple[ShownRecord, ...]
    beside: tuple[tuple[str, int], ...]
    mentions: tuple[ShownRecord, ...]
    token: str
    reason: str
    nothing: bool


@dataclass(frozen=True, slots=True)
class ShownProof:
    """A proof; `sound` says that its seal is whole."""

    id: str
    when: str
    reason: str
    records: int
    counts: tuple[tuple[str, int], ...]
    kept: tuple[tuple[str, str], ...]
    digest: str
    sound: bool
    swept: str
    href: str


@blueprint.get("/")
def show_desk() -> Response:
    """The desk, with nobody looked for."""
    with caring() as work:
        count = len(waiting_rules(work))
        waiting = ngettext(
            "{count} term waits for somebody to put it in force.",
            "{count} terms wait for somebody to put them in force.",
            count,
        )
        page = DeskPage("", (), waiting if count else "")
        return render(_DESK, desk_shell(work, gettext("Personal data")), page_of(page))


@blueprint.post("/")
def look() -> Response:
    """Who may be meant; asked in the body, as addresses are logged."""
    text = request.form.get("text", "").strip()
    with caring() as work:
        found = tuple(
            ShownRecord(said_key(each.entity, each.id), each.title, entity_label(work, each.entity), "", "",
                        each.archived, ", ".join(each.values))
            for each in candidates(work, text)
        )  # fmt: skip
        return render(_DESK, desk_shell(work, gettext("Personal data")), page_of(DeskPage(text, found)))


@blueprint.get("/person")
def show_person() -> Response:
    """Everything about the person whose records the address names."""
    with caring() as work:
        return _person(work, {}, {})


@blueprint.post("/person/export")
def export() -> BaseResponse:
    """Hand out what is kept, as JSON or PDF, and note it in the journal."""
    roots, without = keys_sent("record"), keys_sent("without")
    given = Given(request.form.get("recipient", ""), request.form.get("purpose", ""))
    try:
        found = write(lambda work: hand_out(work, find_person(work, roots, without), given))
    except RecordRejected as error:
        with caring() as work:
            return _person(work, errors_of(error.violations), dict(request.form), 422)
    if request.form.get("format") == "pdf":
        locale, model = current_locale(), services().runtime.pin().model
        content = print_person(model, found, locale, site_title(), lambda text: translate(locale, text))
        return as_file(content, "application/pdf", "person.pdf")
    return as_file(orjson.dumps(found, option=orjson.OPT_INDENT_2), "application/json", "person.json")


@blueprint.post("/person/hold")
def hold() -> BaseResponse:
    """Hold records, or everything of the person."""
    roots = keys_sent("record")
    until = request.form.get("until", "")
    try:
        moment = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
        whole = request.form.get("scope") == "person"
        write(lambda work: put_hold(work, roots, request.form.get("reason", ""), moment, person=whole))
    except ValueError:
        flash(gettext("That is no date."))
    except RecordRejected as error:
        with caring() as work:
            return _person(work, errors_of(error.violations), dict(request.form), 422)
    else:
        flash(gettext("It is held."))
    return redirect(url_for("privacy_persons.show_person", record=[said_key(*each) for each in roots]))


@blueprint.post("/person/withdraw/<consent_id>")
def withdraw(consent_id: str) -> BaseResponse:
    """Note that a consent was taken back."""
    roots = keys_sent("record")
    write(lambda work: withdraw_consent(work, consent_id, request.form.get("how", "")))
    flash(gettext("The consent is taken back."))
    return redirect(url_for("privacy_persons.show_person", record=[said_key(*each) for each in roots]))


@blueprint.get("/plan")
def show_plan() -> Response:
    """What erasing would do."""
    with caring() as work:
        return _plan(work, _command(work), {})


@blueprint.post("/erase")
def erase_now() -> BaseResponse:
    """Do what the plan said; another plan is shown when it is another by now."""
    with caring() as work:
        command = _command(work)
    try:
        proof = write(lambda work: erase(work, command))
    except RecordRejected as error:
        with caring() as work:
            return _plan(work, command, errors_of(error.violations), 422)
    except Conflict as error:
        flash(message_of(current_locale(), error))
        with caring() as work:
            return _plan(work, command, {}, 409)
    settle_erasures(services())
    return redirect(url_for("privacy_persons.show_proof", erasure_id=proof.id))


@blueprint.get("/proofs")
def show_proofs() -> Response:
    """All proofs, the latest first."""
    with caring() as work:
        shown = tuple(_proof(work, each) for each in ERASURES.all(work.session, limit=100))
        return render(_PROOFS, desk_shell(work, gettext("Proofs")), page_of(shown))


@blueprint.get("/proofs/<erasure_id>")
def show_proof(erasure_id: str) -> Response:
    """One proof."""
    with caring() as work:
        shown = _proof(work, find_proof(work, erasure_id if is_id(erasure_id) else ""))
        return render(_PROOF, desk_shell(work, gettext("Proof of erasure")), page_of(shown))


def _command(work: Work) -> EraseSubject:
    officer(work)
    return EraseSubject(
        keys_sent("record"),
        request.form.get("reason", ""),
        keys_sent("without"),
        keys_sent("also"),
        request.form.get("plan", ""),
    )


def _person(work: Work, errors: dict[str, str], sent: dict[str, str], status: int = 200) -> Response:
    roots = keys_sent("record")
    person = look_beside(work, find_person(work, roots, keys_sent("without")))
    held, words = holds_on(work, person.keys), how_words()
    page = PersonPage(
        _name(person),
        tuple(said_key(*each) for each in roots),
        ", ".join(person.addresses),
        tuple(
            _shown(work, each, words[each.how], held[each.key].reason if each.key in held else "")
            for each in person.records
        ),
        counted(person.beside),
        _mentions(work, person),
        tuple(consents_of_records(work, person.keys)),
    )
    return render(_PERSON, desk_shell(work, page.name), page_of(page, errors, sent), status)


def _plan(work: Work, command: EraseSubject, errors: dict[str, str], status: int = 200) -> Response:
    plan = plan_erasure(work, command)
    page = PlanPage(
        _name(plan.person),
        tuple(said_key(*each) for each in command.records),
        tuple(said_key(*each) for each in command.without),
        tuple(said_key(*each) for each in command.also),
        _steps(work, plan),
        counted(plan.beside),
        _mentions(work, plan.person),
        plan.token,
        command.reason,
        len(plan.kept) == len(plan.steps),
    )
    return render(_PLAN, desk_shell(work, gettext("Erase {name}", name=page.name)), page_of(page, errors), status)


def _steps(work: Work, plan: ErasurePlan) -> tuple[ShownRecord, ...]:
    words, tones = action_words(), {"empty": "tone-amber", "delete": "tone-red", "stay": "tone-blue"}
    hows = how_words()
    return tuple(
        ShownRecord(
            said_key(*each.found.key), each.found.title, entity_label(work, each.found.entity),
            record_url(*each.found.key), hows[each.found.how], each.found.archived, held=each.why,
            action=words[each.action], tone=tones[each.action],
            fields=field_labels(work, each.found.entity, each.fields),
        )
        for each in plan.steps
    )  # fmt: skip


def _shown(work: Work, found: Found, how: str, held: str) -> ShownRecord:
    if found.field:
        how = f"{how}: {field_labels(work, found.entity, [found.field])}"
    return ShownRecord(
        said_key(*found.key), found.title, entity_label(work, found.entity), record_url(*found.key), how,
        found.archived, held=held,
    )  # fmt: skip


def _mentions(work: Work, person: Person) -> tuple[ShownRecord, ...]:
    return tuple(
        ShownRecord(said_key(each.entity, each.id), each.title, entity_label(work, each.entity),
                    record_url(each.entity, each.id), "", each.archived)
        for each in person.mentions
    )  # fmt: skip


def _name(person: Person) -> str:
    said = (*person.names, *person.addresses, *(each.title for each in person.records))
    return next((each for each in said if each), gettext("(no name)"))


def _proof(work: Work, found: Erasure) -> ShownProof:
    return ShownProof(
        found.id,
        when(work, found.at),
        found.reason,
        len(found.records),
        counted(found.counts),
        tuple((entity_label(work, str(entity)), str(why)) for entity, _, why in found.kept),
        found.digest,
        proof_digest(found) == found.digest,
        when(work, found.swept_at),
        url_for("privacy_persons.show_proof", erasure_id=found.id),
    )
