"""Asks whether the actor may make a change: on the record as it was, and again as it will be.

So nobody moves a record out of, or into, a scope that one has no right to.
"""

from collections.abc import Iterable, Sequence

from kalip.access import Ruling, denied
from kalip.model import Verb
from kalip.records.filters import matching
from kalip.records.saving.drafts import Draft, sound
from kalip.records.saving.evaluation import fill
from kalip.records.saving.loading import denied_change
from kalip.records.saving.rulings import giving_ruling, ruling_of, with_owner_before
from kalip.records.services import Work
from kalip.storage import Filter


def authorize_before(work: Work, drafts: Sequence[Draft]) -> None:
    """Refuse drafts of records that the actor may not change so."""
    for draft in drafts:
        ruling = ruling_of(work, draft)
        if draft.error is None and not ruling.permitted:
            draft.error = denied_change(draft)
    asked = [draft for draft in drafts if draft.error is None and not draft.new]
    for ruling, group in _grouped(work, asked):
        if ruling.through or _needs_sql(ruling):
            _refuse_unlisted(work, ruling, group, after=False)
        else:
            _refuse(draft for draft in group if not ruling.admits(_known(ruling, draft), work.context))
    for draft in asked:
        _authorize_giving(work, draft)


def authorize_after(work: Work, drafts: Sequence[Draft]) -> None:
    """Refuse drafts whose record the actor could not have changed so once changed; SQL-only ones wait."""
    for ruling, group in _grouped(work, sound(drafts)):
        if ruling.through:
            _refuse_unlisted(work, ruling, group, after=True)
        elif _needs_sql(ruling):
            for draft in group:
                # Whoever may give a record away may lose it by that; nothing else was to be asked again.
                only_owners = draft.changed.issubset(draft.rules.entity.owner_fields)
                draft.unchecked_in_python = not (draft.given_away and only_owners)
        else:
            _refuse(draft for draft in group if not _admitted_after(work, ruling, draft))


def authorize_written(work: Work, drafts: Sequence[Draft]) -> None:
    """Ask the database about written records whose condition Python can't answer; AccessDenied undoes all."""
    for ruling, group in _grouped(work, [draft for draft in drafts if draft.unchecked_in_python]):
        if ruling.condition is not None:
            ids = [draft.id for draft in group]
            filters = (Filter(ruling.condition, ruling.through),)
            found = matching(work, group[0].entity, ids, filters)
            if len(found) < len(set(ids)):
                raise denied_change(next(draft for draft in group if draft.id not in found))


def _authorize_giving(work: Work, draft: Draft) -> None:
    """Ask for the right to give the record to another owner, where roles say something of it."""
    ruling = giving_ruling(work, draft) if draft.error is None else None
    if ruling is None:
        return
    if ruling.permitted and _needs_sql(ruling) and ruling.condition is not None:
        admitted = bool(matching(work, draft.entity, [draft.id], (Filter(ruling.condition),)))
    else:
        admitted = ruling.permitted and ruling.admits(_known(ruling, draft), work.context)
    if admitted:
        draft.given_away = True
    else:
        draft.error = denied(Verb.ASSIGN, draft.entity)


def _grouped(work: Work, drafts: Sequence[Draft]) -> list[tuple[Ruling, list[Draft]]]:
    groups: dict[int, tuple[Ruling, list[Draft]]] = {}
    for draft in drafts:
        ruling = ruling_of(work, draft)
        if ruling.condition is not None:
            groups.setdefault(id(ruling), (ruling, []))[1].append(draft)
    return list(groups.values())


def _needs_sql(ruling: Ruling) -> bool:
    return ruling.condition is not None and bool(ruling.condition.element_paths)


def _known(ruling: Ruling, draft: Draft) -> dict[str, object]:
    paths = ruling.condition.paths if ruling.condition is not None else ()
    return {path: draft.before.get(path) for path in paths}


def _admitted_after(work: Work, ruling: Ruling, draft: Draft) -> bool:
    if ruling.condition is None:
        return True
    fill(work, draft, ruling.condition)
    # Whoever may give a record away may lose it by that.
    known = with_owner_before(draft, draft.after) if draft.given_away else draft.after
    return ruling.admits(known, work.context)


def _refuse_unlisted(work: Work, ruling: Ruling, drafts: Sequence[Draft], *, after: bool) -> None:
    """Ask the database: about the record itself, or about the parent that decides for it."""
    if ruling.condition is None:
        return
    if not ruling.through:
        ids = {draft.id: draft.id for draft in drafts}
        entity, through = drafts[0].entity, ruling.through
    else:
        owner = ruling.through[0]
        ids = {draft.id: str((draft.after if after else draft.before).get(owner)) for draft in drafts}
        entity, through = str(drafts[0].rules.attributes[owner].target), ruling.through[1:]
    filters = (Filter(ruling.condition, through),)
    found = matching(work, entity, set(ids.values()), filters)
    _refuse(draft for draft in drafts if ids[draft.id] not in found)


def _refuse(drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        draft.error = denied_change(draft)
