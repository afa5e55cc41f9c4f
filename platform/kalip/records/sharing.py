"""Single records shared with a user, a group or a unit, for a time and with a reason.

Who shares needs the right to share on the record, and gives no verb that the roles don't give on it. What is shared
counts from the next unit of work on, and stops counting when it is taken back or its time has passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kalip.access import ANY, Actor, denied, terms_of
from kalip.base.errors import AccessDenied, NotFound, RecordRejected, Violation
from kalip.base.ids import is_id, new_id
from kalip.fields import FieldFault
from kalip.fields.moments import maybe_moment_text
from kalip.fields.texts import clean_text
from kalip.model import NAMED, SHARABLE, Entity, Verb
from kalip.records.commands import Record
from kalip.records.filters import allowed_rows, matching
from kalip.records.history import require_visible
from kalip.records.journal import SHARE_ENDED, SHARED, append, make_event
from kalip.records.organisation.checking import check_person
from kalip.records.services import Work
from kalip.storage import get_user
from kalip.storage.groups import find_group, get_group
from kalip.storage.organisation import find_unit, get_unit
from kalip.storage.shares import GranteeKind, Share, add_share, drop_share, get_share, shares_of

LONGEST_REASON: Final = 500
GRANTEES: Final[tuple[GranteeKind, ...]] = ("user", "group", "unit")


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """Let somebody do `verbs` with a record; to read it is always among them.

    `grantee` is the id of a user, the id or the code of a group or unit. Without `until` it counts till it is taken
    back.
    """

    entity: str
    record_id: str
    grantee_kind: str
    grantee: str
    reason: str
    verbs: tuple[str, ...] = ("read",)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShareView:
    """A share with what people call those whom it names."""

    share: Share
    grantee_name: str
    by_name: str


def share_record(work: Work, command: ShareRecord) -> Share:
    """Share a record and give the share; commits nothing.

    NotFound when the actor may not see the record, AccessDenied without the right to share it, RecordRejected with all
    that is wrong with the rest.
    """
    entity = require_visible(work, command.entity, command.record_id)
    if entity.owned_by is not None:
        raise RecordRejected([Violation("", "not_eligible", "Share the record that this one belongs to.")])
    if not may_share(work, entity, command.record_id):
        raise denied(Verb.SHARE, entity.name)
    faults: list[Violation] = []
    verbs = _verbs(work, entity, command, faults)
    grantee = _grantee(work, command, faults)
    reason = _reason(command.reason, faults)
    until = _until(work, command.until, faults)
    if faults:
        raise RecordRejected(faults)
    share = Share(
        id=new_id(),
        entity=entity.name,
        record_id=command.record_id,
        verbs=verbs,
        grantee_kind=_kind(command.grantee_kind),
        grantee=grantee,
        until=until,
        reason=reason,
        by=work.actor.id,
        at=work.now,
    )
    add_share(work.session, share)
    append(work, [make_event(work, SHARED, entity.name, share.record_id, (None, _facts(work, share)))])
    return share


def end_share(work: Work, entity_name: str, record_id: str, share_id: str) -> None:
    """Take a share back, as who gave it or whoever may share the record; commits nothing.

    NotFound for a share that the record doesn't have.
    """
    entity = require_visible(work, entity_name, record_id)
    share = get_share(work.session, share_id) if is_id(share_id) else None
    if share is None or (share.entity, share.record_id) != (entity.name, record_id):
        raise NotFound("There is no share '{id}'.", params={"id": share_id[:60]})
    if not _gave(work.actor, share) and not may_share(work, entity, record_id):
        raise AccessDenied("You may take back only what you have shared yourself.")
    if drop_share(work.session, share.id):
        append(work, [make_event(work, SHARE_ENDED, entity.name, record_id, (None, _facts(work, share)))])


def record_shares(work: Work, entity_name: str, record_id: str) -> tuple[ShareView, ...]:
    """The shares of a record that count now, latest first: all for whoever may share it, else those that one gave."""
    entity = require_visible(work, entity_name, record_id)
    every = may_share(work, entity, record_id)
    found = shares_of(work.session, entity.name, record_id, work.now)
    return tuple(view_of(work, each) for each in found if every or _gave(work.actor, each))


def view_of(work: Work, share: Share) -> ShareView:
    """A share with the names of those whom it names."""
    by = get_user(work.session, share.by) if share.by is not None else None
    return ShareView(share, grantee_name(work, share.grantee_kind, share.grantee), by.name if by else "")


def may_share(work: Work, entity: Entity, record_id: str) -> bool:
    """Whether the actor may share a record that the actor sees."""
    return entity.owned_by is None and _may(work, entity, Verb.SHARE, record_id)


def sharable_verbs(work: Work, entity: Entity, record_id: str) -> tuple[Verb, ...]:
    """The verbs that the actor may give on a record, for one who may share it."""
    return tuple(
        verb for verb in SHARABLE if _fits(entity, verb) and _may(work, entity, verb, record_id, of_roles=True)
    )


def grantee_name(work: Work, kind: str, grantee: str) -> str:
    """What people call a user, group or unit; empty when it is gone."""
    find = {"user": get_user, "group": get_group, "unit": get_unit}[kind]
    found = find(work.session, grantee)
    return "" if found is None else found.name


def _fits(entity: Entity, verb: Verb) -> bool:
    """Whether records of the entity can have the verb done to them."""
    if verb is Verb.TRANSITION:
        return bool(entity.pipelines)
    return verb is not Verb.CONVERT or bool(entity.conversions)


def _may(work: Work, entity: Entity, verb: Verb, record_id: str, *, of_roles: bool = False) -> bool:
    """Whether the actor may do this with the record; with `of_roles` by every transition and conversion."""
    names: Iterable[str] = ("",)
    if of_roles and verb in NAMED and not work.actor.administrator:
        names = terms_of(work.served, work.actor, verb, entity.name, ANY).names
    for name in names:
        filters = allowed_rows(work, verb, entity.name, name)
        if filters is None or (filters and not matching(work, entity.name, [record_id], filters)):
            return False
    return True


def _gave(actor: Actor, share: Share) -> bool:
    return share.by is not None and share.by == actor.id


def _verbs(work: Work, entity: Entity, command: ShareRecord, faults: list[Violation]) -> tuple[str, ...]:
    known = [verb.value for verb in SHARABLE]
    wanted = dict.fromkeys((Verb.READ.value, *command.verbs))
    for each in wanted:
        if each not in known:
            params = {"verb": each[:60], "known": ", ".join(known)}
            faults.append(
                Violation("/verbs", "unknown_choice", "'{verb}' can't be shared; what can is {known}.", params)
            )
        elif not _may(work, entity, Verb(each), command.record_id, of_roles=True):
            message = "You may not {verb} this record yourself, so you can't let others."
            faults.append(Violation("/verbs", "not_permitted", message, {"verb": each}))
    return tuple(verb for verb in known if verb in wanted)


def _grantee(work: Work, command: ShareRecord, faults: list[Violation]) -> str:
    kind, named = command.grantee_kind, command.grantee
    session = work.session
    if kind not in GRANTEES:
        template = "A record is shared with a user, a group or a unit."
        faults.append(Violation("/with", "unknown_choice", template))
    elif kind == "user":
        person = check_person(work, "/user", named, faults)
        if person is not None:
            return person.id
    elif kind == "group":
        group = get_group(session, named) or find_group(session, named)
        if group is not None:
            return group.id
        faults.append(Violation("/group", "not_found", "There is no such group."))
    else:
        unit = get_unit(session, named) or find_unit(session, named)
        if unit is not None:
            return unit.id
        faults.append(Violation("/unit", "not_found", "There is no such unit."))
    return ""


def _kind(said: str) -> GranteeKind:
    return next(kind for kind in GRANTEES if kind == said)


def _reason(text: object, faults: list[Violation]) -> str:
    try:
        cleaned = clean_text(text.strip() if isinstance(text, str) else text, LONGEST_REASON) or ""
    except FieldFault as fault:
        faults.append(fault.violation("/reason"))
        return ""
    if not cleaned:
        faults.append(Violation("/reason", "required", "Say why you share the record."))
    return cleaned


def _until(work: Work, until: datetime | None, faults: list[Violation]) -> datetime | None:
    if until is None:
        return None
    if until.tzinfo is None:
        message = "The moment must name its time zone, such as 2026-01-31T08:30:00Z."
        faults.append(Violation("/until", "no_time_zone", message))
        return None
    if until <= work.now:
        faults.append(Violation("/until", "too_early", "This moment has passed already."))
    return until.astimezone(UTC)


def _facts(work: Work, share: Share) -> Record:
    return {
        "share": share.id,
        "kind": share.grantee_kind,
        "grantee": share.grantee,
        "name": grantee_name(work, share.grantee_kind, share.grantee),
        "verbs": list(share.verbs),
        "until": maybe_moment_text(share.until),
        "reason": share.reason,
    }
