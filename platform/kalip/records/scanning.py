"""Looks through all records of an entity for duplicates, as a job: groups are kept, and merged where a rule says so.

A scan reads the keys that are kept anyway; only names that need be similar are compared, within their keys. A job that
is run again begins anew and comes to the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Any, Final

from kalip.access import require
from kalip.base.errors import Conflict, KalipError
from kalip.base.ids import new_id
from kalip.model import Entity, Verb
from kalip.records.filters import allowed_rows
from kalip.records.jobs import Job, JobHandler, JobRun, Recurring, actor_of_job, enqueue
from kalip.records.merging import MergeRecords, merge_records
from kalip.records.merging.planning import whole_plan
from kalip.records.naming import visible_entity
from kalip.records.services import Services, Work, run
from kalip.storage import select_many
from kalip.storage.duplicates import same_keys, told_apart
from kalip.storage.likeness import Side, score, sides_of
from kalip.storage.scans import FoundGroup, Scan, count_groups, drop_group, find_groups, find_scan, put_groups, put_scan

SCAN: Final = "records.duplicates"
SCAN_ALL: Final = "records.duplicates_all"
MOST_GROUPS: Final = 10_000
MOST_OF_A_KEY: Final = 200
"""A key that more records share says nothing about them: an office's telephone, a name that everybody has."""
MOST_MERGED: Final = 20
PER_PAGE: Final = 20
OWNER: Final = "owner"


