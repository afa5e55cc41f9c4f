"""Looks whether the actor may open the files that a record comes to name: who sees the record is shown them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kalip.model import FILE_KINDS, Verb
from kalip.records.filters import allowed_rows, matching
from kalip.records.saving.drafts import Draft
from kalip.records.services import Work
from kalip.storage import FileInfo
from kalip.storage.files import get_files


def check_files(work: Work, drafts: Sequence[Draft]) -> None:
    """Blame files that the actor may not open: others' that no record has yet, and those of records kept from it.

    What the house itself names is not asked about. One statement for all drafts, and one for each record in question.
    """
    if work.actor.administrator:
        return
    wanted: dict[str, list[tuple[Draft, str]]] = defaultdict(list)
    for draft in drafts:
        for name, value in draft.values.items():
            if draft.rules.attributes[name].type in FILE_KINDS and name not in draft.grounds.forced:
                for each in _ids(value) - _ids(draft.rules.value_of(name, draft.before)):
                    wanted[each].append((draft, name))
    for file_id, info in get_files(work.session, list(wanted)).items():
        for draft, name in wanted[file_id]:
            if (info.entity, info.record_id) != (draft.entity, draft.id) and not _may_open(work, info):
                draft.blame(name, "not_found", "There is no such file, or you may not open it.")


def _may_open(work: Work, info: FileInfo) -> bool:
    if info.entity is None or info.record_id is None:
        return info.created_by == work.actor.id
    entity = work.model.entities.get(info.entity)
    filters = allowed_rows(work, Verb.READ, info.entity) if entity is not None else None
    if entity is None or filters is None or not work.sight(info.entity).shows_all(info.field or "id"):
        return False
    return not filters or bool(matching(work, info.entity, [info.record_id], filters))


def _ids(value: object) -> set[str]:
    values: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
    return {each for each in values if isinstance(each, str)}
