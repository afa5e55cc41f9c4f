"""Full-text search that tells nothing of hidden fields: what was found by them alone is not found."""

from collections.abc import Mapping, Sequence
from typing import Final

from kalip.access import Masked
from kalip.model import Entity
from kalip.records.naming import find_path
from kalip.records.related import Concealment
from kalip.records.services import Work
from kalip.storage import Filter, search, select_many
from kalip.storage.search import SearchHit
from kalip.storage.words import index_words, matched, query_words

MOST_CANDIDATES: Final = 1_000
_TITLE_WEIGHT: Final = 8.0

Scope = Mapping[str, Sequence[Filter]]


def find_words(work: Work, text: str, scope: Scope, limit: int) -> list[SearchHit]:
    """The records that hold all the words in what the actor may see of them, best first.

    The index holds the words of all fields together. Where some of an entity's are hidden from the actor, what it finds
    is looked at again: of at most `MOST_CANDIDATES` records those stay that hold the words in fields that are shown,
    and what is hidden has no part in their order.
    """
    plain = {name: filters for name, filters in scope.items() if _is_plain(work, name)}
    hits = search(work.session, work.served, text, plain, work.context, limit) if plain else []
    for name in scope.keys() - plain.keys():
        some = {name: scope[name]}
        found = search(work.session, work.served, text, some, work.context, MOST_CANDIDATES)
        hits += _read_again(work, work.seen.entities[name], [hit.id for hit in found], text)
    return sorted(hits, key=lambda hit: (-hit.rank, hit.entity, hit.id))[:limit]


def _is_plain(work: Work, entity: str) -> bool:
    sight = work.sight(entity)
    found = work.entity(entity)
    return all(sight.shows_all(path.partition(".")[0]) for path in (found.title, *found.search))


def _read_again(work: Work, entity: Entity, ids: Sequence[str], text: str) -> list[SearchHit]:
    names = tuple(dict.fromkeys((entity.title, *entity.search)))
    paths = [find_path(work.served, entity, name) for name in names]
    concealment = Concealment(work, entity, paths)
    rows = select_many(
        work.session, work.served, entity.name, ids, work.context, (*names, *concealment.fields), form="values"
    )
    concealment.apply(list(rows.values()))
    wanted, hits = query_words(text), []
    for record_id, row in rows.items():
        said = [_words(work, entity, name, row.get(name)) for name in names]
        if matched(wanted, {word for words in said for word in words}) == len(wanted):
            rank = _TITLE_WEIGHT * matched(wanted, set(said[0])) + len(wanted)
            hits.append(SearchHit(entity.name, record_id, rank))
    return hits


def _words(work: Work, entity: Entity, name: str, value: object) -> list[str]:
    field = entity.attribute(name)
    if field is None or value is None or isinstance(value, Masked):
        return []
    return index_words(work.served.types[field.type].to_text(field, value))
