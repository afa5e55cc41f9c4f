"""Where rows stood before they were moved together, and the moves that lead each of them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from kalip.base.errors import BadRequest, Conflict, StaleVersion
from kalip.model import Entity
from kalip.records import BulkResult, ListRecords, SavedRecord, Work, list_records
from kalip.web.inputs import whole_number
from kalip.workflow import ApplyTransition, apply_transition

_HIGHEST_VERSION = 10**9


@dataclass(frozen=True, slots=True)
class Place:
    """A stage of a pipeline."""

    pipeline: str
    stage: str


@dataclass(frozen=True, slots=True)
class MoveBack:
    """The stage that a row came from, and the version it had once it had left it."""

    stage: str
    version: int


def places_of(work: Work, entity: Entity, ids: Sequence[str]) -> Mapping[str, Place]:
    """Where rows are, by id; BadRequest when there are too many. One statement."""
    if not entity.pipelines:
        return {}
    command = ListRecords(entity.name, fields=("pipeline", "stage"), ids=tuple(ids), limit=max(1, len(ids)))
    return {str(row["id"]): Place(str(row["pipeline"]), str(row["stage"])) for row in list_records(work, command).items}


def ways_back(
    entity: Entity, target: str, places: Mapping[str, Place], result: BulkResult
) -> tuple[tuple[str, str], ...]:
    """The inputs that move the rows back which were moved to a stage that a move leads back from."""
    inputs: list[tuple[str, str]] = []
    for item in result.items:
        place = places.get(item.id or "")
        pipeline = entity.pipelines.get(place.pipeline) if place else None
        if item.saved is None or place is None or pipeline is None:
            continue
        if place.stage in {move.target for move in pipeline.moves_from(target)}:
            inputs += [("id", item.saved.id), ("stage", place.stage), ("version", str(item.saved.version))]
    return tuple(inputs)


def moves_in(form: MultiDict[str, str]) -> Mapping[str, MoveBack]:
    """Read those inputs, by id. BadRequest when they don't fit together."""
    ids, stages, versions = (form.getlist(name) for name in ("id", "stage", "version"))
    numbers = [number for each in versions if (number := whole_number(each, _HIGHEST_VERSION)) is not None]
    if not ids or not len(ids) == len(stages) == len(numbers):
        raise BadRequest("Select some rows first.")
    return {each: MoveBack(stage, number) for each, stage, number in zip(ids, stages, numbers, strict=True)}


def take_back(entity: str, moves: Mapping[str, MoveBack], work: Work, record_id: str) -> SavedRecord:
    """Move a row back, as `apply_transition`; Conflict when it was changed since."""
    back = moves[record_id]
    try:
        return apply_transition(work, ApplyTransition(entity, record_id, target=back.stage, version=back.version))
    except StaleVersion:
        raise Conflict("The record was changed meanwhile, so that its move can't be undone any more.") from None
