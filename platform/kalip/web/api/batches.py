"""REST of many changes in one call: all or nothing, or each for itself. Knows the shape of the body."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, get_args

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed

from kalip.base.errors import BadRequest, RecordRejected, Violation
from kalip.base.ids import is_id
from kalip.records import BatchOperation, BatchRejected, ItemResult, Work, batch
from kalip.records.batching import MOST_OPERATIONS
from kalip.web.api.answers import Answer, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import BATCH_LIMIT, read_object, unknown_names
from kalip.web.errors import problem_of
from kalip.web.locale import current_locale

blueprint = Blueprint("api_batches", __name__)
Op = Literal["create", "update", "archive", "restore", "purge"]
OPERATIONS: tuple[Op, ...] = get_args(Op)
_BODY_KEYS = frozenset({"atomic", "operations"})
_KEYS = frozenset({"op", "id", "version", "values", "accept_duplicates"})
_CREATED, _DONE = 201, 200


@blueprint.post("/records/<entity>/batch")
def run_batch(entity: str) -> Response:
    """Up to 1,000 operations on one entity."""
    Arguments()
    body = read_object(BATCH_LIMIT)
    faults = unknown_names(body, _BODY_KEYS)
    atomic = body.get("atomic", True)
    if not isinstance(atomic, bool):
        faults.append(_fault("/atomic", "wrong_type", "Expected true or false."))
    operations = _read_operations(body.get("operations"), faults)
    if faults:
        raise RecordRejected(faults)
    use = partial(_batch, entity=entity, operations=operations, atomic=atomic)
    return write(use, request.get_data())


@blueprint.route("/records/<entity>/batch", methods=["GET", "PATCH", "DELETE", "PUT"])
def refuse_batch(entity: str) -> Response:  # noqa: ARG001 - part of the address
    """Only POST; without this the address would be that of a record called batch."""
    raise MethodNotAllowed(["POST"])


def _read_operations(raw: Any, faults: list[Violation]) -> list[BatchOperation]:
    if not isinstance(raw, list):
        faults.append(_fault("/operations", "wrong_type", "Expected a list of operations."))
        return []
    if len(raw) > MOST_OPERATIONS:
        faults.append(_fault("/operations", "too_many", "At most {limit} operations at once.", limit=MOST_OPERATIONS))
        return []
    found = [_read_operation(each, f"/operations/{index}", faults) for index, each in enumerate(raw)]
    return [each for each in found if each is not None]


def _read_operation(raw: Any, pointer: str, faults: list[Violation]) -> BatchOperation | None:
    if not isinstance(raw, Mapping):
        faults.append(_fault(pointer, "wrong_type", "Expected an object."))
        return None
    found = unknown_names(raw, _KEYS, pointer)
    record_id, version, values = raw.get("id"), raw.get("version"), raw.get("values", {})
    op = next((each for each in OPERATIONS if each == raw.get("op")), None)
    if op is None:
        found.append(_fault(f"{pointer}/op", "unknown_choice", "Expected one of {known}.", known=", ".join(OPERATIONS)))
    if op == "create" and record_id is not None:
        found.append(_fault(f"{pointer}/id", "not_wanted", "A new record has no id yet."))
    if op != "create" and not (isinstance(record_id, str) and is_id(record_id)):
        found.append(_fault(f"{pointer}/id", "not_an_id", "Expected the id of a record."))
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        found.append(_fault(f"{pointer}/version", "wrong_type", "Expected a whole number."))
    accepted = raw.get("accept_duplicates", False)
    if not isinstance(accepted, bool):
        found.append(_fault(f"{pointer}/accept_duplicates", "wrong_type", "Expected true or false."))
    if not isinstance(values, Mapping):
        found.append(_fault(f"{pointer}/values", "wrong_type", "Expected an object."))
    elif values and op in ("archive", "restore", "purge"):
        found.append(_fault(f"{pointer}/values", "not_wanted", "This operation takes no values."))
    faults.extend(found)
    return None if found or op is None else BatchOperation(op, record_id, version, values, accepted)


def _batch(work: Work, entity: str, operations: Sequence[BatchOperation], *, atomic: bool) -> Answer:
    try:
        results = batch(work, entity, operations, atomic=atomic)
    except BatchRejected as rejected:
        raise AtomicBatchRejected(rejected) from rejected
    return Answer({"items": [_item(operation, each) for operation, each in zip(operations, results, strict=True)]})


class AtomicBatchRejected(RecordRejected):
    """An atomic batch that was undone, with the violations of all its operations in one list."""

    code = "R125"

    def __init__(self, rejected: BatchRejected) -> None:
        super().__init__([each for result in rejected.results for each in _violations(result)])
        self.template, self.params = rejected.template, rejected.params


def _violations(result: ItemResult) -> list[Violation]:
    pointer = f"/operations/{result.index}"
    error = result.error
    if error is None:
        return []
    if inner := getattr(error, "violations", ()):
        return [Violation(f"{pointer}/values{each.pointer}", each.code, each.template, each.params) for each in inner]
    return [Violation(pointer, error.code, error.template, error.params)]


def _item(operation: BatchOperation, result: ItemResult) -> dict[str, object]:
    if result.error is not None:
        problem = problem_of(result.error, current_locale())
        return {"index": result.index, "id": result.id, "status": problem["status"], "error": problem}
    if result.saved is None:
        raise BadRequest("The operation has no result.")
    status = _CREATED if operation.op == "create" else _DONE
    return {"index": result.index, "id": result.saved.id, "status": status, "version": result.saved.version}


def _fault(pointer: str, code: str, template: str, **params: object) -> Violation:
    return Violation(pointer, code, template, params)
