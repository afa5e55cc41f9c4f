"""Gives running numbers to new records, in the transaction that makes them: no gap, no number twice."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from kalip.fields import AutonumberType
from kalip.model import Field
from kalip.records.saving.drafts import Draft
from kalip.records.services import Work
from kalip.storage import next_numbers


def give_numbers(work: Work, drafts: Sequence[Draft]) -> None:
    """Number the drafts in their order, each by the period of the day it was made on; a number given is kept."""
    for name in drafts[0].rules.numbered:
        kind, field = drafts[0].rules.types[name], drafts[0].rules.attributes[name]
        wanting = [draft for draft in drafts if draft.values.get(name) is None]
        if isinstance(kind, AutonumberType):
            _give(work, kind, field, wanting)


def _give(work: Work, kind: AutonumberType, field: Field, drafts: Sequence[Draft]) -> None:
    def period(draft: Draft) -> str:
        return kind.period(field, _day(work, draft))

    for name, group in groupby(drafts, key=period):
        numbered = list(group)
        counter = f"{numbered[0].entity}:{field.name}:{name}"
        first = next_numbers(work.session, counter, len(numbered))
        for place, draft in enumerate(numbered):
            draft.values[field.name] = kind.number(field, first + place, _day(work, draft))


def _day(work: Work, draft: Draft) -> date:
    made = draft.values.get("created_at")
    return made.date() if isinstance(made, datetime) else work.context.today
