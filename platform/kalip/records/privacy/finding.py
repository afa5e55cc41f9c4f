"""Finds all that is kept of one person: records over all entities at any depth, and what lies beside them.

From the records chosen the way leads to others that are known by the same values, to those that refer to them as being
about the same person, to what they own and to what was merged into them. Rights on records don't count here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from kalip.base.errors import NotFound
from kalip.fields import FieldFault
from kalip.model import Entity, Field
from kalip.records.commands import Record
from kalip.records.privacy.officers import officer
from kalip.records.rules import rules_of
from kalip.records.services import Work
from kalip.records.titles import title_text
from kalip.storage import search, select_many
from kalip.storage.persons import accounts_of, named_like, present, referring, with_values
from kalip.storage.privacy import Key
from kalip.storage.query import Form
from kalip.storage.scrubbing import Traces, count_traces, merged_into

MOST_CANDIDATES = 30
MOST_MENTIONS = 30
MOST_RECORDS = 5_000
_READ = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be of the person looked for; `values` are what it is known by."""

    entity: str
    id: str
    title: str
    values: tuple[str, ...]
    archived: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A record with data of a person. `how` is chosen, same, about, part or merged; `field` led to it."""

    entity: str
    id: str
    title: str
    how: str
    field: str = ""
    archived: bool = False

    @property
    def key(self) -> Key:
        """Entity and id."""
        return self.entity, self.id


@dataclass(frozen=True, slots=True)
class Person:
    """All that is kept of a person. `addresses` are values that tell persons apart, `names` what one is called.

    `beside` counts rows beside the records by noun; `mentions` are other records in whose texts the person stands:
    both are empty until `look_beside` has looked.
    """

    addresses: tuple[str, ...]
    names: tuple[str, ...]
    records: tuple[Found, ...]
    beside: Mapping[str, int]
    mentions: tuple[Candidate, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The records' entities and ids."""
        return tuple(each.key for each in self.records)

    @property
    def traces(self) -> Traces:
        """What to look for beside the records."""
        return Traces(self.keys, self.addresses, (*self.addresses, *self.names))


def candidates(work: Work, text: str) -> tuple[Candidate, ...]:
    """Records of persons that an e-mail address, a telephone number or a name may mean, by address first."""
    officer(work)
    said = text.strip()[:200]
    if not said:
        return ()
    keys: dict[Key, None] = {}
    for entity, field in _telling(work):
        value = _read(work, field, said)
        if value is not None:
            keys |= {
                (entity.name, each): None
                for each, _ in with_values(work.session, work.served, entity.name, field.name, [value])
            }
    for entity in work.model.entities.values():
        if entity.subject is not None and entity.subject.name and len(keys) < MOST_CANDIDATES:
            found = named_like(
                work.session, work.served, entity.name, entity.subject.name, said.split(), MOST_CANDIDATES
            )
            keys |= {(entity.name, each): None for each in found}
    return shown(work, list(keys)[:MOST_CANDIDATES])


def find_person(work: Work, roots: Sequence[Key], without: Sequence[Key] = (), also: Sequence[Key] = ()) -> Person:
    """The records of the person whose records `roots` are; `without` are those of somebody else, `also` are more.

    NotFound when none of the roots is there.
    """
    officer(work)
    chosen = present(work.session, work.served, [*roots, *also])
    if not chosen:
        raise NotFound("There is no such record.")
    _note_look(work, chosen)
    addresses, names = values_of(work, chosen)
    records = {key: Found(*key, "", "chosen") for key in chosen}
    left_out = set(without) - set(chosen)
    _add(records, _same(work, addresses), left_out)
    fresh = list(records)
    while fresh and len(records) < MOST_RECORDS:
        before = set(records)
        for following in (_about(work, fresh), _parts(work, fresh), _merged(work, fresh)):
            _add(records, following, left_out)
        fresh = [key for key in records if key not in before]
    titled = {(each.entity, each.id): each for each in shown(work, list(records))}
    entries = tuple(
        replace(each, title=titled[key].title, archived=titled[key].archived)
        for key, each in records.items()
        if key in titled
    )
    more_addresses, more_names = values_of(work, [each.key for each in entries if each.how in ("same", "merged")])
    return Person(
        tuple(dict.fromkeys((*addresses, *more_addresses))),
        tuple(dict.fromkeys((*names, *more_names))),
        entries,
        {},
        (),
    )


def look_beside(work: Work, person: Person) -> Person:
    """The same person with what lies beside the records and with mentions: for whoever shows it, as it looks far."""
    counts = count_traces(work.session, person.traces)
    for account in accounts_of(work.session, person.addresses):
        noun = "accounts that stay" if account["active"] else "accounts"
        counts[noun] = counts.get(noun, 0) + 1
    return replace(person, beside=counts, mentions=_mentions(work, person))


