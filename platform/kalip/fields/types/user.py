"""A user of the site."""

from kalip.expressions import TEXT, Type
from kalip.fields.operators import MEMBERSHIP, Operator, words
from kalip.fields.options import keys
from kalip.fields.types.reference import ReferenceType
from kalip.model import Field


class UserType(ReferenceType):
    """A user of the site, by id."""

    name = "user"
    label = words("User", "Kullanıcı", "Пользователь")
    description = "A user of the site: who is responsible, who approved. `field == actor.id` means the person looking."
    widget = "user"
    options = keys({})
    needs = ()

    def value_type(self, field: Field) -> Type:
        """The user's id."""
        return TEXT

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Me, equal and among."""
        me = Operator("me", words("is me", "benim", "это я"), "{path} == actor.id", ())
        not_me = Operator("not_me", words("is not me", "ben değilim", "это не я"), "{path} != actor.id", ())
        return (me, not_me, *MEMBERSHIP)
