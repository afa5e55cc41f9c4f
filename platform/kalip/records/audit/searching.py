"""The event log for administrators: looked through by pages, with the names of who acted and what it was about."""

from collections.abc import Iterator
from dataclasses import dataclass

from kalip.model import USER
from kalip.records.accounts.mine import administering
from kalip.records.commands import Titles
from kalip.records.services import Work
from kalip.records.titles import titles_of
from kalip.storage import Event
from kalip.storage.event_search import EventFilter, event_kinds, search_events

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events, newest first, and what is named in them. `next` is where to go on, None at the end.

    `full` is false where it wasn't looked through to the end, and the page isn't full.
    """

    events: tuple[Event, ...]
    titles: Titles
    next: int | None
    full: bool


def log_page(work: Work, wanted: EventFilter, below: int | None = None, limit: int = 50) -> LogPage:
    """A page of the log. AccessDenied for anybody but administrators."""
    administering(work)
    found = search_events(work.session, wanted, below, limit)
    ids: dict[str, list[str]] = {USER: []}
    for event in found.events:
        ids[USER] += [each for each in (event.actor, event.on_behalf) if each]
        if event.record_id and event.entity in work.model.entities:
            ids.setdefault(event.entity, []).append(event.record_id)
    return LogPage(found.events, titles_of(work, ids), found.next, found.full)


def log_pages(work: Work, wanted: EventFilter) -> Iterator[LogPage]:
    """All pages of what is looked for, one after the other, to the end of the log."""
    below: int | None = None
    while True:
        page = log_page(work, wanted, below, AT_ONCE)
        yield page
        if page.next is None:
            return
        below = page.next


def kinds_of_events(work: Work) -> list[str]:
    """The kinds that the log has of late. AccessDenied for anybody but administrators."""
    administering(work)
    return event_kinds(work.session)