def values_of(work: Work, keys: Sequence[Key]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """By what the persons of records are known, and what they are called."""
    addresses: dict[str, None] = {}
    names: dict[str, None] = {}
    for entity, rows in read(work, keys):
        subject = entity.subject
        if subject is None:
            continue
        for row in rows.values():
            addresses |= {str(row[name]): None for name in subject.by if row.get(name)}
            if subject.name and row.get(subject.name):
                names[line_of(work, entity.fields[subject.name], row[subject.name])] = None
    return tuple(addresses), tuple(each for each in names if each.strip())


def read(work: Work, keys: Sequence[Key], form: Form = "values") -> Iterator[tuple[Entity, dict[str, Record]]]:
    """Records with all their own fields, as Python values or otherwise, entity by entity, some at a time."""
    for name in dict.fromkeys(entity for entity, _ in keys):
        entity = work.model.entities.get(name)
        if entity is None:
            continue
        ids = [record_id for each, record_id in keys if each == name]
        for start in range(0, len(ids), _READ):
            some = ids[start : start + _READ]
            yield entity, select_many(work.session, work.served, name, some, work.context, form=form)


def shown(work: Work, keys: Sequence[Key]) -> tuple[Candidate, ...]:
    """Records with their titles, in the order given; those that are gone are left out."""
    found: dict[Key, Candidate] = {}
    for entity, rows in read(work, keys):
        subject = entity.subject
        for record_id, row in rows.items():
            title = title_text(work, entity, row.get(entity.title)) or record_id
            values = tuple(str(row[name]) for name in (subject.by if subject else ()) if row.get(name))
            found[entity.name, record_id] = Candidate(
                entity.name, record_id, title, values, row.get("archived_at") is not None
            )
    return tuple(found[key] for key in keys if key in found)


def line_of(work: Work, field: Field, value: object) -> str:
    """A field's value in one line: of a composite one the whole of it."""
    kind = work.served.types[field.type]
    line = None if value is None else kind.to_parts(field, value)[0]
    return line if isinstance(line, str) else kind.to_text(field, value) if value is not None else ""


def _note_look(work: Work, keys: Sequence[Key]) -> None:
    """Have the event log tell that somebody looked at all that is kept of a person."""
    for entity, record_id in keys if work.actor.id is not None else ():
        subject = work.entity(entity).subject
        shown_fields = (*subject.by, subject.name) if subject is not None else ()
        work.reads.setdefault((entity, record_id), set()).update(name for name in shown_fields if name)


def _telling(work: Work) -> Iterator[tuple[Entity, Field]]:
    for entity in work.model.entities.values():
        for name in entity.subject.by if entity.subject is not None else ():
            yield entity, entity.fields[name]


def _read(work: Work, field: Field, text: str) -> str | None:
    """A text as a field holds it; None when it can't be one of its values."""
    try:
        value = work.served.types[field.type].parse_text(field, text, work.actor.locale, UTC)
    except FieldFault:
        return None
    return str(value) if value else None


def _add(records: dict[Key, Found], found: Iterator[Found], without: set[Key]) -> None:
    for each in found:
        if each.key not in without and len(records) < MOST_RECORDS:
            records.setdefault(each.key, each)


def _same(work: Work, addresses: Sequence[str]) -> Iterator[Found]:
    if addresses:
        for entity, field in _telling(work):
            for each, _ in with_values(work.session, work.served, entity.name, field.name, addresses):
                yield Found(entity.name, each, "", "same", field.name)


def _about(work: Work, keys: Sequence[Key]) -> Iterator[Found]:
    """Records that say by a reference that they are about the same person."""
    for entity in work.model.entities.values():
        for name in entity.subject.via if entity.subject is not None else ():
            yield from _referring(work, entity, entity.fields[name], keys, "about")


def _parts(work: Work, keys: Sequence[Key]) -> Iterator[Found]:
    """Lines of the records."""
    for entity in work.model.entities.values():
        if entity.owned_by is not None:
            yield from _referring(work, entity, entity.fields[entity.owned_by], keys, "part")


def _referring(work: Work, entity: Entity, field: Field, keys: Sequence[Key], how: str) -> Iterator[Found]:
    targets = {*field.targets, *((field.target,) if field.target else ())}
    ids = [record_id for name, record_id in keys if name in targets]
    if ids:
        for each in referring(work.session, work.served, entity.name, field.name, ids):
            yield Found(entity.name, each, "", how, field.name)


def _merged(work: Work, keys: Sequence[Key]) -> Iterator[Found]:
    for entity, record_id in merged_into(work.session, [each for _, each in keys]):
        if entity in work.model.entities:
            yield Found(entity, record_id, "", "merged")


def _mentions(work: Work, person: Person) -> tuple[Candidate, ...]:
    """Other records whose searched texts hold an address or a name."""
    known = set(person.keys)
    scope = dict.fromkeys(work.model.entities, ())
    keys: dict[Key, None] = {}
    for text in (*person.addresses, *person.names):
        for hit in search(work.session, work.served, text, scope, work.context, MOST_MENTIONS):
            if (hit.entity, hit.id) not in known:
                keys[hit.entity, hit.id] = None
    return shown(work, list(keys)[:MOST_MENTIONS])


def text_fields(work: Work, entity: str) -> tuple[str, ...]:
    """The stored fields of an entity that hold free text."""
    rules = rules_of(work.served, entity)
    return tuple(name for name, field in rules.stored.items() if field.type in ("text", "long_text", "rich_text"))
