"""Leads of the shipped CRM become contacts, companies and deals: together or not at all."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from kalip.base.errors import AccessDenied, Conflict, NotFound, StaleVersion, TransitionRefused
from kalip.workflow import ApplyTransition, apply_transition
from kalip.workflow.conversions import ConversionRefused, TargetChoice
from tests.support.converting import EVERYTHING, SalesSite, a_sales_site

TARGETS = ("company", "contact", "deal")
MIXES = [mix for size in (1, 2, 3) for mix in combinations(TARGETS, size)]


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path) as site:
        yield site


def test_a_lead_becomes_contact_company_and_deal(sales: SalesSite) -> None:
    """L17 L18 L21 L38 L41"""
    lead = sales.lead()
    done = sales.convert(lead)
    made = {each.target: each.id for each in done.results}
    company, contact, deal = (sales.get(name, made[name]) for name in TARGETS)
    assert (company["name"], company["source"]) == ("Demir Tekstil", "referral")
    assert contact["name"] == sales.get("lead", lead)["name"]
    assert (contact["email"], contact["mobile"]) == ("elif@demir.example", "+905321234567")
    assert contact["company"] == deal["company"] == made["company"]
    assert deal["contact"] == made["contact"]
    assert (deal["name"], deal["amount"]) == ("Looms for Bursa", {"amount": "12500.50", "currency": "EUR"})
    assert (deal["source"], deal["utm_source"], deal["utm_campaign"]) == ("referral", "fair", "spring")
    assert (deal["stage"], deal["pipeline"]) == ("qualification", "sales")
    assert {company["lead"], contact["lead"], deal["lead"]} == {lead}
    source = sales.get("lead", lead)
    assert (source["stage"], source["temperature"]) == ("qualified", "hot")
    assert [source[f"result_{name}"] for name in TARGETS] == [made[name] for name in TARGETS]
