"""Gives the record to one of a role's users: each in turn, or who has the fewest open records."""

from kalip.base.errors import NotFound
from kalip.model import AssignUser, Entity, Outcome
from kalip.records import Grounds, SaveRecord, Work, compile_filter, save_record
from kalip.records.saving import Draft
from kalip.storage import Aggregate, Filter, User, aggregate, next_number
from kalip.workflow.acting import give
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.actions.people import with_roles
from kalip.workflow.rules.scene import Scene


def assign_user(scene: Scene, action: AssignUser, name: str) -> Did:
    """Give the user field to somebody. NotFound when nobody has the role."""
    people = with_roles(scene, (action.role,))
    if not people:
        raise NotFound("Nobody has the role '{role}': there is nobody to assign.", params={"role": action.role})
    # The counter is one row: whoever assigns by the same rule meanwhile waits, so that both see each other's choice.
    number = next_number(scene.work.session, f"rule:{scene.rule.address}:{name}")
    person = people[(number - 1) % len(people)] if action.by == "turn" else _least_busy(scene, action, people)

    def decide(_work: Work, draft: Draft) -> None:
        give(draft, action.field, person.id)

    grounds = Grounds(decide=decide, sets=(action.field,))
    saved = save_record(scene.work, SaveRecord(scene.entity, id=scene.record_id), grounds)
    params = {"user": person.name, "user_id": person.id, "field": action.field}
    return Did("Assigned to {user}.", params, saved.entity, saved.id)


def _least_busy(scene: Scene, action: AssignUser, people: list[User]) -> User:
    work = scene.work
    entity = work.entity(scene.entity)
    condition = action.where
    if condition is None and (source := _open_source(entity)):
        condition = compile_filter(work.served, entity.name, source)
    filters = (Filter(condition),) if condition is not None else ()
    rows = aggregate(work.session, work.served, entity.name, Aggregate(action.field, filters=filters), work.context)
    load = {str(row.key): row.count for row in rows if row.key is not None}
    return min(people, key=lambda user: load.get(user.id, 0))


def _open_source(entity: Entity) -> str:
    """The condition of being in an open stage; empty for an entity without stages."""
    stages = [
        stage.name
        for pipeline in entity.pipelines.values()
        for stage in pipeline.stages.values()
        if stage.outcome is Outcome.OPEN
    ]
    return f"stage in [{', '.join(repr(stage) for stage in dict.fromkeys(stages))}]" if stages else ""
