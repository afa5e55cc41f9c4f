"""The model that the dying publisher of `test_apply` is on the way to."""

from kalip.runtime import Served
from tests.support.builders import a_served, an_entity


def after() -> Served:
    """A type changed, a field gone, one renamed, one new, an entity gone, one new."""
    thing = (
        an_entity("thing")
        .with_field("title", "text", was=["name"])
        .with_field("size", "integer")
        .with_field("fresh", "reference", to="maker")
    )
    return a_served(thing, an_entity("maker"))
