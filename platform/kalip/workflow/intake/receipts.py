"""What came in, for those who look after it: receipts with their reasons, tried again, and consents of a record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kalip.base.errors import AccessDenied, Conflict, NotFound
from kalip.records import Job, Work, enqueue, require_visible
from kalip.storage import MailboxPlace, mailbox_places
from kalip.storage.receipts import (
    Consent,
    Receipt,
    change_receipt,
    consents_of,
    count_receipts,
    get_receipt,
    list_receipts,
)
from kalip.workflow.intake.receiving import TAKE

STATES = ("failed", "new", "made", "appended", "ignored")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Inflow:
    """A page of receipts, how many there are in each state, and how far the mailboxes are read.

    `next` is what the following page is asked for with. `unread` are mailboxes that were never reached.
    """

    receipts: Sequence[Receipt]
    counts: Mapping[str, int]
    mailboxes: Sequence[MailboxPlace]
    unread: Sequence[str]
    next: str | None


def receipts_of(work: Work, states: Collection[str] = (), before: str | None = None) -> Inflow:
    """What came in, latest first. For administrators."""
    _require_administrator(work)
    found = list_receipts(work.session, states, before, PAGE + 1)
    places = mailbox_places(work.session)
    known = {each.name for each in places}
    return Inflow(
        receipts=found[:PAGE],
        counts=count_receipts(work.session),
        mailboxes=places,
        unread=[each.name for each in work.services.network.mailboxes if each.name not in known],
        next=found[PAGE - 1].id if len(found) > PAGE else None,
    )


def retry(work: Work, receipt_id: str) -> None:
    """Try a receipt that failed again, by a job after the commit. For administrators; Conflict when it didn't fail."""
    _require_administrator(work)
    receipt = get_receipt(work.session, receipt_id)
    if receipt is None:
        raise NotFound("There is no such receipt.")
    if not change_receipt(work.session, receipt_id, ["failed"], state="new", reason=""):
        raise Conflict("It is settled already.")
    enqueue(work, Job(TAKE, {"receipt": receipt_id}, f"{TAKE}:{receipt_id}:{receipt.attempts}"))


def consents_given(work: Work, entity_name: str, record_id: str) -> list[Consent]:
    """What was agreed to, or not, with what made a record; for those who may see it."""
    entity = require_visible(work, entity_name, record_id)
    return consents_of(work.session, entity.name, record_id)


def _require_administrator(work: Work) -> None:
    if not work.actor.administrator:
        raise AccessDenied("Only administrators may do this.")