@dataclass(slots=True)
class Groups:
    """Records that lead to each other by pairs, with the rules that found them."""

    root: dict[str, str] = field(default_factory=dict)
    rules: dict[str, set[str]] = field(default_factory=dict)

    def join(self, one: str, two: str, rule: str) -> None:
        """Put two records into one group."""
        first, second = sorted((self.find(one), self.find(two)))
        self.root[second] = first
        self.rules.setdefault(first, set()).update({rule}, self.rules.pop(second, set()) if first != second else ())

    def find(self, record_id: str) -> str:
        """The group of a record, as the smallest id in it."""
        self.root.setdefault(record_id, record_id)
        while self.root[record_id] != record_id:
            self.root[record_id] = self.root[self.root[record_id]]
            record_id = self.root[record_id]
        return record_id

    def all(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Ids and rules of each group, those of most rules first."""
        members: dict[str, list[str]] = {}
        for each in sorted(self.root):
            members.setdefault(self.find(each), []).append(each)
        found = [(tuple(ids), tuple(sorted(self.rules.get(root, ())))) for root, ids in members.items() if len(ids) > 1]
        return sorted(found, key=lambda group: (-len(group[1]), group[0]))


@dataclass(frozen=True, slots=True)
class ScanPage:
    """Groups of the last scan with those of their records that the actor may see; `next` continues.

    `count` is that of all groups, None for who may not read all records.
    """

    entity: Entity
    scan: Scan | None
    groups: tuple[FoundGroup, ...]
    count: int | None
    next: int | None


def start_scan(work: Work, entity_name: str) -> str:
    """Have an entity scanned in the background; the job's id. Needs the right to change its records.

    Conflict when it has no rules that compare its own records.
    """
    entity = visible_entity(work, entity_name)
    require(work.served, work.actor, Verb.UPDATE, entity.name)
    if not own_sides(work, entity.name):
        raise Conflict("No rule says which records of {entity} are the same.", params={"entity": entity.name})
    put_scan(work.session, Scan(entity.name, work.actor.id, work.now))
    key = f"{SCAN}:{entity.name}:{new_id()}"
    return enqueue(work, Job(SCAN, {"entity": entity.name}, key, actor=work.actor.id, queue="long"))


def scan_page(work: Work, entity_name: str, after: int = 0) -> ScanPage:
    """A page of the groups that the last scan found, without records that went or were told apart since."""
    entity = visible_entity(work, entity_name)
    groups: list[FoundGroup] = []
    last: int | None = after
    while last is not None and len(groups) < PER_PAGE:
        batch = find_groups(work.session, entity.name, last, PER_PAGE)
        last = batch[-1].number if len(batch) == PER_PAGE else None
        groups += _living(work, entity, batch)
    shown = groups[:PER_PAGE]
    more = len(groups) > PER_PAGE or last is not None
    all_seen = allowed_rows(work, Verb.READ, entity.name) == ()
    return ScanPage(
        entity,
        find_scan(work.session, entity.name),
        tuple(shown),
        count_groups(work.session, entity.name) if all_seen else None,
        shown[-1].number if more and shown else None,
    )


def own_sides(work: Work, entity: str) -> list[Side]:
    """The sides of rules that compare an entity's records with each other."""
    return [side for side in sides_of(work.served, entity) if side.seeks == side.entity]


def _living(work: Work, entity: Entity, groups: Sequence[FoundGroup]) -> Iterator[FoundGroup]:
    filters = allowed_rows(work, Verb.READ, entity.name)
    ids = [each for group in groups for each in group.ids]
    if filters is None or not ids:
        return
    rows = select_many(
        work.session, work.served, entity.name, ids, work.context, ("id",), filters, form="parts", archived="exclude"
    )
    apart = told_apart(work.session, rows)
    named = {each.name for each in entity.duplicates}
    for group in groups:
        if named.isdisjoint(group.rules):
            continue  # found by what is hidden from the actor alone, or by rules that are no more
        left = [each for each in group.ids if each in rows]
        kept = [each for each in left if any(_pair(each, other) not in apart for other in left if other != each)]
        if len(kept) > 1:
            yield FoundGroup(group.number, tuple(kept), group.rules)


def _scan(services: Services, job: JobRun) -> Mapping[str, Any]:
    """The handler: finds pairs rule by rule, keeps the groups, then merges those that a rule lets it."""
    entity = str(job.arguments["entity"])
    actor = actor_of_job(job)
    found = Groups()
    sides = run(services, actor, lambda work: own_sides(work, entity), write=False)
    for place, side in enumerate(sides):
        job.progress(place, len(sides) + 1, side.rule.name)
        if job.cancelled():
            return {"merged": 0}
        for one, two in run(services, actor, partial(_pairs, side=side), write=False):
            found.join(one, two, side.rule.name)
    groups = [FoundGroup(number, *group) for number, group in enumerate(found.all()[:MOST_GROUPS], 1)]
    automatic = {side.rule.name for side in sides if side.rule.auto_merge}
    run(services, actor, lambda work: put_groups(work.session, entity, groups))
    merged = 0
    wanted = [group for group in groups if automatic.intersection(group.rules)]
    for place, group in enumerate(wanted):
        if place % 10 == 0:
            job.progress(len(sides), len(sides) + 1)
            if job.cancelled():
                break
        try:
            merged += run(services, actor, partial(_merge_group, entity=entity, group=group, rules=automatic))
        except KalipError:
            continue  # what can't be merged stays listed for people
    job.progress(len(sides) + 1, len(sides) + 1)
    run(services, actor, lambda work: _finish(work, entity, len(groups), merged))
    return {"merged": merged}  # not how many groups: who starts a scan may not see them all


def _finish(work: Work, entity: str, groups: int, merged: int) -> None:
    before = find_scan(work.session, entity)
    started = before.started_at if before is not None else work.now
    put_scan(work.session, Scan(entity, work.actor.id, started, work.now, groups, merged))


def _pairs(work: Work, side: Side) -> list[tuple[str, str]]:
    """The pairs that a rule finds, without those that were told apart."""
    found: dict[tuple[str, str], None] = {}
    for ids in same_keys(work.session, side.id, side.entity):
        if len(ids) > MOST_OF_A_KEY:
            continue
        pairs: Iterable[tuple[str, str]] = combinations(ids, 2)
        if side.rule.is_fuzzy:
            pairs = _similar(work, side, ids)
        found |= dict.fromkeys(_pair(one, two) for one, two in pairs)
    apart = told_apart(work.session, {each for pair in found for each in pair}) if found else set()
    return [pair for pair in found if pair not in apart]


def _similar(work: Work, side: Side, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    fields = tuple(sorted(side.fields))
    rows = select_many(work.session, work.served, side.entity, ids, work.context, fields, form="parts")
    for one, two in combinations([each for each in ids if each in rows], 2):
        if score(side, rows[one], side, rows[two]) >= side.rule.similarity:
            yield one, two


def _merge_group(work: Work, entity: str, group: FoundGroup, rules: set[str]) -> int:
    """Merge what such a rule finds in a group into the oldest record, where no filled field contradicts another."""
    ids = [each for living in _living(work, work.entity(entity), [group]) for each in living.ids]
    sides = [side for side in own_sides(work, entity) if side.rule.name in rules]
    alike = [key for side in sides for key in same_keys(work.session, side.id, side.entity, only=ids)]
    largest: list[str] = max(alike, key=len) if alike else []
    ids = sorted(largest)[:MOST_MERGED]
    if not ids or told_apart(work.session, ids).intersection(_pair(*pair) for pair in combinations(ids, 2)):
        return 0
    command = MergeRecords(entity, ids[0], tuple(ids[1:]))
    plan = whole_plan(work, command)
    # What the rules compare is alike, however it is written.
    alike_by = {OWNER, *(name for side in sides for name in side.fields)}
    if plan.refusals or any(
        each.conflict and not each.listed for each in plan.choices if each.field.name not in alike_by
    ):
        return 0
    merge_records(work, command)
    drop_group(work.session, entity, group.number)
    return len(ids) - 1


def _pair(one: str, two: str) -> tuple[str, str]:
    return (one, two) if one < two else (two, one)


def _scan_all(services: Services, job: JobRun) -> Mapping[str, Any]:
    """Start a scan of each entity that has rules, in the system's name."""
    actor = actor_of_job(job)

    def start(work: Work) -> list[str]:
        names = [name for name in work.model.entities if own_sides(work, name)]
        for name in names:
            enqueue(work, Job(SCAN, {"entity": name}, f"{SCAN}:{name}:{job.id}", queue="long"))
        return names

    return {"entities": run(services, actor, start)}


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {SCAN: _scan, SCAN_ALL: _scan_all}
RECURRING: Final = (Recurring("duplicates.nightly", kind=SCAN_ALL, cron="30 2 * * *"),)
