"""The dialogue of conversions as full pages, without JavaScript: what is asked, refused, made, left and taken back."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import a_pack
from tests.support.conversing import TARGETS, address, go, plain, rep, stands
from tests.support.converting import SalesSite, a_sales_site
from tests.support.forms import form_at, form_in
from tests.support.signed_in import client_of


def strict_companies() -> Any:
    """A site where nobody makes a company without its tax number."""
    required = {"extends": "crm/company", "fields": {"tax_number": {"required": True}}}
    return a_pack("strict").requiring(crm=">=1,<2").with_document("entities/company/entity", required)


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path) as site:
        yield site


@pytest.fixture
def strict(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path, strict_companies()) as site:
        yield site


def test_a_lead_with_all_at_hand_is_converted_at_once(sales: SalesSite) -> None:
    """L02 L08 L38 L59"""
    client, lead = rep(sales), sales.lead()
    page = client.get(address(lead))
    assert page.status_code == 200
    form = form_in(page.text, address(lead))
    assert form.values["_target"] == list(TARGETS)
    answer = go(client, form, "convert")
    assert answer.status_code == 302
    assert stands(sales, lead) == ("qualified", [1, 1, 1])
    result = client.get(answer.location).text
    made = sales.get("lead", lead)
    for name in TARGETS:
        assert f'href="/{name}/{made[f"result_{name}"]}"' in result


def test_nothing_chosen_is_refused_with_a_word(sales: SalesSite) -> None:
    """L09"""
    client, lead = rep(sales), sales.lead()
    form = form_at(client, address(lead))
    looked = form_in(go(client, form, "look", _target=[]).text, address(lead))
    assert "_target" not in looked.values
    answer = go(client, looked, "check")
    assert answer.status_code == 422
    assert "Choose at least one of: company, contact, deal." in plain(answer.text)
    assert stands(sales, lead) == ("qualifying", [0, 0, 0])


def test_what_one_may_not_make_is_grey_with_the_reason(database_url: str, tmp_path: Path) -> None:
    """L11"""
    closed = {"extends": "crm/deal", "permissions": {"sales_rep": {"create": "none"}}}
    limits = a_pack("limits").requiring(crm=">=1,<2").with_document("entities/deal/access", closed)
    with a_sales_site(database_url, tmp_path, limits) as sales:
        client, lead = rep(sales), sales.lead()
        text = client.get(address(lead)).text
        assert re.search(r'value="deal" id="target-deal" disabled aria-describedby="denied-deal"', text)
        assert "You may not create records of &#39;deal&#39;." in text
        form = form_in(text, address(lead))
        assert form.values["_target"] == ["company", "contact"]
        forced = go(client, form, "convert", _target=[*TARGETS])
        assert forced.status_code == 403
        assert stands(sales, lead) == ("qualifying", [0, 0, 0])


def test_a_repeat_lead_offers_the_deal_only(sales: SalesSite) -> None:
    """L12"""
    company = sales.make("company", name="Known Ltd", owner=sales.rep.user_id)
    contact = sales.make("contact", name={"first": "Known", "last": "Person"}, company=company)
    client, lead = rep(sales), sales.lead(company=company, contact=contact)
    text = client.get(address(lead)).text
    assert form_in(text, address(lead)).values["_target"] == ["deal"]
    assert "Known Ltd" in text
    assert text.count(">known already<") == 2
    go(client, form_in(text, address(lead)), "convert")
    assert stands(sales, lead) == ("qualified", [1, 1, 1])


def test_a_converted_lead_gives_a_further_deal(sales: SalesSite) -> None:
    """L13 L40"""
    client, lead = rep(sales), sales.lead()
    sales.convert(lead)
    text = client.get(f"/lead/{lead}").text
    assert "Another Deal" in text
    assert "read-only" in text
    assert "data-save" not in text
    form = form_at(client, address(lead))
    assert form.values["_target"] == ["deal"]
    assert go(client, form, "convert").status_code == 302
    assert stands(sales, lead) == ("qualified", [1, 1, 2])


def test_the_pipeline_is_asked_before_anything_is_made(sales: SalesSite) -> None:
    """L14 L16"""
    client, lead = rep(sales), sales.lead()
    text = client.get(address(lead)).text
    assert "In which pipeline?" in text
    go(client, form_in(text, address(lead)), "convert", deal__pipeline="renewal")
    deal = sales.get("deal", sales.get("lead", lead)["result_deal"])
    assert deal["pipeline"] == "renewal"


def test_a_single_pipeline_is_taken_silently(database_url: str, tmp_path: Path) -> None:
    """L15"""
    only = {"extends": "crm/lead/qualify", "targets": {"deal": {"pipelines": {"renewal": None}}}}
    pack = a_pack("single").requiring(crm=">=1,<2").with_document("entities/lead/conversions/qualify", only)
    with a_sales_site(database_url, tmp_path, pack) as sales:
        client, lead = rep(sales), sales.lead()
        text = client.get(address(lead)).text
        assert "In which pipeline?" not in text
        go(client, form_in(text, address(lead)), "convert")
        assert sales.get("deal", sales.get("lead", lead)["result_deal"])["pipeline"] == "sales"


def test_the_forms_are_filled_and_may_be_corrected(sales: SalesSite) -> None:
    """L17 L18 L19 L28"""
    client, lead = rep(sales), sales.lead()
    first = go(client, form_at(client, address(lead)), "1")
    form = form_in(first.text, address(lead))
    assert form.values["company.name"] == ["Demir Tekstil"]
    assert form.values["contact.email"] == ["elif@demir.example"]
    assert not any(name.startswith("deal.") for name in form.values)
    assert re.search(r'class="is-shut">.*?Deal', first.text, re.DOTALL)
    saved = go(client, form, "next", **{"company.name": "Demir Tekstil A.Ş."})
    assert stands(sales, lead) == ("qualifying", [1, 1, 0])
    last = form_in(saved.text, address(lead))
    assert last.values["deal.name"] == ["Looms for Bursa"]
    assert go(client, last, "convert", **{"deal.name": "Twelve looms"}).status_code == 302
    assert stands(sales, lead) == ("qualified", [1, 1, 1])
    made = sales.get("lead", lead)
    deal = sales.get("deal", made["result_deal"])
    assert (deal["name"], deal["company"], deal["contact"]) == (
        "Twelve looms",
        made["result_company"],
        made["result_contact"],
    )
    assert sales.get("company", made["result_company"])["name"] == "Demir Tekstil A.Ş."


def test_a_missing_field_is_marked_in_the_filled_form(strict: SalesSite) -> None:
    """L27 L30"""
    client, lead = rep(strict), strict.lead()
    page = client.get(address(lead))
    assert "Will be asked: Tax number" in plain(page.text)
    asked = go(client, form_in(page.text, address(lead)), "1")
    form = form_in(asked.text, address(lead))
    assert form.values["company.name"] == ["Demir Tekstil"]
    assert 'id="f-company-tax_number"' in asked.text
    empty = go(client, form, "next")
    assert empty.status_code == 422
    assert re.search(r'id="f-company-tax_number"[^>]*aria-invalid="true"', empty.text)
    wrong = go(client, form_in(empty.text, address(lead)), "next", **{"company.tax_number": "TR5790010158"})
    assert wrong.status_code == 422
    assert "error-f-company-tax_number" in wrong.text
    strict.make("company", name="First", tax_number="TR5790010157")
    taken = go(client, form_in(wrong.text, address(lead)), "next", **{"company.tax_number": "TR5790010157"})
    assert taken.status_code == 422
    assert stands(strict, lead) == ("qualifying", [1, 0, 0])
    right = go(client, form_in(taken.text, address(lead)), "next", **{"company.tax_number": "TR1234567890"})
    assert right.status_code == 200, plain(right.text)
    assert stands(strict, lead) == ("qualifying", [2, 1, 0])


def test_a_conversion_left_midway_is_offered_again(sales: SalesSite) -> None:
    """L29"""
    client, lead = rep(sales), sales.lead()
    form = form_in(go(client, form_at(client, address(lead)), "1").text, address(lead))
    go(client, form, "next")
    record = client.get(f"/lead/{lead}").text
    assert "began the conversion" in record
    assert "Still to be made: Deal" in plain(record)
    # Whoever sends the first form once more makes nothing twice.
    go(client, form, "next")
    assert stands(sales, lead) == ("qualifying", [1, 1, 0])
    again = client.get(address(lead)).text
    assert 'name="company.name"' not in again
    assert 'name="deal.name"' in again
    go(client, form_in(again, address(lead)), "convert")
    assert stands(sales, lead) == ("qualified", [1, 1, 1])


def test_what_goes_nowhere_is_told_before(sales: SalesSite) -> None:
    """L35"""
    client, lead = rep(sales), sales.lead()
    text = client.get(address(lead)).text
    lost = plain(text[text.index('id="convert-lost"') :])
    assert "Stays with Looms for Bursa only" in lost
    assert "Purchase timeframe Immediately" in lost
    company_only = go(client, form_in(text, address(lead)), "look", _target=["company"]).text
    assert "Mobile" in plain(company_only[company_only.index('id="convert-lost"') :])


def test_an_existing_record_is_taken_and_only_filled(sales: SalesSite) -> None:
    """L47 L48"""
    company = sales.make("company", name="Demir Tekstil", owner=sales.rep.user_id, source="event")
    client, lead = rep(sales), sales.lead()
    page = client.get(address(lead)).text
    assert "Use Demir Tekstil" in page
    assert "Make a new one" in page
    form = form_in(page, address(lead))
    undecided = go(client, form, "1")
    assert undecided.status_code == 422
    chosen = go(client, form, "look", company__take=company)
    assert "Stays as it is, unless you tick it:" in chosen.text
    form = form_in(chosen.text, address(lead))
    go(client, form, "convert")
    assert stands(sales, lead) == ("qualified", [1, 1, 1])
    assert sales.get("company", company)["source"] == "event"


def test_a_ticked_field_is_replaced(sales: SalesSite) -> None:
    """L48"""
    company = sales.make("company", name="Demir Tekstil", owner=sales.rep.user_id, source="event")
    client, lead = rep(sales), sales.lead()
    form = form_at(client, address(lead))
    form = form_in(go(client, form, "look", company__take=company).text, address(lead))
    go(client, form, "convert", company__overwrite="source")
    assert sales.get("company", company)["source"] == "referral"


def test_a_new_one_is_made_though_one_is_like_it(sales: SalesSite) -> None:
    """L47"""
    sales.make("company", name="Demir Tekstil", owner=sales.rep.user_id)
    client, lead = rep(sales), sales.lead()
    form = form_in(go(client, form_at(client, address(lead)), "look", company__take="new").text, address(lead))
    go(client, form, "convert")
    assert stands(sales, lead) == ("qualified", [2, 1, 1])


def test_any_other_record_is_named(sales: SalesSite) -> None:
    """L47"""
    company = sales.make("company", name="Parent of all", owner=sales.rep.user_id)
    client, lead = rep(sales), sales.lead()
    form = form_at(client, address(lead))
    unclear = go(client, form, "1", **{"company~other~text": "Nobody knows"})
    assert unclear.status_code == 422
    assert "“Nobody knows” is not clear" in unclear.text
    named = go(client, form, "look", **{"company~other~text": "parent of all"})
    go(client, form_in(named.text, address(lead)), "convert")
    assert sales.get("lead", lead)["result_company"] == company


def test_the_second_of_two_sees_what_the_first_made(sales: SalesSite) -> None:
    """L29: two people have the dialogue open; one wins."""
    first, second, lead = rep(sales), client_of(sales.site, sales.manager), sales.lead()
    mine, theirs = form_at(first, address(lead)), form_at(second, address(lead))
    assert go(first, mine, "convert").status_code == 302
    late = go(second, theirs, "convert")
    assert late.status_code == 409
    assert "Somebody was faster" in late.text
    assert "Bora Kaya converted this" in plain(late.text)
    assert stands(sales, lead) == ("qualified", [1, 1, 1])


def test_two_press_the_button_at_the_same_moment(sales: SalesSite) -> None:
    """L29: one makes it, the other is shown what was made."""
    lead = sales.lead()
    people = [rep(sales), client_of(sales.site, sales.manager)]
    forms = [form_at(client, address(lead)) for client in people]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda client, form: go(client, form, "convert"), people, forms))
    assert sorted(each.status_code for each in answers) == [302, 409]
    late = next(each for each in answers if each.status_code == 409)
    assert "Somebody was faster" in late.text
    assert stands(sales, lead) == ("qualified", [1, 1, 1])


def test_a_form_that_is_sent_twice_makes_nothing_twice(sales: SalesSite) -> None:
    """L29"""
    client, lead = rep(sales), sales.lead()
    form = form_at(client, address(lead))
    assert go(client, form, "convert").status_code == 302
    again = go(client, form, "convert")
    assert again.status_code == 409
    assert "You have converted it already" in again.text
    assert stands(sales, lead) == ("qualified", [1, 1, 1])


def test_a_lead_changed_meanwhile_is_shown_anew(sales: SalesSite) -> None:
    client, lead = rep(sales), sales.lead()
    form = form_at(client, address(lead))
    changed = sales.boss.call("PATCH", f"/api/records/lead/{lead}", {"company_name": "Demir Dokuma"})
    assert changed.status_code == 200
    answer = go(client, form, "convert")
    assert answer.status_code == 412
    assert "Demir Dokuma" in answer.text
    assert stands(sales, lead) == ("qualifying", [0, 0, 0])
    assert go(client, form_in(answer.text, address(lead)), "convert").status_code == 302


def test_the_history_tells_who_made_what(sales: SalesSite) -> None:
    """L38 L39"""
    client, lead = rep(sales), sales.lead()
    go(client, form_at(client, address(lead)), "convert")
    text = plain(client.get(f"/lead/{lead}").text)
    assert "Bora Kaya converted this" in text
    assert "Deal Looms for Bursa New business" in text
    company = sales.get("lead", lead)["result_company"]
    assert "Made from Lead Looms for Bursa" in plain(client.get(f"/company/{company}").text)


def test_a_conversion_is_undone_or_says_what_hinders(sales: SalesSite) -> None:
    """L60"""
    client, lead = rep(sales), sales.lead()
    result = go(client, form_at(client, address(lead)), "convert").location
    undo = f"{result}/undo"
    form = form_in(client.get(result).text, undo)
    deal = sales.get("lead", lead)["result_deal"]
    touched = sales.boss.call("PATCH", f"/api/records/deal/{deal}", {"name": "Touched"})
    assert touched.status_code == 200
    refused = form.send(client)
    assert refused.status_code == 409
    assert "Somebody has worked on what was made" in refused.text
    assert f'href="/deal/{deal}"' in refused.text
    assert sales.get("lead", lead)["stage"] == "qualified"
    other = sales.lead(email="other@example.org", mobile=None, company_name="Other")
    result = go(client, form_at(client, address(other)), "convert").location
    done = form_in(client.get(result).text, f"{result}/undo").send(client)
    assert done.status_code == 302
    assert sales.get("lead", other)["stage"] == "qualifying"


def test_the_stage_leads_to_the_dialogue(sales: SalesSite) -> None:
    """L02 L05 L07"""
    client, lead = rep(sales), sales.lead()
    asked = client.get(f"/lead/{lead}/move/qualified")
    assert (asked.status_code, asked.location) == (302, address(lead))
    record = form_at(client, f"/lead/{lead}", f"/lead/{lead}/move/qualified")
    dropped = record.send(client, {}, Accept="application/json")
    assert dropped.json == {"ok": False, "dialog": f"{address(lead)}?board=1"}
    assert f'href="/lead/{lead}/move/junk"' in client.get(address(lead)).text
    assert f'href="{address(lead)}"' in client.get(f"/lead/{lead}/move/junk").text
    assert sales.get("lead", lead)["stage"] == "qualifying"


def test_what_the_lead_lacks_is_asked_with_it(sales: SalesSite) -> None:
    """L03: the stage's own fields."""
    client, lead = rep(sales), sales.lead("new", need=None)
    moved = sales.boss.call("POST", f"/api/records/lead/{lead}/transitions/make_contact", {})
    assert moved.status_code == 200, moved.text
    answer = go(client, form_at(client, address(lead)), "1")
    assert answer.status_code == 422
    assert re.search(r'id="f-_own-need"[^>]*aria-invalid="true"', answer.text)
    assert stands(sales, lead) == ("contacted", [0, 0, 0])
    answer = go(client, form_in(answer.text, address(lead)), "convert", **{"_own.need": "Twelve looms"})
    assert answer.status_code == 302, plain(answer.text)
    assert sales.get("lead", lead)["need"] == "Twelve looms"


