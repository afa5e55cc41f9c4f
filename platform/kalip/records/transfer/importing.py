"""Runs an import: batch by batch, each in its own transaction together with the position reached.

An import that was interrupted goes on where it stopped when it is started again with the same file and mapping.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from kalip.access import Actor, require
from kalip.base.errors import KalipError
from kalip.base.ids import new_id
from kalip.model import Verb
from kalip.records.naming import find_entity
from kalip.records.refusing import Teller, teller_of
from kalip.records.services import Services, Work, run
from kalip.records.transfer.batches import BatchImporter, RowOutcome
from kalip.records.transfer.columns import FilledColumn, plan_columns, require_fillable
from kalip.records.transfer.lookups import Lookups
from kalip.records.transfer.plans import Along, ImportPlan, ImportResult, Progress, Refusal
from kalip.records.transfer.refused import RefusedFile
from kalip.records.transfer.tables import Cells
from kalip.storage import ImportRun, advance_import, find_import, start_import

MOST_REFUSALS = 1_000
FIRST_LINE = 2  # the header is line 1


def run_import(
    services: Services,
    actor: Actor,
    plan: ImportPlan,
    progress: Progress | None = None,
    along: Along | None = None,
) -> ImportResult:
    """Import a file, or only check it when the plan is a dry run. Needs the import right, and those of each row.

    What `progress` raises stops it, and the same import goes on from there; `along` is not asked in a dry run.

    Raises NotFound, AccessDenied or BadRequest before the first row; a row's own faults refuse only that row.
    """
    importer = replace(actor, locale=plan.locale)
    plan = replace(plan, entity=run(services, actor, lambda work: _entity_name(work, plan), write=False))
    columns, teller = run(services, importer, partial(_check, plan=plan), write=False)
    state = ImportRun(
        new_id(), plan.entity, plan.table.path.name, plan.table.hash, plan.hash, actor.id, services.clock()
    )
    if not plan.dry_run:
        state = run(services, importer, partial(_start, state=state))
    job = _Job(
        plan,
        BatchImporter(plan, columns, Lookups(plan.references)),
        teller,
        ImportResult(resumed_at=state.position),
        state,
        along,
    )
    began, turns = time.monotonic(), services.database.turns()
    line = services.translate(plan.locale, "Line {line}")
    with RefusedFile(plan.refused, plan.table.columns, line, go_on=state.position > 0) as refused:
        for rows in _batched(plan.table.rows(state.position), plan.batch):
            outcomes = run(
                services, importer, partial(job.save, rows=rows), write=not plan.dry_run, correlation=state.id
            )
            job.count(rows, outcomes, refused)
            if progress is not None:
                progress(job.result.rows, job.result.saved, job.result.refused)
            turns.give_way()
    if not plan.dry_run:
        run(services, importer, job.finish)
        services.database.learn()
    job.result.seconds = time.monotonic() - began
    return job.result


@dataclass(slots=True)
class _Job:
    plan: ImportPlan
    importer: BatchImporter
    teller: Teller
    result: ImportResult
    state: ImportRun
    along: Along | None = None

    def save(self, work: Work, rows: Sequence[Cells]) -> list[RowOutcome]:
        """Save a batch and the position after it in one transaction."""
        outcomes = self.importer.save(work, [row for row in rows if any(row)])
        if not self.plan.dry_run:
            after = self._after(rows, outcomes)
            advance_import(work.session, after)
            if self.along is not None:
                placed = self._placed(rows, outcomes)
                refusals = [self._refusal(place, each.error) for place, each in placed if each.error is not None]
                self.along.batch(work, after, refusals)
        return outcomes

    def count(self, rows: Sequence[Cells], outcomes: Sequence[RowOutcome], refused: RefusedFile) -> None:
        """Add a batch that was committed to the result."""
        result = self.result
        placed = self._placed(rows, outcomes)
        for place, outcome in placed:
            if outcome.error is not None:
                refusal = self._refusal(place, outcome.error)
                self._refuse(refusal, outcome)
                refused.write(rows[place], refusal)
            elif outcome.saved is not None and outcome.saved.created:
                result.created += 1
            elif outcome.saved is not None and outcome.saved.changed:
                result.updated += 1
            else:
                result.unchanged += 1
        refused.flush()
        result.rows += len(placed)
        self.state = self._after(rows, outcomes)

    def finish(self, work: Work) -> None:
        """Note that the file is done."""
        advance_import(work.session, replace(self.state, finished_at=work.now))
        if self.along is not None:
            self.along.end(work, self.state)

    def _placed(self, rows: Sequence[Cells], outcomes: Sequence[RowOutcome]) -> list[tuple[int, RowOutcome]]:
        """What became of the rows that hold something, with their places in the batch."""
        return list(zip((place for place, row in enumerate(rows) if any(row)), outcomes, strict=True))

    def _refusal(self, place: int, error: KalipError) -> Refusal:
        return Refusal(self.state.position + place + FIRST_LINE, error, self.teller.reasons(error))

    def _refuse(self, refusal: Refusal, outcome: RowOutcome) -> None:
        self.result.refused += 1
        if len(self.result.refusals) < MOST_REFUSALS:
            self.result.refusals.append(refusal)
        for choices, value in outcome.choices:
            known = self.result.new_choices.setdefault(choices, [])
            if value not in known:
                known.append(value)

    def _after(self, rows: Sequence[Cells], outcomes: Sequence[RowOutcome]) -> ImportRun:
        saved = [outcome.saved for outcome in outcomes if outcome.saved is not None]
        return replace(
            self.state,
            position=self.state.position + len(rows),
            created=self.state.created + sum(each.created for each in saved),
            updated=self.state.updated + sum(not each.created and bool(each.changed) for each in saved),
            refused=self.state.refused + len(outcomes) - len(saved),
        )


def _entity_name(work: Work, plan: ImportPlan) -> str:
    return find_entity(work, plan.entity).name


def _check(work: Work, plan: ImportPlan) -> tuple[tuple[FilledColumn, ...], Teller]:
    require(work.served, work.actor, Verb.IMPORT, plan.entity)
    require(work.served, work.actor, Verb.CREATE, plan.entity)
    if plan.match is not None:
        require(work.served, work.actor, Verb.UPDATE, plan.entity)
    columns = plan_columns(work.served, plan)
    require_fillable(work, plan, columns)
    return columns, teller_of(work, plan.entity, plan.locale)


def _start(work: Work, state: ImportRun) -> ImportRun:
    earlier = find_import(work.session, state.entity, state.source_hash, state.mapping_hash)
    if earlier is not None:
        return earlier
    start_import(work.session, state)
    return state


def _batched(rows: Iterator[Cells], size: int) -> Iterator[list[Cells]]:
    while batch := list(islice(rows, size)):
        yield batch
