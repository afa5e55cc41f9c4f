"""Mails and sent forms as entries of a timeline: what became of each is asked when it is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from kalip.base.names import humanize
from kalip.records import EventView, Work
from kalip.storage import Mail, get_mails
from kalip.web.locale import gettext

_LONGEST = 160


@dataclass(frozen=True, slots=True)
class LetterEntry:
    """A mail in a timeline; `who` wrote it, if that is nobody of the house."""

    subject: str
    href: str
    text: str
    state: str
    tone: str
    error: str
    who: str
    files: int


def letters_in(work: Work, events: Iterable[EventView]) -> Mapping[str, Mail]:
    """The mails that events are about, by id, in one statement."""
    ids = {str(event.facts["mail"]) for event in events if "mail" in event.facts}
    return get_mails(work.session, sorted(ids))


def letter_entry(event: EventView, mails: Mapping[str, Mail], place: Mapping[str, Any]) -> LetterEntry | None:
    """The mail or form of an event; None when it is about none, or the mail is gone. `place` is the record."""
    if "form" in event.facts:
        return _form_entry(event, place)
    mail = mails.get(str(event.facts.get("mail", "")))
    if mail is None or mail.entity is None or mail.record_id is None:
        return None
    label, tone = state_of(mail)
    return LetterEntry(
        subject=mail.subject or gettext("(no subject)"),
        href=url_for("mails.show_mail", entity=mail.entity, record_id=mail.record_id, mail_id=mail.id),
        text=_beginning(mail.body),
        state=label,
        tone=tone,
        error=mail.error,
        who=str(event.facts.get("from", "")),
        files=len(mail.files),
    )


def _form_entry(event: EventView, place: Mapping[str, Any]) -> LetterEntry:
    href = url_for("mails.show_consents", **place)
    return LetterEntry(humanize(str(event.facts["form"])), href, "", "", "", "", "", 0)


def _beginning(text: str) -> str:
    line = " ".join(text[: 4 * _LONGEST].split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def state_of(mail: Mail) -> tuple[str, str]:
    """What became of a mail in words, and its tone; empty for one that came in."""
    states = {
        "queued": (gettext("on its way"), "tone-blue"),
        "waiting": (gettext("waits for a mail server"), "tone-amber"),
        "sent": (gettext("sent"), "tone-green"),
        "partly": (gettext("refused by some"), "tone-amber"),
        "failed": (gettext("not delivered"), "tone-red"),
    }
    return states.get(mail.state, ("", ""))
