"""Converts many records by the same command: each for itself with its result, or all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from kalip.access import Actor
from kalip.base.errors import KalipError
from kalip.base.ids import new_id
from kalip.records import BatchRejected, ItemResult, Progress, SavedRecord, Selection, Services, Work, run
from kalip.records.attempting import attempt
from kalip.records.bulk import run_bulk, select_ids
from kalip.workflow.conversions.commands import Converted, ConvertRecord
from kalip.workflow.conversions.converting import convert_record


@dataclass(frozen=True, slots=True)
class ConvertedRow:
    """What became of one of many: the conversion, or `error` saying why there is none."""

    index: int
    id: str
    converted: Converted | None = None
    error: KalipError | None = None


def bulk_convert(
    services: Services, actor: Actor, selection: Selection, command: ConvertRecord, progress: Progress | None = None
) -> tuple[ConvertedRow, ...]:
    """Convert every selected record, each for itself, a hundred to a transaction. The command's own id is not used."""
    done: dict[str, Converted] = {}
    result = run_bulk(services, actor, selection, partial(_act, command, done), progress)
    return tuple(_row(item, done, item.id or "") for item in result.items)


def convert_all(
    services: Services, actor: Actor, selection: Selection, command: ConvertRecord
) -> tuple[ConvertedRow, ...]:
    """Convert every selected record in one transaction. Raises BatchRejected when one is refused, and makes nothing."""

    def every(work: Work) -> tuple[ConvertedRow, ...]:
        done: dict[str, Converted] = {}
        ids = select_ids(work, selection)
        items = [
            attempt(work, index, record_id, partial(_act, command, done, work, record_id))
            for index, record_id in enumerate(ids)
        ]
        if any(item.error is not None for item in items):
            raise BatchRejected(items)
        return tuple(_row(item, done, record_id) for item, record_id in zip(items, ids, strict=True))

    return run(services, actor, every, correlation=new_id())


def _act(command: ConvertRecord, done: dict[str, Converted], work: Work, record_id: str) -> SavedRecord:
    key = None if command.key is None else f"{command.key}/{record_id}"
    converted = convert_record(work, replace(command, id=record_id, version=None, key=key))
    done[record_id] = converted
    return SavedRecord(converted.entity, record_id, converted.version, False, ())


def _row(item: ItemResult, done: dict[str, Converted], record_id: str) -> ConvertedRow:
    return ConvertedRow(item.index, record_id, None if item.error is not None else done.get(record_id), item.error)


def failures(rows: Sequence[ConvertedRow]) -> int:
    """How many records were not converted."""
    return sum(row.error is not None for row in rows)
