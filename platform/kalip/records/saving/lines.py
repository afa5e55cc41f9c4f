"""Reads what is said of a record's lines and links: all of them anew, or some to add, change and remove."""

from collections.abc import Mapping, Sequence

from kalip.records.commands import SaveRecord
from kalip.records.rules import rules_of
from kalip.records.saving.drafts import Draft, LineChange, make_draft
from kalip.records.services import Work

LINE_WORDS = ("set", "add", "update", "remove")
LINK_WORDS = ("set", "add", "remove")
MOST_LINES = 2_000


def plan_lines(work: Work, draft: Draft) -> None:
    """Turn the draft's raw lines into drafts of their own and into lines to archive."""
    for name, raw in draft.raw_lines.items():
        words = _words(draft, name, raw, LINE_WORDS)
        if words is not None:
            change = draft.lines.setdefault(name, LineChange())
            _plan_field(work, draft, name, change, words)


def plan_links(draft: Draft) -> None:
    """Turn what is said of many-to-many references into the ids they will have, in order."""
    for name, raw in draft.raw_links.items():
        words = _words(draft, name, raw, LINK_WORDS)
        if words is None:
            continue
        lists = {word: _ids(draft, name, word, value) for word, value in words.items()}
        if draft.violations and any(each is None for each in lists.values()):
            continue
        old = draft.old_links.get(name, ())
        kept = lists["set"] if lists.get("set") is not None else old
        removed = set(lists.get("remove") or ())
        new = tuple(dict.fromkeys(each for each in (*(kept or ()), *(lists.get("add") or ())) if each not in removed))
        if new != old:
            draft.links[name] = new


def _words(draft: Draft, name: str, raw: object, known: Sequence[str]) -> Mapping[str, object] | None:
    if raw is None:
        return {"set": ()}
    if isinstance(raw, (list, tuple)):
        return {"set": raw}
    if not isinstance(raw, Mapping):
        draft.blame(name, "wrong_type", "Expected a list, or an object with some of: {known}.", known=", ".join(known))
        return None
    unknown = [word for word in raw if word not in known]
    if unknown:
        template = "There is no '{word}' here; use some of: {known}."
        draft.blame(f"{name}/{unknown[0]}", "unknown_field", template, word=unknown[0], known=", ".join(known))
        return None
    if "set" in raw and len(raw) > 1:
        draft.blame(name, "ambiguous", "Either set all, or add, update and remove some.")
        return None
    return raw


def _plan_field(work: Work, draft: Draft, name: str, change: LineChange, words: Mapping[str, object]) -> None:
    said: list[tuple[str, Mapping[str, object]]] = []
    for word in ("set", "add", "update"):
        said += _objects(draft, name, word if isinstance(draft.raw_lines[name], Mapping) else "", words.get(word))
    if len(said) > MOST_LINES:
        draft.blame(name, "too_many", "At most {limit} lines at once.", limit=MOST_LINES)
        return
    seen: set[str] = set()
    for pointer, values in said:
        line = _line(work, draft, name, pointer, values)
        if line.id in seen:
            line.blame("id", "twice", "This line is named twice.")
        seen.add(line.id)
        change.drafts.append(line)
    if "set" in words:
        change.removed = [line_id for line_id in change.existing if line_id not in seen]
    else:
        change.removed = _removed(draft, name, change, words.get("remove"))


def _objects(draft: Draft, name: str, word: str, raw: object) -> list[tuple[str, Mapping[str, object]]]:
    if raw is None:
        return []
    place = f"{name}/{word}" if word else name
    if not isinstance(raw, (list, tuple)):
        draft.blame(place, "wrong_type", "Expected a list of objects.")
        return []
    found = []
    for index, item in enumerate(raw):
        if isinstance(item, Mapping):
            found.append((f"{draft.pointer}/{place}/{index}", item))
        else:
            draft.blame(f"{place}/{index}", "wrong_type", "Expected an object.")
    return found


def _line(work: Work, draft: Draft, name: str, pointer: str, values: Mapping[str, object]) -> Draft:
    field = draft.rules.attributes[name]
    rules = rules_of(work.served, str(field.target))
    line_id, version = values.get("id"), values.get("version")
    known = isinstance(line_id, str) and line_id in draft.lines[name].existing
    rest = {key: value for key, value in values.items() if key not in ("id", "version", field.via)}
    command = SaveRecord(
        rules.entity.name,
        rest,
        id=str(line_id) if known else None,
        version=version if isinstance(version, int) else None,
        source=draft.command.source,
    )
    line = make_draft(rules, command)
    line.pointer, line.parent, line.via = pointer, draft, str(field.via)
    if line_id is not None and not known:
        line.blame("id", "not_found", "The record has no such line.")
    if line.new:
        line.values[line.via] = draft.id
    return line


def _removed(draft: Draft, name: str, change: LineChange, raw: object) -> list[str]:
    ids = _ids(draft, name, "remove", raw) or ()
    for line_id in ids:
        if line_id not in change.existing:
            draft.blame(f"{name}/remove", "not_found", "The record has no line '{id}'.", id=line_id)
    return list(ids)


def _ids(draft: Draft, name: str, word: str, raw: object) -> tuple[str, ...] | None:
    if raw is None:
        return ()
    if isinstance(raw, (list, tuple)) and all(isinstance(each, str) for each in raw):
        return tuple(raw)
    draft.blame(
        f"{name}/{word}" if isinstance(draft.raw_links.get(name), Mapping) else name,
        "wrong_type",
        "Expected a list of ids.",
    )
    return None
