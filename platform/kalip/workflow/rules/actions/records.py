"""Sets fields, makes records, changes related ones: by the save pipeline of every change."""

from collections.abc import Mapping

from kalip.base.errors import NotFound
from kalip.model import CreateRecord, SetFields, Sort, UpdateRelated
from kalip.records import Grounds, SaveRecord, Work, compile_filter, save_record
from kalip.records.rules import rules_of
from kalip.records.saving import Draft, as_value, evaluate
from kalip.storage import Filter, Query, select_page
from kalip.workflow.acting import give
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.scene import Scene

MOST_RELATED = 500
"""How many related records one action changes: more are work for a schedule."""


def set_fields(scene: Scene, action: SetFields, name: str) -> Did:  # noqa: ARG001 - has the family's signature
    """Set fields of the record."""
    given: dict[str, object] = {}

    def decide(work: Work, draft: Draft) -> None:
        scene.furnish(draft, action.values.values())
        values = {each: evaluate(work, draft, expression) for each, expression in action.values.items()}
        given.update(_give(draft, values))

    grounds = Grounds(decide=decide, sets=tuple(action.values), reads=tuple(action.values.values()))
    saved = save_record(scene.work, SaveRecord(scene.entity, id=scene.record_id), grounds)
    if not saved.changed:
        return Did("Nothing to change.", {}, saved.entity, saved.id)
    changed = {each: given[each] for each in action.values if each in saved.changed}
    return Did("Set {fields}.", {"fields": list(changed), "values": changed}, saved.entity, saved.id)


def create_record(scene: Scene, action: CreateRecord, name: str) -> Did:  # noqa: ARG001
    """Make a record."""
    values = scene.values(action.values)
    saved = save_record(scene.work, SaveRecord(action.entity, accept_duplicates=True), _giving(values))
    return Did("Made a record of {entity}.", {"entity": action.entity}, saved.entity, saved.id)


def update_related(scene: Scene, action: UpdateRelated, name: str) -> Did:  # noqa: ARG001
    """Change related records, each by a save of its own. NotFound when there are too many."""
    work, values = scene.work, scene.values(action.values)
    ids = _related(scene, action)
    changed = 0
    for record_id in ids:
        saved = save_record(work, SaveRecord(action.entity, id=record_id, accept_duplicates=True), _giving(values))
        changed += bool(saved.changed)
    params = {"entity": action.entity, "count": changed, "found": len(ids)}
    return Did("Changed {count} of {found} records of {entity}.", params)


def _related(scene: Scene, action: UpdateRelated) -> list[str]:
    work = scene.work
    filters = [Filter(action.where)] if action.where is not None else []
    if action.reference:
        draft = scene.look((), fields=(action.reference,))
        target = draft.rules.value_of(action.reference, draft.before)
        if target is None:
            return []
        ids: tuple[str, ...] | None = (str(target),)
    else:
        ids = None
        filters.append(Filter(compile_filter(work.served, action.entity, f"{action.by} == '{scene.record_id}'")))
    query = Query(action.entity, ("id",), tuple(filters), (Sort("id"),), MOST_RELATED + 1, ids=ids)
    found = [str(row["id"]) for row in select_page(work.session, work.served, query, work.context, "values").rows]
    if len(found) > MOST_RELATED:
        many = "More than {limit} related records match: that is too much for one rule."
        raise NotFound(many, params={"limit": MOST_RELATED})
    return found


def _giving(values: Mapping[str, object]) -> Grounds:
    """The grounds of a save that gives fields these values, as the house does."""

    def decide(_work: Work, draft: Draft) -> None:
        _give(draft, values)

    return Grounds(decide=decide, sets=tuple(values))


def _give(draft: Draft, values: Mapping[str, object]) -> dict[str, object]:
    return {name: give(draft, name, as_value(draft.rules, name, value)) for name, value in values.items()}


def json_values(work: Work, entity: str, values: Mapping[str, object]) -> dict[str, object]:
    """Results of expressions as REST says the fields' values."""
    rules = rules_of(work.served, entity)
    return {name: rules.to_json(name, as_value(rules, name, value)) for name, value in values.items()}
