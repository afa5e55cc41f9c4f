from dataclasses import FrozenInstanceError, replace

import pytest

from kalip.base.text import Text
from kalip.model import Entity, Field, Pipeline, Stage

NAME = Field("name", "text", Text.of("Name"))
ID = Field("id", "text", Text.of("Id"), system=True)


def lead(*pipelines: Pipeline) -> Entity:
    text = Text.of("Lead")
    return Entity(
        "lead",
        "crm",
        text,
        text,
        "target",
        "name",
        {"name": NAME},
        {"id": ID},
        pipelines={each.name: each for each in pipelines},
    )


def a_pipeline(name: str, *, default: bool = False) -> Pipeline:
    return Pipeline(name, "lead", Text.of(name), {"new": Stage("new", Text.of("New"))}, {}, default)


def test_attributes_are_system_and_declared_fields() -> None:
    assert list(lead().attributes) == ["id", "name"]
    assert lead().attribute("id") is ID
    assert lead().attribute("name") is NAME
    assert lead().attribute("nothing") is None


def test_the_default_pipeline_is_the_marked_one_or_the_first() -> None:
    first, second = a_pipeline("inbound"), a_pipeline("outbound")
    assert lead().default_pipeline is None
    assert lead(first, second).default_pipeline is first
    marked = replace(second, default=True)
    assert lead(first, marked).default_pipeline is marked


def test_nothing_changes_it() -> None:
    with pytest.raises(FrozenInstanceError):
        lead().name = "x"  # type: ignore[misc]
