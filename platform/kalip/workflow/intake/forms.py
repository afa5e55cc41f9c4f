"""What public forms send: a record by the intake's role, the consents as they were given, and a receipt for each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

from kalip.access import SYSTEM
from kalip.base.errors import KalipError, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.fields import FieldFault, Style
from kalip.model import Entity, WebForm
from kalip.records import Services, Work, run
from kalip.records.commands import Record
from kalip.records.journal import FORM_RECEIVED
from kalip.records.saving.duplicates import DUPLICATE, POSSIBLE
from kalip.storage import Unavailable
from kalip.storage.receipts import Consent, Receipt, add_consents, add_receipt, change_receipt, receipt_of
from kalip.workflow.intake.clients import EMAIL, PHONE, Sender
from kalip.workflow.intake.entering import Inquiry, Place, enter, note, tell

FORM = "form"
_LONGEST = 2000
_OF_OTHERS = frozenset(("not_unique", DUPLICATE, POSSIBLE))


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody sent by a form: `key` makes it one. `values` are as typed, field to part to texts.

    `circumstances` are kept as proof of consents: address of the sender, browser, page. `suspicion` says why it looks
    like a machine's; it is then kept, and makes nothing.
    """

    key: str
    values: Mapping[str, Mapping[str, list[str]]]
    consents: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en"
    circumstances: Mapping[str, str] = field(default_factory=dict)
    suspicion: str = ""


def find_form(work: Work, name: str) -> WebForm:
    """A public form by name; NotFound without a hint: strangers need not know what there is."""
    form = work.model.webform(name)
    if form is None:
        raise NotFound("There is no such form.")
    return form


def submit_form(services: Services, name: str, submission: Submission) -> str:
    """Take what somebody sent; the receipt's id. The same key twice is the same receipt, whatever is sent.

    RecordRejected when what the form asks for is missing or wrong: nothing is kept then, and one can try again. Any
    other refusal, also that there is such a record, is kept with the receipt and told to nobody but administrators.
    """
    try:
        return run(services, SYSTEM, lambda work: _submit(work, name, submission))
    except Unavailable:
        raise
    except RecordRejected as error:
        shown = run(services, SYSTEM, lambda work: _asked(find_form(work, name)), write=False)
        told = [each for each in error.violations if _concerns_sender(each, shown)]
        if told:
            raise RecordRejected(told) from error
        reason = "; ".join(f"{each.pointer}: {each.message}" for each in error.violations)
    except NotFound:
        raise
    except KalipError as error:
        reason = error.message
    return run(services, SYSTEM, lambda work: _failed(work, name, submission, reason))


def enter_form(work: Work, receipt: Receipt) -> tuple[Place, Mapping[str, Any]]:
    """Make of a form's receipt what it is to become; consents are kept with the record."""
    form = find_form(work, receipt.source)
    payload = receipt.payload
    if payload["suspicion"]:
        return Place("ignored", form.entity, None, str(payload["suspicion"])), {}
    entity = work.entity(form.entity)
    values = {**_hidden(_speaking(work, payload), entity, form, payload["parameters"]), **payload["values"]}
    for consent in form.consents.values():
        if consent.field:
            values[consent.field] = {"": ["true" if consent.name in payload["consents"] else "false"]}
    sender = sender_of(work, entity, payload["values"], str(payload["locale"]))
    place = enter(_speaking(work, payload), Inquiry(entity.name, sender, values, "text", form.pipeline))
    if place.record_id is not None:
        add_consents(work.session, _consents(form, receipt, place))
        facts: Record = {"form": form.name, "receipt": receipt.id}
        note(work, FORM_RECEIVED, place, facts)
        tell(work, place, "A public form was sent about {record}.", f"form:{receipt.id}")
    return place, {"sender": ", ".join((*sender.emails, *sender.phones))}


def sender_of(work: Work, entity: Entity, values: Mapping[str, Any], locale: str) -> Sender:
    """Who sent a form, by the addresses and numbers in it; what can't be read is left to the save to refuse."""
    found: dict[str, list[str]] = {EMAIL: [], PHONE: []}
    for name, parts in values.items():
        known = entity.fields.get(name)
        if known is None or known.type not in found:
            continue
        try:
            value = work.served.types[known.type].parse_text(known, "".join(parts.get("", ())), locale, UTC)
        except FieldFault:
            continue
        if value:
            found[known.type].append(str(value))
    return Sender("", tuple(found[EMAIL]), tuple(found[PHONE]))


