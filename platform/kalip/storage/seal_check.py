"""Verifies the event log against its seals: every row that was altered, taken away or put in, and every broken link."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import text

from kalip.storage.eventrows import RawEvent, Sealed, raw_range
from kalip.storage.seals import (
    OF_EVENTS,
    REDACTED,
    REMOVED,
    Seal,
    changes_of,
    known_rows,
    newest_event_id,
    seals_after,
)
from kalip.storage.session import Session

Fault = Literal[
    "altered", "missing", "inserted", "altered_before", "seal_altered", "seal_missing", "link_broken", "unguarded"
]
_GUARDS: Final = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'kalip_%_kept_%'",
    "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'kalip_%_kept_%' AND tgenabled <> 'D'"
    " AND tgrelid IN ('kalip_event'::regclass, 'kalip_seal'::regclass)",
}
_GUARDS_WANTED: Final = {"sqlite": 4, "postgresql": 6}
_DOOR: Final = text("SELECT count(*) FROM kalip_event_door")
_AT_ONCE: Final = 50
_LOWEST: Final = -(1 << 62)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed: an event by its number, or a seal (`event` is None).

    `unguarded`, with the seal 0, says that triggers are missing, or that their door stands open.
    """

    fault: Fault
    seal: int
    event: int | None = None


@dataclass(slots=True)
class SealCheck:
    """One pass over the chain and the log. Read the findings by `run`, then the figures.

    `redacted` and `removed` count events that were changed knowingly; `unsealed` those that wait for the next seal.
    `reasons` counts these by what the seals say of why. `last` is the newest seal, `known` whether the expected hash
    was met.
    """

    session: Session
    expected: str = ""
    seals: int = 0
    events: int = 0
    redacted: int = 0
    removed: int = 0
    unsealed: int = 0
    faults: int = 0
    known: bool = False
    last: Seal | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    _sealed_to: int = _LOWEST

    def run(self) -> Iterator[Finding]:
        """Find what is wrong, batch by batch; memory holds one batch of events at a time."""
        if not self._is_guarded():
            yield from self._counted(iter((Finding("unguarded", 0),)))
        while links := seals_after(self.session, self.last.number if self.last else 0, _AT_ONCE):
            for seal in links:
                yield from self._counted(self._link(seal))
                self.last = seal
                self.seals += 1
                self.known = self.known or seal.hash == self.expected
                if seal.kind == OF_EVENTS:
                    yield from self._counted(self._batch(seal))
                    self._sealed_to = seal.last_id
        newest = newest_event_id(self.session)
        after = self._sealed_to
        while rows := raw_range(self.session, after, newest, 10_000):
            self.unsealed += len(rows)
            after = rows[-1][0]

    def _is_guarded(self) -> bool:
        dialect = self.session.dialect
        guards = int(self.session.run(text(_GUARDS[dialect])).scalar_one())
        return guards == _GUARDS_WANTED[dialect] and self.session.run(_DOOR).scalar_one() == 0

    def _counted(self, findings: Iterator[Finding]) -> Iterator[Finding]:
        for finding in findings:
            self.faults += 1
            yield finding

    def _link(self, seal: Seal) -> Iterator[Finding]:
        before = self.last.number if self.last else 0
        for number in range(before + 1, seal.number):
            yield Finding("seal_missing", number)
        if seal.number == before + 1 and seal.previous != (self.last.hash if self.last else ""):
            yield Finding("link_broken", seal.number)
        if not seal.is_whole:
            yield Finding("seal_altered", seal.number)

    def _batch(self, batch: Seal) -> Iterator[Finding]:
        changes = changes_of(self.session, batch.number)
        try:
            known = known_rows(batch, changes)
        except ValueError:
            if batch.is_whole:  # then it is the salts or a later change that are damaged
                yield Finding("seal_altered", batch.number)
            return
        lowest = self._sealed_to if self._sealed_to < batch.first_id else batch.first_id - 1
        rows = raw_range(self.session, lowest, batch.last_id)
        self.events += sum(1 for number, _ in rows if number in known)
        for change in changes:
            self._explain(change)
            for number in (change.about or {}).get("altered_before", ()):
                yield Finding("altered_before", batch.number, number)
        yield from _compared(batch.number, rows, known)

    def _explain(self, change: Seal) -> None:
        if change.kind == REDACTED:
            self.redacted += change.count
        else:
            self.removed += change.count
        why = str((change.about or {}).get("why", change.kind))
        self.reasons[why] = self.reasons.get(why, 0) + change.count


def _compared(seal: int, rows: list[RawEvent], known: Mapping[int, tuple[Sealed, str]]) -> Iterator[Finding]:
    there = dict(rows)
    for number in sorted(known.keys() | there.keys()):
        said = known.get(number)
        raw = there.get(number)
        if said is None or (raw is not None and said[1] == REMOVED):
            yield Finding("inserted", seal, number)
        elif raw is None:
            if said[1] != REMOVED:
                yield Finding("missing", seal, number)
        elif not said[0].fits(raw):
            yield Finding("altered", seal, number)
