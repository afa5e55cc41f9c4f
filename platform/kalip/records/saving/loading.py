"""Reads the rows that changes start from, in one statement for all drafts, and compares versions."""

from collections.abc import Mapping, Sequence

from kalip.base.errors import AccessDenied, Conflict, KalipError, NotFound, StaleVersion
from kalip.fields import FieldFault, Style
from kalip.model import Verb
from kalip.records.filters import allowed_rows
from kalip.records.rules import STAGE_FIELDS, EntityRules, rules_of
from kalip.records.saving.drafts import Draft, LineChange
from kalip.records.saving.needs import Needs
from kalip.records.services import Work
from kalip.storage import children, links, select_many


def load_before(work: Work, drafts: Sequence[Draft], needs: Needs) -> None:
    """Give each draft of an existing record its row, or the error why it may not go on.

    All drafts are of one entity. A draft keeps only the values that differ from the row's.
    """
    stored = [draft for draft in drafts if not draft.new]
    if not stored:
        return
    rules = stored[0].rules
    filters = allowed_rows(work, Verb.READ, rules.entity.name) if stored[0].parent is None else ()
    rows: dict[str, dict[str, object]] = {}
    if filters is not None:
        ids = [draft.id for draft in stored]
        fields = _fields(rules, needs)
        rows = select_many(
            work.session, work.served, rules.entity.name, ids, work.context, fields, form="parts", filters=filters
        )
    for draft in stored:
        row = rows.get(draft.id)
        if row is None:
            draft.error = missing(rules.entity.name, draft.id)
        else:
            draft.before = row
            draft.error = _obstacle(draft, row)
            _keep_differences(draft)


def load_collections(work: Work, drafts: Sequence[Draft], needs: Needs) -> None:
    """Give drafts the present lines and links that they change or that their rules read."""
    known = [draft for draft in drafts if not draft.new and draft.error is None]
    if not drafts:
        return
    rules = drafts[0].rules
    for name in rules.children:
        wanted = [draft for draft in known if name in draft.raw_lines or name in needs.elements]
        _load_lines(work, wanted, name, needs.elements.get(name, set()))
    for name in rules.links:
        wanted = [draft for draft in known if name in draft.raw_links or name in needs.elements]
        if wanted:
            found = links(work.session, work.served, rules.entity.name, name, [draft.id for draft in wanted])
            for draft in wanted:
                draft.old_links[name] = tuple(found.get(draft.id, ()))


def missing(entity: str, record_id: str) -> NotFound:
    """The error for a record that is not there, or that the actor may not see."""
    return NotFound("There is no {entity} with the id '{id}'.", params={"entity": entity, "id": record_id})


def _fields(rules: EntityRules, needs: Needs) -> tuple[str, ...]:
    collections = {*rules.children, *rules.links}
    own = (name for name in sorted(needs.fields) if name not in collections)
    dotted = (
        f"{head}.{rest}" for head, paths in needs.hops.items() if head not in collections for rest in sorted(paths)
    )
    always = (name for name in ("version", "archived_at", *STAGE_FIELDS) if name in rules.entity.system)
    return tuple(dict.fromkeys((*always, *own, *dotted)))


def _obstacle(draft: Draft, row: dict[str, object]) -> KalipError | None:
    current = row["version"]
    if draft.command.version is not None and draft.command.version != current:
        return stale(draft.id, draft.command.version, int(str(current)))
    if draft.grounds.verb is Verb.READ:
        return None
    archived = row.get("archived_at") is not None
    if draft.grounds.verb is Verb.RESTORE:
        return None if archived else Conflict("The record is not archived.", params={"id": draft.id})
    return Conflict("The record is archived; restore it first.", params={"id": draft.id}) if archived else None


def stale(record_id: str, yours: int | None, current: int) -> StaleVersion:
    """The error for a change that was made from an older version."""
    return StaleVersion(
        "The record was changed meanwhile: you had version {yours}, it is version {current} now.",
        current=current,
        params={"yours": yours, "current": current, "id": record_id},
    )


def denied_change(draft: Draft) -> AccessDenied:
    """The error for a record that may be seen but not changed so."""
    return AccessDenied(
        "You may not {verb} this {entity}.",
        params={"verb": draft.verb.value, "entity": draft.entity, "id": draft.id},
    )


def _keep_differences(draft: Draft) -> None:
    rules = draft.rules
    for name in [name for name in draft.values if rules.value_of(name, draft.before) == draft.values[name]]:
        del draft.values[name]
    if draft.violations:
        draft.violations = [each for each in draft.violations if not _is_unchanged(draft, each.pointer)]


def _is_unchanged(draft: Draft, pointer: str) -> bool:
    # A value that today's rules refuse may stay as it is: a retired choice, say.
    name = pointer.removeprefix(draft.pointer).lstrip("/").split("/")[0]
    if name not in draft.explicit or name not in draft.rules.stored or name not in draft.command.values:
        return False
    raw = draft.command.values[name]
    try:
        value = draft.rules.types[name].parse(draft.rules.attributes[name], raw)
    except FieldFault:
        return _is_as_shown(draft, name, raw)
    return bool(value == draft.rules.value_of(name, draft.before))


def _is_as_shown(draft: Draft, name: str, raw: object) -> bool:
    """Whether a value that can't be read is just what the record shows: a choice that is no longer offered, say."""
    field, kind = draft.rules.attributes[name], draft.rules.types[name]
    value = draft.rules.value_of(name, draft.before)
    if value is None:
        return False
    if isinstance(raw, Mapping):
        shown = kind.to_inputs(field, value, Style()).get("")
        return shown is not None and list(raw.get("", ())) == list(shown)
    return raw in (kind.to_json(field, value), kind.to_text(field, value))


def _load_lines(work: Work, drafts: Sequence[Draft], name: str, elements: set[str]) -> None:
    if not drafts:
        return
    field = drafts[0].rules.attributes[name]
    lines = rules_of(work.served, str(field.target))
    readable = (each for each in lines.attributes if each not in lines.children and each not in lines.links)
    fields = tuple(dict.fromkeys((*readable, *sorted(elements))))
    ids = [draft.id for draft in drafts]
    found = children(work.session, work.served, drafts[0].entity, name, ids, fields, work.context, form="parts")
    for draft in drafts:
        rows = found.get(draft.id, [])
        draft.lines[name] = LineChange(existing={str(row["id"]): row for row in rows})
