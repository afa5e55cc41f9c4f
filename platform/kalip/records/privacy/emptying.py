"""What stands in a field once the data about a person is gone from it, and how records are emptied.

Rules of the entity are not asked: a record must never stay whole because a check wants an e-mail address. Each change
is an event that names the fields and none of their values.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from kalip.fields import PersonName
from kalip.model import FILE_KINDS, Entity
from kalip.records.commands import Record
from kalip.records.journal import ERASED, append, make_event
from kalip.records.privacy.finding import line_of, read, text_fields
from kalip.records.rules import REFERENCES
from kalip.records.saving.owned import reindex
from kalip.records.services import Work
from kalip.storage import update_record
from kalip.storage.events import redact_events
from kalip.storage.persons import empty_retired
from kalip.storage.privacy import Key
from kalip.storage.scrubbing import GONE, NOBODY, SHORTEST

WHY = "personal data was erased"
_TEXTS = ("text", "long_text", "rich_text")
_EMPTY: tuple[object, ...] = (None, "", (), [])


def marked_fields(entity: Entity) -> tuple[str, ...]:
    """The fields of an entity that are marked as data about a person and stored."""
    return tuple(mark.field for mark in entity.personal if entity.fields[mark.field].type not in ("children", "rollup"))


def filled_fields(work: Work, keys: Sequence[Key], texts: Collection[str]) -> dict[Key, tuple[str, ...]]:
    """The fields of records to empty: marked ones with a value, and texts in which one of these texts stands."""
    wanted = [each.casefold() for each in texts if len(each) >= SHORTEST]
    found: dict[Key, tuple[str, ...]] = {}
    for entity, rows in read(work, keys):
        marked, written = marked_fields(entity), text_fields(work, entity.name)
        for record_id, row in rows.items():
            names = [name for name in marked if row.get(name) not in _EMPTY]
            names += [
                name
                for name in written
                if name not in names
                and row.get(name)
                and not entity.fields[name].system
                and any(each in line_of(work, entity.fields[name], row[name]).casefold() for each in wanted)
            ]
            found[entity.name, record_id] = tuple(names)
    return found


def empty_fields(work: Work, fields: Mapping[Key, Sequence[str]], *, whole: bool = False) -> None:
    """Empty fields of records: rows, index, keys of duplicates and what their events say. Commits nothing.

    With `whole` the events forget all that marked fields and texts ever held, filled now or not. Files that the fields
    name stay until `scrub` forgets them.
    """
    for (entity_name, record_id), names in fields.items():
        entity = work.entity(entity_name)
        told = {*names, *((*marked_fields(entity), *text_fields(work, entity_name)) if whole else ())}
        if told:
            redact_events(work.session, entity_name, record_id, sorted(told), WHY, work.now)
        if names:
            values: Record = {name: _replacement(entity, name, record_id) for name in names}
            stamp: Record = {"updated_at": work.now, "updated_by": work.actor.id}
            update_record(work.session, work.served, entity_name, record_id, {**values, **stamp}, None)
    empty_retired(work.session, work.served, list(fields))
    touched = [key for key, names in fields.items() if names]
    for entity_name in dict.fromkeys(entity for entity, _ in touched):
        _reindex(work, entity_name, [record_id for each, record_id in touched if each == entity_name])
    append(work, [make_event(work, ERASED, *key, (None, {"fields": list(fields[key])})) for key in touched])


def file_fields(work: Work, fields: Mapping[Key, Sequence[str]]) -> dict[str, set[str]]:
    """The fields for files among those that are emptied, by entity."""
    found: dict[str, set[str]] = {}
    for (entity, _), names in fields.items():
        known = work.entity(entity).fields
        found.setdefault(entity, set()).update(name for name in names if known[name].type in FILE_KINDS)
    return found


def _reindex(work: Work, entity: str, ids: Iterable[str]) -> None:
    rows = {each: row for _, found in read(work, [(entity, each) for each in ids]) for each, row in found.items()}
    for archived in (True, False):
        some = [each for each, row in rows.items() if (row.get("archived_at") is not None) is archived]
        if some:
            reindex(work, entity, some, archived=archived)


def _replacement(entity: Entity, name: str, record_id: str) -> object:
    """Nothing, or what a field that is never empty holds of nobody."""
    field = entity.fields[name]
    if field.type in (REFERENCES, "files", "tags", "choices"):
        return ()
    if not field.required and name != entity.title:
        return None
    alone = field.unique or any(name in key.fields for key in entity.unique)
    if field.type in _TEXTS:
        return record_id if alone else GONE
    if field.type == "email":
        return f"{record_id}@{NOBODY}"
    return PersonName(None, None, GONE) if field.type == "person_name" else None
