"""Checks that records referred to are there and may be seen, and reads of them what the rules need."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kalip.base.ids import is_id
from kalip.fields import AnyReference
from kalip.model import DIRECTORY, USER, Field, Verb
from kalip.records.filters import allowed_rows
from kalip.records.rules import ANY_REFERENCE
from kalip.records.saving.drafts import Draft
from kalip.records.saving.needs import Needs
from kalip.records.services import Work
from kalip.storage import select_many
from kalip.storage.merging import roots_of
from kalip.storage.related import directory_rows

Target = tuple[str, str]
Wanted = dict[str, dict[str, list[tuple[Draft, str]]]]
"""Entity → id → the drafts and field names that refer to it."""


def check_references(work: Work, drafts: Sequence[Draft], needs: Needs, names: Iterable[str] | None = None) -> None:
    """Blame the references that lead nowhere, to an archived record or to one the actor may not see.

    One statement for each entity referred to, for all drafts. `names` limits it to some fields.
    """
    wanted: Wanted = defaultdict(lambda: defaultdict(list))
    paths: dict[str, set[str]] = defaultdict(set)
    for draft in drafts:
        for name, target in _targets(draft, set(names) if names is not None else None):
            wanted[target[0]][target[1]].append((draft, name))
            paths[target[0]] |= needs.hops.get(name, set()) | needs.elements.get(name, set())
            paths[target[0]] |= _filter_paths(draft.rules.attributes[name])
    for entity, uses in wanted.items():
        if entity in DIRECTORY:
            _check_directory(work, entity, uses, needed=bool(paths[entity]))
        else:
            _check_records(work, entity, uses, paths[entity])


def _targets(draft: Draft, names: set[str] | None) -> Iterable[tuple[str, Target]]:
    for name, field in draft.rules.references.items():
        value = draft.values.get(name)
        if value is None or name == draft.via or (names is not None and name not in names):
            continue
        if field.type == ANY_REFERENCE:
            if isinstance(value, AnyReference):
                yield name, (value.entity, value.id)
        else:
            yield name, (str(field.names), str(value))
    for name, ids in draft.links.items():
        fresh = set(ids) - set(draft.old_links.get(name, ()))
        target = str(draft.rules.attributes[name].target)
        if names is None or name in names:
            yield from ((name, (target, each)) for each in fresh)


def _check_directory(work: Work, kind: str, uses: dict[str, list[tuple[Draft, str]]], *, needed: bool) -> None:
    """Look whether the users or groups are there; `needed`: something is asked of them.

    A record may keep the name of a group that was deleted since.
    """
    unknown = [each for each in uses if needed or kind != USER or each != work.actor.id]
    found = directory_rows(work.session, kind, unknown)
    for each in unknown:
        for draft, _ in uses[each]:
            draft.related[kind, each] = {**found.get(each, {})}
        if each not in found:
            fresh = [(draft, name) for draft, name in uses[each] if draft.before.get(name) != each]
            _blame(fresh, "not_found", "There is no such user." if kind == USER else "There is no such group.")


def _check_records(work: Work, entity: str, uses: dict[str, list[tuple[Draft, str]]], paths: set[str]) -> None:
    filters = allowed_rows(work, Verb.READ, entity)
    ids = [each for each in uses if is_id(each)]
    rows: dict[str, dict[str, object]] = {}
    if filters is not None and ids:
        fields = ("archived_at", *sorted(paths))
        rows = select_many(work.session, work.served, entity, ids, work.context, fields, form="parts", filters=filters)
    archived = [each for each, row in rows.items() if row.get("archived_at") is not None]
    roots = roots_of(work.session, archived) if archived else {}
    later: dict[str, list[tuple[Draft, str]]] = defaultdict(list)
    for record_id, places in uses.items():
        row = rows.get(record_id)
        if row is None:
            _blame(places, "not_found", "There is no such record, or you may not see it.")
        elif record_id in roots:
            later[roots[record_id]] += places
            _lead_on(places, record_id, roots[record_id])
        elif row.get("archived_at") is not None:
            _blame(places, "archived", "This record is archived.")
        else:
            for draft, name in places:
                draft.related[entity, record_id] = {**draft.related.get((entity, record_id), {}), **row}
                _check_filter(work, draft, name, row)
    if later:
        _check_records(work, entity, later, paths)


def _lead_on(places: Iterable[tuple[Draft, str]], record_id: str, root: str) -> None:
    """Let what names a merged record name what it went into."""
    for draft, name in places:
        value = draft.values.get(name)
        if name in draft.links:
            draft.links[name] = tuple(dict.fromkeys(root if each == record_id else each for each in draft.links[name]))
        else:
            draft.values[name] = AnyReference(value.entity, root) if isinstance(value, AnyReference) else root


def _check_filter(work: Work, draft: Draft, name: str, row: dict[str, object]) -> None:
    condition = draft.rules.attributes[name].options.get("filter")
    if condition is not None and condition.evaluate(row, work.context) is not True:
        draft.blame(name, "not_eligible", "This record can't be chosen here.")


def _filter_paths(field: Field) -> set[str]:
    condition = field.options.get("filter")
    return set() if condition is None else set(condition.paths)


def _blame(places: Iterable[tuple[Draft, str]], code: str, template: str) -> None:
    for draft, name in places:
        draft.blame(name, code, template)
