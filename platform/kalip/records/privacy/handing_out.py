"""Puts together all that is kept of one person, as plain JSON: what a person may ask for and take elsewhere."""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from kalip.fields.moments import moment_text
from kalip.model import Model
from kalip.records.privacy.consenting import consents_of_records
from kalip.records.privacy.disclosing import Given, disclosures_of, note_disclosure
from kalip.records.privacy.finding import Person, read
from kalip.records.privacy.officers import officer
from kalip.records.rules import rules_of
from kalip.records.services import Work
from kalip.storage import Event, events_for, files_of
from kalip.storage.persons import accounts_of
from kalip.storage.scrubbing import kept_beside

FORMAT = "kalip-person/1"
# What makes PDF is imported when something is printed.
_PRINT: Final = "kalip.records.privacy.printing:person_pdf"
_AT_ONCE = 500
_SILENT = ("version", "pipeline", "stage_since", "stage_due", "updated_by", "created_by", "owner")


def hand_out(work: Work, person: Person, given: Given) -> dict[str, Any]:
    """All that is kept of a person, and an entry in the journal of disclosures. Commits nothing; see `gather`."""
    found = gather(work, person)
    note_disclosure(work, person, given, found)
    return found


def print_person(model: Model, found: Mapping[str, Any], locale: str, site: str, say: Callable[[str], str]) -> bytes:
    """The PDF of what was put together, with the labels of the model in a language; `say` translates into it."""
    content: bytes = pkgutil.resolve_name(_PRINT)(model, found, locale, site, say)
    return content


def gather(work: Work, person: Person) -> dict[str, Any]:
    """All that is kept of a person: records with their history, files, mails and consents, accounts, disclosures."""
    officer(work)
    return {
        "format": FORMAT,
        "made_at": moment_text(work.now),
        "known_by": list(person.addresses),
        "names": list(person.names),
        "records": list(_records(work, person)),
        "beside": kept_beside(work.session, person.traces),
        "accounts": accounts_of(work.session, person.addresses),
        "disclosures": [
            {
                "at": moment_text(each.at),
                "kind": each.kind,
                "recipient": each.recipient,
                "purpose": each.purpose,
                "categories": list(each.categories),
            }
            for each in disclosures_of(work, person)
        ],
    }


def _records(work: Work, person: Person) -> Iterator[dict[str, Any]]:
    titles = {each.key: each.title for each in person.records}
    for entity, rows in read(work, person.keys, "json"):
        attributes = rules_of(work.served, entity.name).attributes
        for record_id, row in rows.items():
            yield {
                "entity": entity.name,
                "id": record_id,
                "title": titles[entity.name, record_id],
                "values": {
                    name: value
                    for name, value in row.items()
                    if value not in (None, "", [], {}) and name not in _SILENT and name.partition(".")[0] in attributes
                },
                **_beside(work, entity.name, record_id),
            }


def _beside(work: Work, entity: str, record_id: str) -> dict[str, Any]:
    files = files_of(work.session, entity, record_id)
    events = _events(work, entity, record_id)
    beside = {
        "files": [
            {"id": each.id, "name": each.name, "media_type": each.media_type, "size": each.size, "sha256": each.sha256}
            for each in files
        ],
        "consents": consents_of_records(work, [(entity, record_id)]),
        "history": [
            {"at": moment_text(each.at), "kind": each.kind, "before": each.before, "after": each.after}
            for each in events
        ],
    }  # fmt: skip
    return {noun: some for noun, some in beside.items() if some}


def _events(work: Work, entity: str, record_id: str) -> list[Event]:
    """The whole history, latest first."""
    found: list[Event] = []
    cursor: str | None = None
    while True:
        page = events_for(work.session, entity, record_id, _AT_ONCE, cursor)
        found += page.events
        cursor = page.next
        if cursor is None:
            return found