def _submit(work: Work, name: str, submission: Submission) -> str:
    form = find_form(work, name)
    receipt = _receipt(work, form, submission)
    if not add_receipt(work.session, receipt):
        known = receipt_of(work.session, FORM, submission.key)
        return known.id if known is not None else ""
    faults = list(_faults(form, submission)) if not submission.suspicion else []
    if faults:
        raise RecordRejected(faults)
    place, values = enter_form(work, receipt)
    settled = {"entity": place.entity, "record_id": place.record_id, "reason": place.reason}
    change_receipt(
        work.session, receipt.id, ["new"], state=place.state, settled_at=work.now, attempts=1, **settled, **values
    )
    return receipt.id


def _failed(work: Work, name: str, submission: Submission, reason: str) -> str:
    form = find_form(work, name)
    receipt = replace(
        _receipt(work, form, submission), state="failed", reason=reason[:1000], attempts=1, settled_at=work.now
    )
    add_receipt(work.session, receipt)
    known = receipt_of(work.session, FORM, submission.key)
    return known.id if known is not None else receipt.id


def _receipt(work: Work, form: WebForm, submission: Submission) -> Receipt:
    payload = {
        "values": {name: parts for name, parts in submission.values.items() if name in form.fields},
        "consents": [each for each in submission.consents if each in form.consents],
        # The texts as they were shown: a retry after a change must not pretend that others were.
        "shown": {
            each.name: {"text": each.text.get(submission.locale), "version": each.version}
            for each in form.consents.values()
        },
        "parameters": {
            each.parameter: submission.parameters[each.parameter][:_LONGEST]
            for each in form.hidden.values()
            if each.parameter and submission.parameters.get(each.parameter)
        },
        "locale": submission.locale,
        "circumstances": {name: text[:_LONGEST] for name, text in submission.circumstances.items()},
        "suspicion": submission.suspicion,
    }
    title = form.title.get(submission.locale)
    return Receipt(new_id(), FORM, form.name, submission.key, work.now, form.entity, subject=title, payload=payload)


def _faults(form: WebForm, submission: Submission) -> Iterator[Violation]:
    for each in form.fields.values():
        typed = submission.values.get(each.name, {}).values()
        if each.required and not any(text.strip() for texts in typed for text in texts):
            yield Violation(f"/{each.name}", "required", "This can't be empty.")
    for consent in form.consents.values():
        if consent.required and consent.name not in submission.consents:
            yield Violation(f"/consents/{consent.name}", "required", "Without this the form can't be sent.")


def _asked(form: WebForm) -> frozenset[str]:
    return frozenset({*form.fields, "consents"})


def _concerns_sender(violation: Violation, shown: frozenset[str]) -> bool:
    """Whether a fault is of what the sender typed; that another record has the same is nothing to tell strangers."""
    return violation.pointer.split("/")[1:2] != [] and _first(violation) in shown and violation.code not in _OF_OTHERS


def _first(violation: Violation) -> str:
    return violation.pointer.split("/")[1]


def _hidden(work: Work, entity: Entity, form: WebForm, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Hidden values in the form in which people type: as the same save takes the others."""
    values: dict[str, Any] = {}
    for each in form.hidden.values():
        known = entity.fields[each.name]
        type_ = work.served.types[known.type]
        if each.parameter:
            longest = known.options.get("max_length")
            said = parameters.get(each.parameter, "")
            if said:
                values[each.name] = {"": [said[: int(longest)] if longest else said]}
        else:
            style = Style(locale=work.actor.locale)
            inputs = type_.to_inputs(known, type_.parse(known, each.value), style)
            values[each.name] = {part: list(texts) for part, texts in inputs.items()}
    return values


def _consents(form: WebForm, receipt: Receipt, place: Place) -> list[Consent]:
    shown = receipt.payload["shown"]
    return [
        Consent(
            id=new_id(),
            receipt=receipt.id,
            entity=place.entity,
            record_id=str(place.record_id),
            name=name,
            version=said["version"],
            text=said["text"],
            given=name in receipt.payload["consents"],
            at=receipt.at,
            proof={**receipt.payload["circumstances"], "form": form.name},
        )
        for name, said in shown.items()
    ]


def _speaking(work: Work, payload: Mapping[str, Any]) -> Work:
    return replace(work, actor=replace(work.actor, locale=str(payload["locale"])))
