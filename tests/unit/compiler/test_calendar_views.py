"""Calendars of entities: their fields, and what doesn't fit."""

from typing import Any

import pytest

from kalip.model import CalendarView
from tests.support.builders import EntityBuilder, PackBuilder, a_model, a_pack, an_entity, diagnostics_of, told


def meeting() -> EntityBuilder:
    return (
        an_entity("meeting")
        .with_keys(title="name")
        .with_field("name", "text", was=["subject"])
        .with_field("at", "datetime", was=["begins"])
        .with_field("lasts", "duration")
        .with_field("until", "datetime")
        .with_field("day", "date")
        .with_field("kind", "choice", choices="kind")
        .with_field("about", "any_reference", to={"company": {}})
        .with_field("company", "reference", to="company")
    )


def pack(**data: Any) -> PackBuilder:
    company = an_entity("company").with_field("name", "text").with_field("founded", "date")
    entity = meeting().with_document("views/calendar", data)
    return a_pack().with_choices("kind", "call", "visit").with_entity(entity, company)


def test_it_works() -> None:
    data = {"start": "at", "end": "lasts", "day": "day", "title": "company.name", "colour": "kind", "about": "about"}
    view = a_model(pack(**data, label="Diary", filter="kind != 'call'")).entities["meeting"].calendars["default"]
    assert (view.start, view.end, view.day, view.title, view.colour, view.about) == (
        "at", "lasts", "day", "company.name", "kind", "about",
    )  # fmt: skip
    assert (str(view.label), view.times) == ("Diary", ("at", "lasts", "day"))
    assert view.filter is not None


def test_what_is_left_out() -> None:
    view = a_model(pack(start="day")).entities["meeting"].calendars["default"]
    assert (view.title, view.end, view.day, view.colour, view.about, view.filter) == (
        "name",
        None,
        None,
        None,
        None,
        None,
    )
    assert view.times == ("day",)
    assert isinstance(view, CalendarView)
    assert a_model(a_pack().with_entity(an_entity("x"))).entities["x"].calendars == {}


def test_earlier_names_are_followed() -> None:
    assert a_model(pack(start="begins", title="subject")).entities["meeting"].calendars["default"].start == "at"


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        pytest.param({"start": "name"}, "/start", id="a text"),
        pytest.param({"start": "company.founded"}, "/start", id="another record's"),
        pytest.param({"start": "at", "end": "kind"}, "/end", id="no end"),
        pytest.param({"start": "at", "day": "at"}, "/day", id="a moment"),
        pytest.param({"start": "at", "colour": "name"}, "/colour", id="no choice"),
        pytest.param({"start": "at", "about": "kind"}, "/about", id="no reference"),
        pytest.param({"start": "nothing"}, "/start", id="unknown"),
        pytest.param({"start": "at", "title": "nothing"}, "/title", id="unknown title"),
        pytest.param({"start": "at", "filter": "at + 1 == 'x'"}, "/filter", id="a filter that is none"),
    ],
)
def test_what_does_not_fit_is_reported(data: dict[str, Any], pointer: str) -> None:
    found = diagnostics_of(pack(**data))
    assert {each.where.pointer for each in found if each.where} == {pointer}, told(found)


def test_a_field_in_use_by_a_calendar_is_found() -> None:
    model = a_model(pack(start="at", colour="kind"))
    used = {use.used for use in model.uses if use.file.endswith("views/calendar.json")}
    assert {"field:meeting.at", "field:meeting.kind"} <= used
