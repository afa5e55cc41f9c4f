"""That somebody takes records along is logged before the first row leaves, and how many it were when it ends."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kalip.records.commands import ListRecords
from kalip.records.journal import make_event
from kalip.records.services import Work, keep_reads
from kalip.storage import append_events

BEGUN, ENDED = "export.begun", "export.ended"


@dataclass(slots=True)
class ExportLog:
    """The log of one export; `rows` have been written so far."""

    work: Work
    rows: int = 0

    def count(self, rows: int) -> None:
        """Note that rows were written in all, and keep who saw marked fields of those before the next are."""
        self.rows = rows
        keep_reads(self.work)


@contextmanager
def logged_export(work: Work, command: ListRecords, columns: Sequence[str], kind: str) -> Iterator[ExportLog]:
    """Log an export that happens inside the block, in transactions of its own."""
    said = {
        "columns": list(columns),
        "filter": command.filter or "",
        "view": command.view or "",
        "sort": list(command.sort),
        "picked": None if command.ids is None else len(command.ids),
        "format": kind,
    }
    _keep(work, BEGUN, command.entity, said)
    log = ExportLog(work)
    whole = False
    try:
        yield log
        whole = True
    finally:
        _keep(work, ENDED, command.entity, {"rows": log.rows, "whole": whole})


def _keep(work: Work, kind: str, entity: str, after: Mapping[str, object]) -> None:
    event = make_event(work, kind, entity, "", (None, dict(after)))
    with work.services.database.beside() as session:
        append_events(session, [event])
