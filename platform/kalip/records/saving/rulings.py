"""Which rights a draft asks for: its verb's, and that to give the record away where somebody decides about it."""

from kalip.access import Ruling, ruling_for, speaks_of
from kalip.model import Verb
from kalip.records.saving.drafts import Draft
from kalip.records.services import Work


def ruling_of(work: Work, draft: Draft) -> Ruling:
    """What decides about the draft's own verb."""
    return ruling_for(work.served, work.actor, draft.verb, draft.entity, draft.named)


def giving_ruling(work: Work, draft: Draft) -> Ruling | None:
    """What decides about a plain change of owners; None where the right to change the record decides that too."""
    if draft.new or draft.grounds.verb is not Verb.UPDATE or not _names_owner(draft) or work.actor.administrator:
        return None
    ruling = ruling_for(work.served, work.actor, Verb.ASSIGN, draft.entity)
    if ruling.permitted or speaks_of(work.served, work.actor, Verb.ASSIGN, draft.entity):
        return ruling
    return None


def with_owner_before(draft: Draft, known: dict[str, object]) -> dict[str, object]:
    """The record as it will be, but for its owners."""
    owners = draft.rules.entity.owner_fields
    return {**known, **{path: draft.before.get(path) for path in known if path.partition(".")[0] in owners}}


def _names_owner(draft: Draft) -> bool:
    return any(name in draft.values for name in draft.rules.entity.owner_fields)
