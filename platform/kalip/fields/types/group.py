"""A group of people of the organisation."""

from kalip.expressions import TEXT, Type
from kalip.fields.operators import MEMBERSHIP, Operator, words
from kalip.fields.options import keys
from kalip.fields.types.reference import ReferenceType
from kalip.model import Field


class GroupType(ReferenceType):
    """A group of people, by id."""

    name = "group"
    label = words("Group", "Grup", "Группа")
    description = (
        "A group of people of the organisation, such as the team whose queue a record is in. In JSON its id; imports "
        "take its code or name, too. `field in actor.own_groups` means a group of the person looking."
    )
    widget = "group"
    options = keys({})
    needs = ()

    def value_type(self, field: Field) -> Type:
        """The group's id."""
        return TEXT

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Mine, equal and among."""
        own = words("is one of mine", "benimkilerden biri", "одна из моих")
        others = words("is none of mine", "benimkilerden değil", "не из моих")
        mine = Operator("mine", own, "{path} in actor.own_groups", ())
        return (mine, Operator("not_mine", others, "!({path} in actor.own_groups)", ()), *MEMBERSHIP)
