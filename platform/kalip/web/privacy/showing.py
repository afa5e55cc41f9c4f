"""The frame of the privacy pages and their words in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from babel.dates import format_timedelta
from flask import request, url_for

from kalip.model import Term
from kalip.records import Work
from kalip.records.privacy import officer
from kalip.storage.privacy import Key
from kalip.web.locale import current_locale, gettext
from kalip.web.record.timeline import moment
from kalip.web.session import reading
from kalip.web.shell import Crumb, Shell, shell_of

Unit = Literal["year", "month", "day"]
_ENDLESS: Final = 1_000_000
_BELOW: Mapping[str, str] = {
    **dict.fromkeys(
        (f"privacy_persons.{name}" for name in ("look", "show_person", "export", "hold", "show_plan", "erase_now")),
        "privacy_persons.show_desk",
    ),
    "privacy_persons.show_proof": "privacy_persons.show_proofs",
    "privacy_books.new_request": "privacy_books.show_requests",
    "privacy_books.show_term": "privacy_books.show_terms",
    "privacy_breaches.new_breach": "privacy_breaches.show_breaches",
    "privacy_breaches.show_breach": "privacy_breaches.show_breaches",
    "privacy_policy.publish": "privacy_policy.show_versions",
}
"""Pages that belong to the tab of another."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the desk."""

    label: str
    href: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the desk: its tabs, and what it shows."""

    tabs: tuple[Tab, ...]
    body: object
    errors: Mapping[str, str]
    sent: Mapping[str, str]


@contextmanager
def caring() -> Iterator[Work]:
    """A unit of work that reads, for somebody who looks after personal data."""
    with reading() as work:
        yield officer(work)


def page_of(body: object, errors: Mapping[str, str] | None = None, sent: Mapping[str, str] | None = None) -> Page:
    """A page with its tabs."""
    return Page(_tabs(), body, errors or {}, sent or {})


def desk_shell(work: Work, title: str) -> Shell:
    """The frame of a page of the desk."""
    first = Crumb(gettext("Personal data"), url_for("privacy_persons.show_desk"))
    return shell_of(work, title, [first, Crumb(title)] if title != first.label else [Crumb(title)])


def when(work: Work, at: datetime | None) -> str:
    """A moment in the reader's words, or nothing."""
    return moment(work, at) if at is not None else ""


def term_in_words(term: Term) -> str:
    """How long something is kept: "3 years", "1 year 6 months"."""
    years, months = divmod(term.months, 12)
    parts: tuple[tuple[int, Unit], ...] = ((years * 365, "year"), (months * 30, "month"), (term.days, "day"))
    # In days, and never carried into the next unit, Babel counts in every language.
    words = (_counted(days, unit) for days, unit in parts if days)
    return " ".join(words)


def _counted(days: int, unit: Unit) -> str:
    return format_timedelta(timedelta(days), granularity=unit, threshold=_ENDLESS, locale=current_locale())


def entity_label(work: Work, name: str) -> str:
    """What an entity is called; its name when the model has it no more."""
    known = work.model.entities.get(name)
    return known.label.get(current_locale()) if known is not None else name


def field_labels(work: Work, entity: str, names: Sequence[str]) -> str:
    """What fields are called, in one line."""
    known = work.model.entities.get(entity)
    fields = known.attributes if known is not None else {}
    return ", ".join(fields[each].label.get(current_locale()) if each in fields else each for each in names)


def keys_sent(name: str) -> tuple[Key, ...]:
    """Records that an address or a form names as `entity:id`."""
    said = (*request.args.getlist(name), *request.form.getlist(name))
    pairs = (each.partition(":") for each in dict.fromkeys(said))
    return tuple((entity, record_id) for entity, colon, record_id in pairs if colon)


def said_key(entity: str, record_id: str) -> str:
    """A record as addresses and forms name it."""
    return f"{entity}:{record_id}"


def kind_words() -> Mapping[str, str]:
    """What kinds of data are called."""
    return {
        "contact": gettext("Contact"),
        "identity": gettext("Identity"),
        "financial": gettext("Money"),
        "health": gettext("Health"),
        "location": gettext("Whereabouts"),
        "work": gettext("Work"),
        "behaviour": gettext("Behaviour"),
        "biometric": gettext("Biometric"),
        "genetic": gettext("Genetic"),
        "belief": gettext("Belief"),
        "criminal": gettext("Criminal record"),
        "other": gettext("Other"),
    }


def basis_words() -> Mapping[str, str]:
    """What legal bases are called."""
    return {
        "consent": gettext("Consent"),
        "contract": gettext("Contract"),
        "law": gettext("Duty by law"),
        "vital": gettext("Vital interest"),
        "public": gettext("Public task"),
        "interest": gettext("Legitimate interest"),
    }


def how_words() -> Mapping[str, str]:
    """How a record was found."""
    return {
        "chosen": gettext("chosen"),
        "same": gettext("known by the same"),
        "about": gettext("about the person"),
        "part": gettext("part of it"),
        "merged": gettext("merged into it"),
    }


def action_words() -> Mapping[str, str]:
    """What becomes of a record."""
    return {"empty": gettext("emptied"), "delete": gettext("deleted"), "stay": gettext("stays")}


def asked_words() -> Mapping[str, str]:
    """What persons ask for."""
    return {
        "access": gettext("To see it"),
        "rectify": gettext("To correct it"),
        "erase": gettext("To erase it"),
        "restrict": gettext("To hold it"),
        "object": gettext("To stop using it"),
    }


def _tabs() -> tuple[Tab, ...]:
    pages = (
        (gettext("Persons"), "privacy_persons.show_desk", "search"),
        (gettext("Requests"), "privacy_books.show_requests", "inbox"),
        (gettext("Register"), "privacy_books.show_register", "list-details"),
        (gettext("Terms"), "privacy_books.show_terms", "clock"),
        (gettext("Holds"), "privacy_books.show_holds", "lock"),
        (gettext("Disclosures"), "privacy_books.show_disclosures", "send"),
        (gettext("Proofs"), "privacy_persons.show_proofs", "shield-check"),
        (gettext("Breaches"), "privacy_breaches.show_breaches", "alert-triangle"),
        (gettext("Policy"), "privacy_policy.show_versions", "file-text"),
    )
    at = _BELOW.get(str(request.endpoint), str(request.endpoint))
    return tuple(Tab(label, url_for(endpoint), icon, at == endpoint) for label, endpoint, icon in pages)
