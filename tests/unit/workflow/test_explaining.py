"""Why may I, why may I not move or convert a record now: what it asks of the record, beside the right."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kalip.base.errors import NotFound
from kalip.model import Entity
from kalip.records import archive_record
from kalip.records.explaining import Because, Why, question_of, said_in
from kalip.workflow import ApplyTransition, apply_transition, moves_of
from kalip.workflow.explaining import why
from tests.support.cases import case_pack
from tests.support.converting import a_sales_site
from tests.support.signed_in import client_of
from tests.support.site import Site, a_site


def flat(because: tuple[Because, ...]) -> Iterator[tuple[str, bool | None]]:
    for each in because:
        yield said_in(each, "en", lambda _locale, text: text), each.speaks
        yield from flat(each.under)


def ask(site: Site, who: str, entity: str, record: str, move: str, user: str = "") -> Why:
    question = question_of(f"transition:{move}", entity, record, user=user)
    return site.act(who, lambda work: why(work, question), write=False)


def make_offer(site: Site, deal: str, amount: str) -> None:
    command = ApplyTransition("deal", deal, "make_offer", values={"amount": {"amount": amount}})
    site.act("bora", lambda work: apply_transition(work, command))


@pytest.fixture
def deal(site: Site) -> str:
    return site.save("bora", "deal", {"name": "x"}).id


def test_it_works(site: Site, deal: str) -> None:
    make_offer(site, deal, "5")
    found = ask(site, "bora", "deal", deal, "win")
    assert (found.allowed, found.concluded) == (False, False)
    said = dict(flat(found.because))
    assert said["“win” is permitted."] is True
    assert said["The move “Win” starts from the stage “Offer”."] is True
    assert said["What the move asks: it doesn't hold. Too small to win."] is False
    assert any(text.startswith("It doesn't hold that amount > 10. (Amount: ") for text in said)
    assert said["These fields are empty and have to be filled in for it: Company."] is None


def test_conditions_ask_administrators_as_well(site: Site, deal: str) -> None:
    make_offer(site, deal, "5")
    assert not ask(site, "ada", "deal", deal, "win").allowed
    assert not ask(site, "ada", "deal", deal, "win", user="bora@example.com").allowed
    site.save("bora", "deal", {"amount": {"amount": "50"}}, deal)
    found = ask(site, "ada", "deal", deal, "win")
    assert (found.allowed, found.concluded) == (True, True)
    assert dict(flat(found.because))["What the move asks: it holds."] is True


def test_roles_of_a_move_and_where_it_starts(site: Site, deal: str) -> None:
    said = dict(flat(ask(site, "bora", "deal", deal, "reopen").because))
    assert said["The move “Reopen” doesn't start from the stage “New”."] is False
    command = ApplyTransition("deal", deal, "lose", values={"lost_reason": "price"})
    site.act("bora", lambda work: apply_transition(work, command))
    found = ask(site, "bora", "deal", deal, "reopen")
    assert not found.allowed
    assert dict(flat(found.because))["The move is for these roles, of which Bora has none: Boss."] is False
    assert ask(site, "ada", "deal", deal, "reopen").allowed


def test_an_archived_record_moves_nowhere(site: Site, deal: str) -> None:
    site.act("ada", lambda work: archive_record(work, "deal", deal))
    found = ask(site, "ada", "deal", deal, "make_offer")
    assert (found.allowed, found.concluded) == (False, False)
    assert ("It is archived, and would have to be restored first.", False) in flat(found.because)


def test_who_may_not_see_it_is_told_no_conditions(site: Site, deal: str) -> None:
    make_offer(site, deal, "5")
    texts = [text for text, _ in flat(ask(site, "ada", "deal", deal, "win", user="cem@example.com").because)]
    assert not any("move" in text for text in texts)


def test_there_must_be_such_a_move(site: Site, deal: str) -> None:
    with pytest.raises(NotFound, match="There is no transition 'wni'"):
        ask(site, "bora", "deal", deal, "wni")


def test_sentences_and_moves_agree(database_url: str) -> None:
    with a_site(database_url, case_pack()) as site:
        cases = [site.save("bora", "case", {"name": "x", "note": "x", "amount": each}).id for each in ("5", "5000")]
        for case in cases:
            agree(site, case)
            site.act("bora", partial(apply_transition, command=ApplyTransition("case", case, "examine")))
            agree(site, case)
        said = [text for text, _ in flat(ask(site, "ada", "case", cases[0], "settle").because)]
        assert any(text.startswith("These steps must be done first: ") for text in said)


def agree(site: Site, case: str) -> None:
    entity: Entity = site.served.model.entities["case"]
    for who in ("ada", "bora"):
        moves = {
            each.transition.name: each.allowed for each in site.act(who, lambda work: moves_of(work, "case", case))
        }
        for name in {name for each in entity.pipelines.values() for name in each.transitions}:
            found = ask(site, who, "case", case, name)
            assert found.allowed == found.concluded == moves.get(name, False), (who, name, list(flat(found.because)))


def test_conversions(tmp_path: Path) -> None:
    with a_sales_site(f"sqlite:///{tmp_path / 'site.db'}", tmp_path) as sales:

        def asked(lead: str, right: str = "convert:qualify") -> Why:
            question = question_of(right, "lead", lead)
            return sales.act(sales.rep, lambda work: why(work, question), write=False)

        ready = sales.lead()
        assert (asked(ready).allowed, asked(ready).concluded) == (True, True)
        by_hand = asked(ready, "transition:qualify")
        assert (by_hand.allowed, by_hand.concluded) == (False, False)
        assert ("The conversion “Qualify” makes this move, nobody by hand.", False) in flat(by_hand.because)
        sales.convert(ready)
        again = asked(ready)
        assert again.allowed == again.concluded
        assert ("It was converted; more of some kinds may be made of it.", None) in flat(again.because)
        fresh = asked(sales.lead("new"))
        assert (fresh.allowed, fresh.concluded) == (False, False)
        assert ("The move “Qualify” doesn't start from the stage “New”.", False) in flat(fresh.because)
        shown = sales.rep.get(f"/api/records/lead/{ready}/why?verb=transition:qualify").json or {}
        texts = [each["text"] for each in shown["because"]]
        assert any("doesn't start from the stage “Qualified”" in text for text in texts)
        page = client_of(sales.site, sales.rep).get(f"/lead/{ready}/rights?verb=transition:qualify").text
        assert "doesn&#39;t start from the stage “Qualified”" in page
