"""What to import and what came of it: frozen types without behaviour."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kalip.base.canonical import canonical_text
from kalip.base.errors import KalipError
from kalip.records.services import Work
from kalip.records.transfer.tables import SourceTable
from kalip.storage import ImportRun

Progress = Callable[[int, int, int], None]
"""Called with the rows read, the rows saved and the rows refused so far."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A file to import. `mapping` is column to path (a field, or a part of one such as `amount.currency`).

    `match` is the path whose value tells that a record is there already: it is updated instead of made.
    `references` names, for reference paths, the target's field that cells hold (its title otherwise). `locale` is how
    numbers and dates are written, and the language of refusals. Refused rows go to the file `refused`, with their
    reason. Rows that may be the same as other records are refused unless `accept_duplicates`.
    """

    entity: str
    table: SourceTable
    mapping: Mapping[str, str]
    match: str | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en"
    dry_run: bool = False
    refused: Path | None = None
    batch: int = 500
    accept_duplicates: bool = False

    @property
    def hash(self) -> str:
        """What tells this way of importing apart from others, for going on after an interruption."""
        said: list[object] = [self.entity, dict(self.mapping), self.match, dict(self.references), self.locale]
        if self.accept_duplicates:
            said.append(self.accept_duplicates)
        return hashlib.sha256(canonical_text(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was refused: its number in the file (the header is 1) and why, also in words of the plan's locale."""

    line: int
    error: KalipError
    reasons: tuple[str, ...]


class Along(Protocol):
    """What goes along with an import in its own transactions: with each batch that is saved, and with the end."""

    def batch(self, work: Work, state: ImportRun, refusals: Sequence[Refusal]) -> None:
        """A batch is saved in the work's transaction; `state` is how far the import is then."""

    def end(self, work: Work, state: ImportRun) -> None:
        """All rows are done."""


@dataclass(slots=True)
class ImportResult:
    """What came of an import. `new_choices` are values, by choice list, that no list has yet.

    `resumed_at` is the number of rows that an earlier, interrupted run of the same import had done.
    `refusals` are the first thousand of them.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    resumed_at: int = 0
    seconds: float = 0.0
    new_choices: dict[str, list[str]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def saved(self) -> int:
        """Rows that are in the database now, as the file has them."""
        return self.created + self.updated + self.unchanged
