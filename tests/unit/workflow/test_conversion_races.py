"""Two who convert at once: one lead is converted once, and of twins comes one customer."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from kalip.base.errors import Conflict, KalipError
from kalip.records import SaveRecord, save_record
from kalip.workflow.conversions import ConversionRefused, Converted, TargetChoice
from tests.support.converting import SalesSite, a_sales_site

AT_ONCE = 6


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path) as site:
        yield site


def together(*calls: Callable[[], Converted]) -> list[Converted | KalipError]:
    """What became of calls that all begin at one moment, each in a thread of its own."""
    start = threading.Barrier(len(calls))
    results: list[Converted | KalipError] = []

    def run(call: Callable[[], Converted]) -> None:
        start.wait()
        try:
            results.append(call())
        except KalipError as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_lead_is_converted_once(sales: SalesSite) -> None:
    """L29 L49"""
    lead = sales.lead()
    results = together(*[lambda: sales.convert(lead)] * AT_ONCE)
    done = [each for each in results if isinstance(each, Converted)]
    refused = [each for each in results if isinstance(each, KalipError)]
    assert (len(done), len(refused)) == (1, AT_ONCE - 1)
    assert all(isinstance(each, Conflict) and each.code == "W111" for each in refused)
    assert [sales.count(name) for name in ("company", "contact", "deal")] == [1, 1, 1]


def test_twins_make_one_contact(sales: SalesSite) -> None:
    """L49"""
    leads = [sales.lead(topic=f"Lead {number}") for number in range(AT_ONCE)]
    results = together(*[partial(sales.convert, lead, duplicates="use") for lead in leads])
    assert [each for each in results if isinstance(each, KalipError)] == []
    assert [sales.count(name) for name in ("company", "contact", "deal")] == [1, 1, AT_ONCE]


def test_of_twins_without_an_order_one_is_asked(sales: SalesSite) -> None:
    """L47 L49"""
    leads = [sales.lead(topic=f"Lead {number}", company_name=f"Firm {number}") for number in range(2)]
    contact = {"contact": TargetChoice()}
    results = together(*[partial(sales.convert, lead, targets=contact) for lead in leads])
    asked = [each for each in results if isinstance(each, ConversionRefused)]
    assert len(asked) == 1
    assert [each.code for each in asked[0].violations] == ["duplicate"]
    assert sales.count("contact") == 1


def test_one_key_at_once_is_one_conversion(sales: SalesSite) -> None:
    """L57"""
    lead = sales.lead()
    results = together(*[lambda: sales.convert(lead, key="job:1")] * AT_ONCE)
    assert {each.id for each in results if isinstance(each, Converted)} == {
        each.id for each in results[:1] if isinstance(each, Converted)
    }
    assert len(results) == AT_ONCE
    assert not any(isinstance(each, KalipError) for each in results)
    assert sales.count("deal") == 1


def test_a_change_in_between_is_not_overwritten(sales: SalesSite) -> None:
    """L31"""
    lead = sales.lead()

    def change() -> Converted:
        sales.act(sales.rep, lambda work: save_record(work, SaveRecord("lead", {"temperature": "cold"}, lead)))
        return sales.convert(lead)

    results = together(lambda: sales.convert(lead), change)
    assert len([each for each in results if isinstance(each, Converted)]) == 1
    assert sales.get("lead", lead)["stage"] == "qualified"
    assert sales.count("deal") == 1
