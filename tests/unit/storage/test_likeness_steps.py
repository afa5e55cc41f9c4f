"""Duplicate rules that come and go by publishing: keys of present records, and what strict rules refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from kalip.runtime import Served
from kalip.storage import Database, Plan, PlanRefused, apply, delete_record, insert_records, plan
from kalip.storage.duplicates import find_alike, tell_apart
from kalip.storage.likeness import keys_of, sides_of
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import START, a_row

Publish = Callable[[Served], Plan]


def served(rules: dict[str, Any], mail: str = "mail", **options: Any) -> Served:
    person = an_entity("person").with_field("name", "text").with_field(mail, "text", **options)
    return a_served(a_pack("p").with_entity(person.with_keys(title="name", duplicates=rules)))


MAIL: dict[str, Any] = {"same": {"fields": {"mail": "email"}}}
STRICT: dict[str, Any] = {"same": {"fields": {"mail": "email"}, "strict": True}}


def people(database: Database, model: Served, *mails: str, **more: Any) -> list[str]:
    rows = [a_row(name=mail, mail=mail, **more) for mail in mails]
    with database.write() as session:
        insert_records(session, model, "person", rows)
    return [row["id"] for row in rows]


def holders(database: Database, model: Served, **values: str) -> list[str]:
    (side,) = sides_of(model, "person")
    with database.read() as session:
        return [each.record_id for each in find_alike(session, [side.id], keys_of(side, values))]


def test_it_works(database: Database, publish: Publish) -> None:
    """L50: a rule that is published finds the records that were there, and is forgotten with its keys."""
    publish(served({}))
    ids = people(database, served({}), "a@x.co", "A@x.co", "b@x.co")
    (gone,) = people(database, served({}), "a@x.co", archived_at=START)
    steps = publish(served(MAIL))
    assert [(step.kind, step.rows) for step in steps.steps if "duplicates" in step.describe()] == [("slow", 4)]
    assert holders(database, served(MAIL), mail="a@X.CO") == sorted(ids[:2])
    publish(served({"same": {"fields": {"mail": "email"}, "archived": True}}))
    archived = served({"same": {"fields": {"mail": "email"}, "archived": True}})
    assert holders(database, archived, mail="a@X.CO") == sorted([*ids[:2], gone])
    assert "forget what was alike by person.same" in publish(served({})).describe()
    assert holders(database, served(MAIL), mail="a@x.co") == []


def test_a_strict_rule_is_refused_where_records_break_it(database: Database, publish: Publish) -> None:
    publish(served(MAIL))
    first, second, _ = people(database, served({}), "a@x.co", "A@x.co", "b@x.co")
    people(database, served({}), "b@x.co", archived_at=START)
    with database.read() as session, pytest.raises(PlanRefused) as refused:
        plan(session, served(STRICT))
    (reason,) = refused.value.reasons
    assert reason.startswith("person: 1 groups of records are alike by the strict rule same; merge them or say")
    assert reason.endswith(f": {first}, {second}")
    with database.write() as session:
        tell_apart(session, [(first, second)], None, START)
    publish(served(STRICT))
    assert holders(database, served(STRICT), mail="a@x.co") == [first, second]


def test_a_strict_rule_over_what_the_plan_makes_is_refused_as_it_is_applied(
    database: Database, publish: Publish
) -> None:
    publish(served({}))
    people(database, served({}), "a@x.co", "A@x.co")
    renamed = served({"same": {"fields": {"post": "email"}, "strict": True}}, "post", was=["mail"])
    with database.publish() as session:
        steps = plan(session, renamed)
        with pytest.raises(PlanRefused, match="strict rule same"):
            apply(session, steps, START)


def test_keys_follow_a_renaming(database: Database, publish: Publish) -> None:
    publish(served(MAIL))
    (first,) = people(database, served({}), "a@x.co")
    renamed = served({"same": {"fields": {"post": "email"}}}, "post", was=["mail"])
    publish(renamed)
    assert holders(database, renamed, post="a@x.co") == [first]


def test_keys_follow_values_that_a_plan_changes(database: Database, publish: Publish) -> None:
    def coloured(**choices: Any) -> Served:
        person = (
            an_entity("person")
            .with_field("colour", "choice", choices="colours")
            .with_keys(duplicates={"same": {"fields": {"colour": "exact"}}})
        )
        pack = a_pack("p").with_entity(person)
        return a_served(pack.with_choices("colours", "blue", **choices))

    publish(coloured(red={}))
    row = a_row(colour="red")
    with database.write() as session:
        insert_records(session, coloured(red={}), "person", [row])
    publish(coloured(crimson={"was": ["red"]}))
    assert holders(database, coloured(crimson={"was": ["red"]}), colour="crimson") == [row["id"]]


def test_a_record_that_is_deleted_is_forgotten(database: Database, publish: Publish) -> None:
    publish(served({}))
    (first,) = people(database, served({}), "a@x.co")
    publish(served(MAIL))
    with database.write() as session:
        delete_record(session, served(MAIL), "person", first)
    assert holders(database, served(MAIL), mail="a@x.co") == []
