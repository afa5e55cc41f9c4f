"""Why may I, why may I not: the sentences and the decision agree, whatever roles, shares and tasks there are."""

import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from kalip.base.errors import AccessDenied, BadRequest, NotFound
from kalip.model import Verb
from kalip.records.accounts import set_user_active
from kalip.records.explaining import Because, Question, Why, question_of, said_in, told, why
from kalip.records.services import open_work, unit_of_work
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site
from tests.support.worlds import DOCS, USERS, VERBS, Oracle, World, worlds
from tests.support.worlds_site import Stage, a_stage

USERS_ASKED, DOCS_ASKED = USERS[:2], DOCS[:2]
# Whether there is some transition, and what a transfer asks of both owners, are not the oracle's questions.
BY_NAME = ("transition", "assign")


def flat(because: tuple[Because, ...]) -> Iterator[tuple[str, bool | None]]:
    """All sentences in English, with what each speaks for."""
    for each in because:
        yield said_in(each, "en", lambda _locale, text: text), each.speaks
        yield from flat(each.under)


def ask(site: Site, who: str, verb: str, record: str = "", **rest: str) -> Why:
    return site.act(who, lambda work: why(work, question_of(verb, "deal", record, **rest)), write=False)


@pytest.fixture
def site(made_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """The sales site; conditions are asked on both databases where rights are tested."""
    shutil.copy(made_sqlite, tmp_path / "site.db")
    with a_site(f"sqlite:///{tmp_path / 'site.db'}") as site:
        yield site


@pytest.fixture
def deal(site: Site) -> str:
    """A deal of Bora's with a Turkish company."""
    company = site.save("bora", "company", {"name": "Aksa", "country": "TR"}).id
    return site.save(
        "bora", "deal", {"name": "Steel", "company": company, "amount": {"amount": "12", "currency": "TRY"}}
    ).id


def test_it_works(site: Site, deal: str) -> None:
    found = ask(site, "bora", "update", deal)
    assert (found.allowed, found.concluded, found.person) == (True, True, "Bora")
    said = dict(flat(found.because))
    assert said["The role Rep permits it on one's own records."] is True
    assert said["It is among one's own records. (Owner: Bora)"] is True


def test_conditions_are_told_with_the_values_that_decided(site: Site, deal: str) -> None:
    found = ask(site, "ada", "read", deal, user="cem@example.com")
    assert found.allowed
    assert ("It holds that company.country == 'TR'. (Country: TR)", True) in flat(found.because)
    site.save("bora", "deal", {"company": None}, deal)
    found = ask(site, "ada", "read", deal, user="cem@example.com")
    assert (found.allowed, found.concluded) == (False, False)
    assert ("It doesn't hold that company.country == 'TR'. (Country: —)", False) in flat(found.because)


def test_a_verb_that_nobody_permits(site: Site, deal: str) -> None:
    found = ask(site, "cem", "update", deal)
    assert not found.allowed
    assert ("The role Viewer says nothing of it.", None) in flat(found.because)
    assert ("Nothing permits it.", False) in flat(found.because)
    found = ask(site, "ada", "read", deal, user="deniz@example.com")
    assert ("Deniz has no role.", False) in flat(found.because)


def test_an_administrator_may_do_everything(site: Site, deal: str) -> None:
    found = ask(site, "ada", "purge", deal)
    assert list(flat(found.because)) == [("Ada is an administrator, who may do everything.", True)]
    assert found.allowed


def test_who_is_kept_out_may_do_nothing(site: Site, deal: str) -> None:
    bora = site.actors["bora"].id or ""
    site.act("ada", lambda work: set_user_active(work, bora, active=False))
    found = ask(site, "ada", "read", deal, user=bora)
    assert (found.allowed, found.concluded) == (False, False)
    assert ("Bora is kept out and may do nothing.", False) in flat(found.because)


def test_lines_follow_their_parent(site: Site, deal: str) -> None:
    product_id = site.save("ada", "product", {"name": "Bolt", "price": "2"}).id
    line = site.save("bora", "deal_line", {"deal": deal, "product": product_id}).id
    found = site.act("ada", lambda work: why(work, Question(Verb.ARCHIVE, "deal_line", line, user="cem@example.com")))
    assert (found.allowed, found.concluded) == (False, False)
    assert any("“update” on Deal" in text for text, _ in flat(found.because))


def test_fields_are_explained(site: Site, deal: str) -> None:
    assert ask(site, "bora", "read", deal, field="amount").allowed
    found = ask(site, "bora", "update", deal, field="amount")
    assert ("The field Amount may be filled in.", True) in flat(found.because)
    with pytest.raises(BadRequest):
        ask(site, "bora", "read", deal, field="ammount")


def test_a_move_by_name(site: Site, deal: str) -> None:
    found = ask(site, "bora", "transition:make_offer", deal)
    assert (found.allowed, found.verb_key) == (True, "transition:make_offer")
    assert ("“make_offer” is permitted.", True) in flat(found.because)


def test_the_whole_entity(site: Site) -> None:
    assert ask(site, "bora", "create").allowed
    found = ask(site, "cem", "read")
    assert found.allowed
    assert ("Only where: company.country == 'TR'", None) in flat(found.because)
    assert not ask(site, "cem", "create").allowed


def test_what_is_not_there_is_not_explained(site: Site, deal: str) -> None:
    site.save("bora", "deal", {"company": None}, deal)
    for who, record in (("cem", deal), ("bora", "x"), ("ada", "01990000-0000-7000-8000-00000000ffff")):
        with pytest.raises(NotFound):
            ask(site, who, "read", record)
    with pytest.raises(NotFound):
        ask(site, "deniz", "read")
    with pytest.raises(NotFound):
        ask(site, "ada", "read", deal, user="nobody@example.com")
    with pytest.raises(AccessDenied):
        ask(site, "bora", "read", deal, user="cem@example.com")
    with pytest.raises(BadRequest):
        question_of("raed", "deal")


def test_values_of_other_records_are_for_administrators(site: Site, deal: str) -> None:
    texts = [text for text, _ in flat(ask(site, "cem", "read", deal).because)]
    assert "It holds that company.country == 'TR'." in texts


def test_fields_that_are_closed_tell_nothing(made_sqlite: Path, tmp_path: Path) -> None:
    shutil.copy(made_sqlite, tmp_path / "closed.db")
    rights = {"rep": {"pay": "none", "tin": "mask", "city": "read"}}
    person = (
        an_entity("person")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("city", "text")
        .with_field("pay", "integer")
        .with_field("tin", "text")
        .with_document(
            "access",
            {
                "permissions": {
                    "rep": {"read": "all", "update": {"scope": "all", "where": "pay > 5 && city == 'Bursa'"}}
                },
                "fields": rights,
            },
        )
    )
    pack = a_pack("people").with_role("rep", "viewer").with_role("boss", administrator=True).with_entity(person)
    with a_site(f"sqlite:///{tmp_path / 'closed.db'}", pack) as site:
        one = site.save("ada", "person", {"name": "Ayşe", "pay": 3, "tin": "123456", "city": "Bursa"}).id

        def asked(who: str, verb: str, field: str = "") -> Why:
            bora = "bora@example.com"
            question = question_of(verb, "person", one, field=field, user=bora)
            return site.act(who, lambda work: why(work, question), write=False)

        for field, readable in (("name", True), ("pay", False), ("tin", False)):
            found = asked("bora", "read", field)
            assert (found.allowed, found.concluded) == (readable, readable)
        said = [text for text, _ in flat(asked("bora", "update").because)]
        assert "There is a condition on something that you may not see." in said
        assert "It holds that city == 'Bursa'. (City: Bursa)" in said
        assert not any("pay" in text for text in said)
        assert "It doesn't hold that pay > 5. (Pay: 3)" in [text for text, _ in flat(asked("ada", "update").because)]
        assert not asked("ada", "update", "city").allowed


@pytest.fixture(scope="module")
def stage(made_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A place for random worlds."""
    path = tmp_path_factory.mktemp("stage") / "site.db"
    shutil.copy(made_sqlite, path)
    with a_stage(f"sqlite:///{path}") as found:
        yield found


@given(world=worlds())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_sentences_and_decision_agree(stage: Stage, world: World) -> None:
    played = stage.play(world)
    with unit_of_work(played.services, stage.site.actors["ada"]) as work:
        for user in USERS_ASKED:
            subject = open_work(played.services, played.served, work.session, played.actor(user))
            for verb, doc in product(VERBS, ("", *DOCS_ASKED)):
                found = told(work, subject, question_of(verb, "doc", stage.ids[doc] if doc else ""), user)
                assert found.allowed == found.concluded, (user, verb, doc, list(flat(found.because)))
                if doc and verb not in BY_NAME:
                    oracle = Oracle(world, user)
                    assert found.allowed == (oracle.sees(doc) and oracle.may(verb, world.docs[doc], doc))
