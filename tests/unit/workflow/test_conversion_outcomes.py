"""How leads end: as junk, or by what an administrator lets the conversion make."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import NotFound, StaleVersion, TransitionRefused
from kalip.workflow import ApplyTransition, apply_transition
from kalip.workflow.conversions import ConversionRefused, TargetChoice, conversions_of
from tests.support.converting import SalesSite, a_sales_site

TARGETS = ("company", "contact", "deal")


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path) as site:
        yield site


def test_junk_closes_a_lead_and_makes_nothing(sales: SalesSite) -> None:
    """L03 L04"""
    lead = sales.lead()
    with pytest.raises(TransitionRefused) as caught:
        sales.act(sales.rep, partial(apply_transition, command=ApplyTransition("lead", lead, "junk")))
    assert [(each.pointer, each.code) for each in caught.value.violations] == [("/lost_reason", "required")]
    junk = ApplyTransition("lead", lead, "junk", values={"lost_reason": "other", "lost_note": "Sells followers."})
    sales.act(sales.rep, partial(apply_transition, command=junk))
    source = sales.get("lead", lead)
    stages = sales.site.served.model.entities["lead"].pipelines["inbound"].stages
    assert (source["stage"], stages["junk"].outcome, stages["qualified"].outcome) == ("junk", "lost", "won")
    assert source["closed_on"] is not None
    assert [sales.count(name) for name in TARGETS] == [0, 0, 0]
    with pytest.raises(ConversionRefused):
        sales.convert(lead)
    won = sales.lead(topic="Won", email="won@example.org", mobile=None)
    sales.convert(won, targets={"deal": TargetChoice()})
    assert sales.get("lead", won)["closed_on"] is not None


def test_what_an_administrator_chooses_holds_from_then_on(sales: SalesSite) -> None:
    """L10"""
    first = sales.lead()
    sales.convert(first)
    overlay: dict[str, Any] = {
        "extends": "crm/lead/qualify",
        "targets": {
            "company": None,
            "contact": {"chosen_when": "false", "fields": {"company": "company"}},
            "deal": {"pipeline": "renewal", "fields": {"company": ["company", "contact.company"]}},
        },
        "related": {"activity.about": {"to": {"company": None}, "also": {"company": None}}},
    }
    body = {
        "documents": {"entities/lead/conversions/qualify.json": overlay},
        "base_revision": sales.site.served.model.revision,
        "message": "Deals only",
    }
    published = sales.boss.call("POST", "/api/metadata/publish", body)
    assert published.status_code == 200, published.text
    second = sales.lead(topic="Second", email="second@example.org", mobile=None)
    done = sales.convert(second)
    assert [each.target for each in done.results] == ["deal"]
    assert sales.get("deal", done.results[0].id)["pipeline"] == "renewal"
    assert len(sales.act(sales.rep, lambda work: conversions_of(work, "lead", first))[0].results) == 3


def test_what_can_not_be_converted(sales: SalesSite) -> None:
    """L11 L31"""
    lead = sales.lead("new")
    with pytest.raises(ConversionRefused) as caught:
        sales.convert(lead)
    assert "There is no move" in caught.value.message
    with pytest.raises(StaleVersion):
        sales.convert(sales.lead(topic="Stale", email="s@example.org"), version=1)
    other = sales.site.person("sales_rep")
    with pytest.raises(NotFound):
        sales.convert(lead, other)
    assert not sales.plan(sales.lead(topic="Thin", timeframe="later", budget=None, mobile=None)).allowed
