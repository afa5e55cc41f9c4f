"""Actors, secrets and lock-outs."""

from datetime import UTC, datetime, timedelta

from kalip.access import (
    Identity,
    counts,
    hash_secret,
    in_place_of,
    limited_to,
    locked_until,
    make_actor,
    new_secret,
    recalling,
)
from tests.support.builders import a_model, a_pack, an_entity

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_roles_that_count() -> None:
    model = a_model(a_pack().with_role("rep").with_role("boss", administrator=True).with_entity(an_entity()))
    person = Identity("u1", "U", "u@example.com", "tr", "Europe/Istanbul")
    assert make_actor(model, person, ("rep", "gone")).roles == ("rep",)
    assert make_actor(model, person, ("rep", "boss")).administrator
    limited = make_actor(model, person, ("rep", "boss"), ("rep",))
    assert (limited.roles, limited.administrator) == (("rep",), False)
    assert (limited.context.id, limited.context.locale) == ("u1", "tr")


def test_what_was_told_is_good_once_and_for_oneself_alone() -> None:
    model = a_model(a_pack().with_role("rep").with_entity(an_entity()))
    plain = make_actor(model, Identity("u1", "U", "u@example.com"), ("rep",))
    assert recalling(plain, None).told is None
    actor = recalling(plain, ["group g1"])
    assert in_place_of(actor, plain).told is None
    assert actor.told is not None
    assert (actor.told.take(), actor.told.take()) == (("group g1",), None)


def test_secrets_are_known_by_their_hash() -> None:
    secret = new_secret("kalip_")
    assert secret.text.startswith("kalip_")
    assert len(secret.text) > 40
    assert secret.hash == hash_secret(secret.text)
    assert secret.text not in repr(secret)
    assert new_secret().text != new_secret().text


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert locked_until(4, NOW) is None
    waits = [(locked_until(failures, NOW) or NOW) - NOW for failures in (5, 6, 7, 12, 50, 10_000)]
    assert waits == [timedelta(seconds=each) for each in (5, 10, 20, 640, 900, 900)]
    assert counts(NOW, NOW + timedelta(hours=23))
    assert not counts(NOW, NOW + timedelta(hours=25))


def test_one_in_the_place_of_another_has_that_ones_rights_and_the_own_name() -> None:
    model = a_model(a_pack().with_role("rep").with_role("boss", administrator=True).with_entity(an_entity()))
    own = make_actor(model, Identity("b", "Bora", "b@x.co", "tr"), ("rep",))
    ada = make_actor(model, Identity("a", "Ada", "a@x.co"), ("boss",), groups=("board",))
    acting = in_place_of(own, ada)
    assert (acting.id, acting.name, acting.locale, acting.principal) == ("b", "Bora", "tr", "a")
    assert (acting.roles, acting.administrator, acting.groups) == (("boss",), True, ("board",))
    assert (acting.context.id, acting.context.email) == ("a", "a@x.co")
    assert in_place_of(own, ada, read_only=True).read_only
    some = limited_to(acting, ("deal", "company"))
    assert (some.administrator, some.everything, some.entities) == (False, True, ("company", "deal"))
    assert limited_to(some, ("deal", "lead")).entities == ("deal",)
