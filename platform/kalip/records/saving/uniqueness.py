"""Finds values that must be unique and that another record holds already: stored, or among the drafts themselves.

The database has the last word: what slips in between is found by its index and blamed the same way.
"""

from collections.abc import Mapping, Sequence

from kalip.model import UniqueKey
from kalip.records.saving.drafts import Draft, label_of
from kalip.records.services import Work
from kalip.storage import UniqueClash, find_by_texts, find_unique

UNIQUE = "Another record has the same {label}."
BATCH = 8  # from so many drafts on, one statement for all beats one for each

Values = tuple[object, ...]
Asking = list[tuple[Draft, Values]]


def validate_unique(work: Work, drafts: Sequence[Draft]) -> None:
    """Blame values that another record holds already; archived records hold none."""
    asking: dict[str, tuple[UniqueKey, Asking]] = {}
    for draft in drafts:
        for key in _keys(draft):
            values = tuple(value_after(draft, name) for name in key.fields)
            if all(value is not None for value in values):
                asking.setdefault(key.name, (key, []))[1].append((draft, values))
    for key, asked in asking.values():
        holders = _holders(work, key, asked)
        taken: set[Values] = set()
        for draft, values in asked:
            others = holders.get(values, set()) - {draft.id}
            if others or values in taken:
                blame_unique(work, draft, key)
            taken.add(values)


def blame_unique(work: Work, draft: Draft, key: UniqueKey) -> None:
    """Blame a unique key: on the first of its fields that changed."""
    place = next((name for name in key.fields if name in draft.changed), key.fields[0])
    label = ", ".join(label_of(work, draft, name) for name in key.fields)
    draft.blame(place, "not_unique", UNIQUE, label=label, key=key.name)


def blame_clash(work: Work, draft: Draft, clash: UniqueClash) -> None:
    """Turn the database's last word on a unique key into a violation."""
    known = {key.fields: key for key in draft.rules.unique}
    blame_unique(work, draft, known.get(clash.fields) or UniqueKey("", clash.fields or ("id",)))


def value_after(draft: Draft, name: str) -> object:
    """A field's value as it will be."""
    if name in draft.values:
        return draft.values[name]
    return draft.rules.value_of(name, draft.before)


def _keys(draft: Draft) -> Sequence[UniqueKey]:
    if "archived_at" not in draft.values:
        return draft.rules.unique_touched(draft.changed)
    return draft.rules.unique if draft.values["archived_at"] is None else ()


def _holders(work: Work, key: UniqueKey, asked: Asking) -> Mapping[Values, set[str]]:
    """The ids of stored records by the values that they hold."""
    entity, rules = asked[0][0].entity, asked[0][0].rules
    name = key.fields[0]
    textual = len(key.fields) == 1 and rules.types[name].parts(rules.attributes[name])[0].type.kind in (
        "text",
        "record",
    )
    if textual and len(asked) >= BATCH:
        by_text = {str(rules.types[name].to_parts(rules.attributes[name], values[0])[0]): values for _, values in asked}
        found = find_by_texts(work.session, work.served, entity, name, list(by_text), work.context)
        return {by_text[text]: set(ids) for text, ids in found.items()}
    holders: dict[Values, set[str]] = {}
    for draft, values in asked:
        named = dict(zip(key.fields, values, strict=True))
        holder = find_unique(work.session, work.served, entity, key.fields, named, exclude_id=draft.id)
        if holder is not None:
            holders.setdefault(values, set()).add(holder)
    return holders
