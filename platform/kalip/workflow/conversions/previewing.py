"""What converting many records would come to, counted before anybody presses the button."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kalip.access import Actor
from kalip.base.errors import KalipError
from kalip.records import Selection, Services, Work, run, select_ids
from kalip.workflow.conversions.commands import ConvertRecord
from kalip.workflow.conversions.planning import conversion_plan

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """How many of the selected records would be converted, what would be made, and why others would be refused.

    `targets` counts new records by target, `reasons` refusals by message, `missing` by the pointer of a missing field.
    """

    selected: int
    allowed: int
    targets: Mapping[str, int]
    reasons: Mapping[str, int]
    missing: Mapping[str, int]

    @property
    def refused(self) -> int:
        """How many would not be converted."""
        return self.selected - self.allowed


def preview_many(services: Services, actor: Actor, selection: Selection, command: ConvertRecord) -> BulkPreview:
    """Plan the conversion of every selected record; nothing is written. The command's own id is not used.

    Each is looked at by itself: that one of them makes what another would take is known only when it is done.
    """
    targets: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    ids = run(services, actor, lambda work: select_ids(work, selection), write=False)
    allowed = 0

    def look(work: Work, record_id: str) -> bool:
        try:
            plan = conversion_plan(work, replace(command, id=record_id, version=None, key=None))
        except KalipError as error:
            reasons[error.message] += 1
            return False
        if plan.error is not None:
            reasons[plan.error.message] += 1
            missing.update(each.pointer for each in plan.violations if each.code == "required")
            return False
        targets.update(each.target.name for each in plan.targets if each.selected and each.existing is None)
        return True

    def look_at(work: Work, chunk: Sequence[str]) -> int:
        return sum([look(work, each) for each in chunk])

    for start in range(0, len(ids), AT_ONCE):
        allowed += run(services, actor, partial(look_at, chunk=ids[start : start + AT_ONCE]), write=False)
    return BulkPreview(len(ids), allowed, dict(targets), dict(reasons), dict(missing))
