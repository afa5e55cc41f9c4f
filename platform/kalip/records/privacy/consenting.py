"""Consents: what somebody agreed to, the very text and its version, how it is known, and that it was taken back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kalip.base.errors import Conflict, NotFound, RecordRejected, Violation
from kalip.fields.moments import moment_text
from kalip.records.commands import SaveRecord
from kalip.records.privacy.officers import officer
from kalip.records.saving import save_record
from kalip.records.services import Work
from kalip.storage.privacy import WITHDRAWALS, Key, Withdrawal, withdrawals_of
from kalip.storage.receipts import consents_of, get_consent

LONGEST = 500


def consents_of_records(work: Work, keys: Sequence[Key]) -> list[dict[str, Any]]:
    """The consents that came with records as plain JSON, latest first, with their withdrawals."""
    found = [each for entity, record_id in keys for each in consents_of(work.session, entity, record_id)]
    taken_back = withdrawals_of(work.session, [each.id for each in found])
    return [
        {
            "id": each.id,
            "entity": each.entity,
            "record": each.record_id,
            "name": each.name,
            "version": each.version,
            "text": each.text,
            "given": each.given,
            "at": moment_text(each.at),
            "proof": dict(each.proof),
            "withdrawn_at": moment_text(taken_back[each.id].at) if each.id in taken_back else None,
            "withdrawn_how": taken_back[each.id].how if each.id in taken_back else "",
        }
        for each in found
    ]


def withdraw_consent(work: Work, consent_id: str, how: str) -> Withdrawal:
    """Note that a consent was taken back, and clear the field that it set, by an ordinary save. Commits nothing.

    NotFound for an unknown one, Conflict when it wasn't given or is taken back already; RecordRejected without a way.
    """
    officer(work)
    if not how.strip():
        raise RecordRejected([Violation("/how", "required", "Say how the person took it back.")])
    consent = get_consent(work.session, consent_id)
    if consent is None:
        raise NotFound("There is no such consent.")
    if not consent.given or withdrawals_of(work.session, [consent_id]):
        raise Conflict("This consent was not given, or is taken back already.")
    made = Withdrawal(consent_id, work.now, work.actor.id, how.strip()[:LONGEST])
    WITHDRAWALS.add(work.session, made)
    field = _field_of(work, consent.entity, consent.name)
    if field:
        # The field follows from the withdrawal, whatever the officer's rights on the record are.
        trusted = replace(work, actor=replace(work.actor, administrator=True))
        save_record(trusted, SaveRecord(consent.entity, {field: False}, consent.record_id))
    return made


def _field_of(work: Work, entity: str, name: str) -> str:
    """The field that says whether this consent is given; empty without one."""
    known = work.model.entities.get(entity)
    for form in known.webforms.values() if known is not None else ():
        for each in form.consents.values():
            if each.name == name and each.field:
                return each.field
    return ""