def test_lines_are_carried_and_changed_in_the_form(sales: SalesSite) -> None:
    """L23"""
    product = sales.make("product", name="Loom", code="L-1", list_price={"amount": "100", "currency": "TRY"})
    client = rep(sales)
    line = {"product": product, "description": "Loom", "quantity": "2", "price": "100"}
    lead = sales.lead(lines=[line])
    form = form_at(client, address(lead))
    form = form_in(go(client, form, "1").text, address(lead))
    form = form_in(go(client, form, "next").text, address(lead))
    assert form.values["deal.lines.0.quantity"] == ["2.000"]
    more = form_in(form.send(client, {"_add": "deal.lines"}).text, address(lead))
    assert "deal.lines.1.quantity" in more.values
    fewer = form_in(more.send(client, {"_remove": "deal.lines.1"}).text, address(lead))
    assert "deal.lines.1.quantity" not in fewer.values
    go(client, fewer, "convert", **{"deal.lines.0.quantity": "3"})
    deal = sales.get("deal", sales.get("lead", lead)["result_deal"])
    assert [str(line["quantity"]) for line in deal["lines"]] == ["3.000"]


def test_who_may_not_convert_is_told_so(sales: SalesSite) -> None:
    client, lead = client_of(sales.site, sales.site.person("marketing")), sales.lead()
    assert client.get(address(lead)).status_code == 403
    assert address(lead) not in client.get(f"/lead/{lead}").text
    assert rep(sales).get("/lead/nowhere/convert/qualify").status_code == 404
    assert rep(sales).get(f"/lead/{lead}/convert/nothing").status_code == 404
