"""What the client of a new record had before: a choice that the system makes, whoever makes the record."""

from collections.abc import Sequence

from kalip.fields.literals import literal_of
from kalip.model import Entity, Outcome
from kalip.records.filters import compile_filter
from kalip.records.saving.drafts import Draft, put
from kalip.records.services import Work
from kalip.storage import Filter, find_by_texts


def note_history(work: Work, drafts: Sequence[Draft]) -> None:
    """Set the field that says whether the client is new, asked before or bought before.

    At most two statements for each of the client fields, for all drafts.
    """
    fresh = [draft for draft in drafts if draft.new]
    intake = fresh[0].rules.entity.intake if fresh else None
    if intake is None or intake.history is None:
        return
    history, entity = intake.history, fresh[0].rules.entity
    asked = {name: _clients(fresh, name) for name in intake.clients}
    earlier = _known(work, entity, asked, "")
    won = _known(work, entity, {name: ids & earlier for name, ids in asked.items()}, stages_filter(entity, Outcome.WON))
    for draft in fresh:
        clients = {str(draft.after[name]) for name in intake.clients if draft.after.get(name)}
        said = history.won if clients & won else history.earlier if clients & earlier else history.none
        put(draft, {history.field: said})


def stages_filter(entity: Entity, *outcomes: Outcome) -> str:
    """The condition that a record is in a stage of one of these outcomes; empty when there is no such stage."""
    conditions = []
    for pipeline in entity.pipelines.values():
        stages = [stage.name for stage in pipeline.stages.values() if stage.outcome in outcomes]
        if stages:
            conditions.append(f"pipeline == {literal_of(pipeline.name)} && stage in {literal_of(stages)}")
    return " || ".join(f"({each})" for each in conditions)


def _clients(drafts: Sequence[Draft], name: str) -> set[str]:
    return {str(draft.after[name]) for draft in drafts if draft.after.get(name)}


def _known(work: Work, entity: Entity, asked: dict[str, set[str]], said: str) -> set[str]:
    filters = (Filter(compile_filter(work.served, entity.name, said)),) if said else ()
    found: set[str] = set()
    for name, ids in asked.items():
        wanted = sorted(ids)
        found |= set(find_by_texts(work.session, work.served, entity.name, name, wanted, work.context, filters))
    return found
