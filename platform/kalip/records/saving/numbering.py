"""Gives running numbers to new records, in the transaction that makes them: no gap, no number twice."""

from collections.abc import Sequence

from kalip.fields import AutonumberType
from kalip.records.saving.drafts import Draft
from kalip.records.services import Work
from kalip.storage import next_numbers


def give_numbers(work: Work, drafts: Sequence[Draft]) -> None:
    """Number the drafts in their order, each by the period of its day; a number given already is kept."""
    for name in drafts[0].rules.numbered:
        kind, field = drafts[0].rules.types[name], drafts[0].rules.attributes[name]
        wanting = [draft for draft in drafts if draft.values.get(name) is None]
        if not isinstance(kind, AutonumberType) or not wanting:
            continue
        today = work.context.today
        counter = ":".join((drafts[0].entity, name, kind.period(field, today)))
        first = next_numbers(work.session, counter, len(wanting))
        for place, draft in enumerate(wanting):
            draft.values[name] = kind.number(field, first + place, today)
