"""Many different changes of one entity in one call: all or nothing, or each for itself."""

from collections.abc import Sequence
from functools import partial

from kalip.base.errors import BadRequest, KalipError
from kalip.records.archiving import archive_record, restore_record
from kalip.records.attempting import attempt
from kalip.records.commands import BatchOperation, ItemResult, SavedRecord, SaveRecord
from kalip.records.purging import purge_record
from kalip.records.saving import save_record
from kalip.records.services import Work

MOST_OPERATIONS = 1_000


class BatchRejected(KalipError):
    """An atomic batch that was undone as a whole; `results` has an error where an operation was refused."""

    code = "R125"

    def __init__(self, results: Sequence[ItemResult]) -> None:
        refused = sum(each.error is not None for each in results)
        super().__init__(
            "{refused} of {count} operations were refused; nothing was changed.",
            params={"refused": refused, "count": len(results)},
        )
        self.results = tuple(results)


def batch(
    work: Work, entity: str, operations: Sequence[BatchOperation], *, atomic: bool = True
) -> tuple[ItemResult, ...]:
    """Do the operations in their order; answers each. Raises BatchRejected when atomic and one is refused.

    The caller's unit of work then undoes everything.
    """
    if len(operations) > MOST_OPERATIONS:
        raise BadRequest("At most {limit} operations at once.", params={"limit": MOST_OPERATIONS})
    results = tuple(
        attempt(work, index, operation.id, partial(_operate, work, entity, operation))
        for index, operation in enumerate(operations)
    )
    if atomic and any(each.error is not None for each in results):
        raise BatchRejected(results)
    return results


def _operate(work: Work, entity: str, operation: BatchOperation) -> SavedRecord:
    accept = operation.accept_duplicates
    if operation.op == "create":
        if operation.id is not None:
            raise BadRequest("A new record has no id yet.")
        return save_record(work, SaveRecord(entity, operation.values, accept_duplicates=accept))
    if operation.id is None:
        raise BadRequest("The operation '{op}' needs an id.", params={"op": operation.op})
    if operation.op == "update":
        command = SaveRecord(entity, operation.values, operation.id, operation.version, accept_duplicates=accept)
        return save_record(work, command)
    if operation.values:
        raise BadRequest("The operation '{op}' takes no values.", params={"op": operation.op})
    if operation.op == "archive":
        return archive_record(work, entity, operation.id, operation.version)
    if operation.op == "restore":
        return restore_record(work, entity, operation.id, operation.version)
    if operation.op == "purge":
        return purge_record(work, entity, operation.id, operation.version)
    raise BadRequest("'{op}' is none of create, update, archive, restore, purge.", params={"op": operation.op})
