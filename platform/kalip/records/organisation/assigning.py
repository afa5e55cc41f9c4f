"""What one is told who gives a record to somebody who is away: it is given all the same."""

from collections.abc import Mapping

from kalip.base.errors import KalipError
from kalip.model import Model
from kalip.records.commands import SavedRecord
from kalip.records.organisation.absences import AwayNotice, away_notices
from kalip.records.reading import get_record
from kalip.records.services import Work


def people_fields(model: Model, saved: SavedRecord) -> tuple[str, ...]:
    """The fields that name people and that a save has changed."""
    entity = model.entities[saved.entity]
    return tuple(name for name in saved.changed if name in entity.attributes and entity.attributes[name].type == "user")


def given_to_absent(
    work: Work, saved: SavedRecord, record: Mapping[str, object] | None = None
) -> tuple[AwayNotice, ...]:
    """Who of those that a save has newly named is away; `record` is the record as it is now, if it was read already."""
    names = people_fields(work.model, saved)
    if not names:
        return ()
    try:
        now = record if record is not None else get_record(work, saved.entity, saved.id, names)
    except KalipError:  # it was given away, out of one's own sight
        return ()
    people = {str(now[name]) for name in names if now.get(name)} - {str(work.actor.principal)}
    return away_notices(work, people)
