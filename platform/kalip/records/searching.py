"""Finds records by words over all entities, and the records that a reference may point to. Rights are in the SQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from kalip.base.errors import BadRequest, NotFound
from kalip.base.names import did_you_mean
from kalip.model import DIRECTORY, GROUP, USER, Entity, Field, Sort, Verb
from kalip.records.commands import Hit
from kalip.records.filters import allowed_rows, compile_filter
from kalip.records.finding import find_words
from kalip.records.naming import find_path, known_entities, visible_entity
from kalip.records.related import Concealment
from kalip.records.services import Work
from kalip.records.titles import title_text, titles_of
from kalip.storage import Filter, Query, list_users, select_page
from kalip.storage.groups import list_groups

MOST_HITS = 200
LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class PickQuery:
    """What a reference field may point to: by the field that is filled in, or of an entity in general."""

    entity: str
    text: str = ""
    field: str | None = None
    limit: int = 20


def search_records(work: Work, text: str, entities: Sequence[str] | None = None, limit: int = 20) -> tuple[Hit, ...]:
    """Records that hold all the words, best first; the last word may be a beginning. Only what the actor may see."""
    names = [visible_entity(work, name).name for name in entities] if entities else list(work.model.entities)
    scope = {name: filters for name in names if (filters := allowed_rows(work, Verb.READ, name)) is not None}
    if not text.strip() or not scope:
        return ()
    found = find_words(work, text.strip()[:LONGEST_QUERY], scope, min(limit, MOST_HITS))
    wanted: dict[str, list[str]] = {}
    for hit in found:
        wanted.setdefault(hit.entity, []).append(hit.id)
    titles = titles_of(work, wanted)
    return tuple(Hit(hit.entity, hit.id, titles.of(hit.entity, hit.id)) for hit in found)


def pick(work: Work, query: PickQuery) -> tuple[Hit, ...]:
    """Records to choose from, at most `limit`; the reference's own filter is obeyed.

    Without a text those changed last, else those whose title begins with it, then those that hold its words.
    """
    owner, field = _reference(work, query)
    if field is not None and field.type in DIRECTORY:
        return (pick_user if field.type == USER else pick_group)(work, query.text, query.limit)
    entity = owner if field is None else work.seen.entities[str(field.target)]
    filters = allowed_rows(work, Verb.READ, entity.name)
    if filters is None:
        return ()
    condition = field.options.get("filter") if field is not None else None
    if condition is not None:
        filters = (*filters, Filter(condition))
    limit = max(1, min(query.limit, MOST_HITS))
    text = query.text.strip()[:LONGEST_QUERY]
    hits = {hit.id: hit for hit in _by_title(work, entity, filters, text, limit)}
    if text and len(hits) < limit:
        found = find_words(work, text, {entity.name: filters}, limit)
        missing = [hit.id for hit in found if hit.id not in hits][: limit - len(hits)]
        titles = titles_of(work, {entity.name: missing})
        hits |= {each: Hit(entity.name, each, titles.of(entity.name, each)) for each in missing}
    return tuple(hits.values())


def pick_user(work: Work, text: str, limit: int = 20) -> tuple[Hit, ...]:
    """Active users whose name or e-mail holds the text."""
    wanted = text.strip().casefold()
    found = [
        Hit("user", user.id, user.name, user.email)
        for user in list_users(work.session, active=True)
        if wanted in user.name.casefold() or wanted in user.email.casefold()
    ]
    return tuple(found[:limit])


def pick_group(work: Work, text: str, limit: int = 20) -> tuple[Hit, ...]:
    """Groups whose name or code holds the text."""
    wanted = text.strip().casefold()
    found = (Hit(GROUP, group.id, group.name, group.code) for group in list_groups(work.session))
    return tuple(hit for hit in found if wanted in hit.title.casefold() or wanted in hit.snippet.casefold())[:limit]


def _reference(work: Work, query: PickQuery) -> tuple[Entity, Field | None]:
    """The entity asked of, and its reference field when one is named; the field's owner needs no right to read."""
    if query.field is None:
        return visible_entity(work, query.entity), None
    entity = work.model.entity(query.entity)
    field = entity.attribute(query.field) if entity is not None else None
    if entity is None or field is None or field.type not in ("reference", "references", *DIRECTORY):
        seen = entity is not None and entity.name in known_entities(work)
        hint = did_you_mean(query.field, work.seen.entities[entity.name].attributes) if entity and seen else ""
        raise NotFound("'{field}' is no reference.", hint=hint, params={"field": query.field})
    return entity, field


def _by_title(work: Work, entity: Entity, filters: tuple[Filter, ...], text: str, limit: int) -> list[Hit]:
    sort = (Sort("updated_at", descending=True),)
    if text:
        if not work.sight(entity.name).shows_all(entity.title):
            return []  # who doesn't see the titles must not find them out letter by letter
        condition = _starts_with(work, entity, text)
        if condition is None:
            return []
        filters, sort = (*filters, condition), (Sort(entity.title),)
    title = find_path(work.served, entity, entity.title)
    concealment = Concealment(work, entity, (title,))
    fields = ("id", entity.title, *concealment.fields)
    query = Query(entity=entity.name, fields=fields, filters=filters, sort=sort, limit=limit)
    page = select_page(work.session, work.served, query, work.context, form="values")
    concealment.apply(page.rows)
    return [Hit(entity.name, str(row["id"]), title_text(work, entity, row.get(entity.title))) for row in page.rows]


def _starts_with(work: Work, entity: Entity, text: str) -> Filter | None:
    literal = work.served.types["text"].literal(entity.attributes[entity.title], text)
    source = f"{entity.title}.lower().startsWith({literal}.lower())"
    try:
        return Filter(compile_filter(work.served, entity.name, source))
    except BadRequest:
        return None  # the title is no text: words must do
