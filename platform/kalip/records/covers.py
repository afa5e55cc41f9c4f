"""Values of records that were not read row by row: of events, plans and drafts, as far as the actor may see them."""

from collections.abc import Collection, Mapping

from kalip.access import PLACE, mask, place_of
from kalip.access.fields import Level
from kalip.model import Entity
from kalip.records.commands import Record
from kalip.records.rules import CHILDREN
from kalip.records.saving.drafts import Draft
from kalip.records.saving.fields import place_of_draft
from kalip.records.services import Work
from kalip.storage import select_many


class Covers:
    """What is shown of the values of records of one entity that are in a stage (see `place_of`)."""

    def __init__(self, work: Work, entity: str, place: str = "") -> None:
        self._work = work
        self._place = place
        self.entity = work.entity(entity)
        self._sight = work.sight(entity)

    def level(self, name: str) -> Level:
        """What is shown of a field."""
        return self._sight.level(name, self._place)

    def may_change(self, name: str) -> bool:
        """Whether the actor may change the field of a stored record."""
        return self._sight.may_write(name, self._place, new=False)

    def shown(self, name: str, value: object) -> object:
        """A value, Python's or JSON's, as far as it is shown; of lines the fields that are."""
        level = self.level(name)
        if level == "none":
            return None
        if level == "mask":
            return mask(value) if isinstance(value, str) else None
        field = self.entity.attribute(name)
        if field is not None and field.type == CHILDREN and isinstance(value, list):
            lines = Covers(self._work, str(field.target))
            return [lines.values(each) if isinstance(each, Mapping) else each for each in value]
        return value

    def values(self, values: Mapping[str, object]) -> Record:
        """Values by field name, without hidden ones."""
        return {name: self.shown(name, value) for name, value in values.items() if self.level(name) != "none"}

    def paths(self, draft: Draft) -> Record:
        """What a draft of such a record will hold, by path to part value; nothing of other records."""
        return {
            path: self.shown(path.partition(".")[0], value)
            for path, value in draft.after.items()
            if not draft.rules.is_hop(path) and self.level(path.partition(".")[0]) != "none"
        }


def locked_for(work: Work, entity: Entity, record_id: str) -> frozenset[str]:
    """The fields of a stored record that the actor may not change, or doesn't see whole: forms only show them."""
    sight = work.sight(entity.name)
    if not sight.rights:
        return frozenset()
    covers = covers_of_records(work, entity, [record_id])[record_id]
    return frozenset(name for name in sight.rights if not covers.may_change(name) or covers.level(name) != "read")


def covers_of(work: Work, draft: Draft) -> Covers:
    """What is shown of a draft: by the stage where its record is, or where a new one starts."""
    return Covers(work, draft.entity, place_of_draft(draft))


def covers_of_records(work: Work, entity: Entity, record_ids: Collection[str | None]) -> dict[str, Covers]:
    """What is shown of stored records, each in the stage where it stands now; "" is for what has none."""
    whole = Covers(work, entity.name)
    ids = [each for each in dict.fromkeys(record_ids) if each]
    sight = work.sight(entity.name)
    if not any(map(sight.depends_on_stage, sight.rights)) or "stage" not in sight.entity.system:
        return {"": whole, **dict.fromkeys(ids, whole)}
    rows = select_many(work.session, work.served, entity.name, ids, work.context, PLACE, form="parts")
    places = {key: place_of(row.get("pipeline"), row.get("stage")) for key, row in rows.items()}
    return {"": whole, **{each: Covers(work, entity.name, places.get(each, "")) for each in ids}}
