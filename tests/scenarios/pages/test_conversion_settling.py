"""What the dialogue settles for everybody, and what is converted without it: fields, defaults, many rows at once."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kalip.jobs import Background, Bell, Crew, Office, Timing
from kalip.records.job_desk import job_of
from kalip.workflow.conversions.many import JOB_HANDLERS
from tests.support.builders import a_pack
from tests.support.conversing import address, go, plain, rep, stands
from tests.support.converting import SalesSite, a_sales_site
from tests.support.forms import Form, form_at, form_in
from tests.support.signed_in import client_of


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path) as site:
        yield site


def test_nobody_is_asked_where_nothing_is_missing(database_url: str, tmp_path: Path) -> None:
    """L10: the metadata says so; without a script a button is pressed."""
    auto = {"extends": "crm/lead/qualify", "automatic": True}
    pack = a_pack("auto").requiring(crm=">=1,<2").with_document("entities/lead/conversions/qualify", auto)
    with a_sales_site(database_url, tmp_path, pack) as sales:
        client, lead = rep(sales), sales.lead()
        page = client.get(address(lead))
        going = client.get(address(lead), headers={"HX-Request": "true"}).text
        assert 'hx-trigger="load"' in going
        token = form_in(page.text, address(lead)).values["csrf_token"]
        done = client.post(address(lead), data={"_go": "convert", "csrf_token": token}, headers={"HX-Request": "true"})
        assert "Bora Kaya converted this" in plain(done.text)
        assert "kalip:converted" in done.headers["HX-Trigger"]
        assert stands(sales, lead) == ("qualified", [1, 1, 1])
        lacking = sales.lead("new", need=None, email="x@example.org", company_name="Xenon")
        sales.boss.call("POST", f"/api/records/lead/{lacking}/transitions/make_contact", {})
        asked = client.get(address(lacking), headers={"HX-Request": "true"}).text
        assert 'id="f-_own-need"' in asked


def own_field() -> Any:
    """The site's own layer: a field of leads that nothing else has, and that representatives see."""
    own = {"extends": "crm/lead", "fields": {"halls": {"type": "integer", "label": "Halls"}}}
    pack = a_pack("site").requiring(crm=">=1,<2").with_document("entities/lead/entity", own)
    seen = {"extends": "crm/lead", "fields": {"sales_rep": {"halls": "write"}}}
    return pack.with_document("entities/lead/access", seen)


def test_fields_of_ones_own_are_made_where_they_lack(database_url: str, tmp_path: Path) -> None:
    """L32 L33 L34 L35 L37"""
    with a_sales_site(database_url, tmp_path, own_field()) as sales:
        boss, lead = client_of(sales.site, sales.boss), sales.lead(halls=3)
        nobody = rep(sales).get(address(lead)).text
        assert "Fields of your own" not in nobody
        assert "Halls 3" in plain(nobody[nobody.index('id="convert-lost"') :])
        text = boss.get(address(lead)).text
        assert text.count('~carry" value="halls"') == 3
        form = form_in(text, address(lead))
        less = go(boss, form, "decline.contact")
        assert less.text.count('~carry" value="halls"') == 2
        assert boss.get(address(lead)).text.count('~carry" value="halls"') == 2
        more = go(boss, form_in(less.text, address(lead)), "carry.deal", deal__carry="halls")
        assert more.status_code == 200
        assert more.text.count('~carry" value="halls"') == 1
        assert go(boss, form_in(more.text, address(lead)), "convert").status_code == 302
        deal = sales.get("lead", lead)["result_deal"]
        assert sales.get("deal", deal)["halls"] == 3
        # Who saw it on the lead sees it on the deal.
        assert sales.site.served.model.entities["deal"].field_rights["sales_rep", "halls"].read is None
        # Whoever may not change the metadata can't by sending it either.
        other = sales.lead(email="other@example.org", company_name="Xenon", mobile=None)
        seller = rep(sales)
        form = form_at(seller, address(other))
        assert go(seller, form, "carry.company", company__carry="halls").status_code == 403
        assert "halls" not in sales.site.served.model.entities["company"].fields


def selected(client: FlaskClient, ids: list[str], **values: object) -> TestResponse:
    """Convert rows from the list's own form."""
    listed = form_in(client.get("/lead").text, "/lead/bulk/edit/form")
    opened = Form("/lead/bulk/convert/qualify/form", listed.values).send(client, {"id": ids})
    assert opened.status_code == 200
    form = form_in(opened.text, "/lead/bulk/convert/qualify")
    return form.send(client, {name.replace("__", "~"): each for name, each in values.items()})


def leads(sales: SalesSite, count: int, **values: Any) -> list[str]:
    return [
        sales.lead(
            topic=f"Inquiry {number}",
            name={"first": "Person", "last": f"No{number}"},
            company_name=sha256(str(number).encode()).hexdigest()[:12],
            email=f"person{number}@example.org",
            mobile=None,
            **values,
        )
        for number in range(count)
    ]


def test_selected_leads_are_converted_each_for_itself(sales: SalesSite) -> None:
    """L56"""
    client = rep(sales)
    good, twin = leads(sales, 1)[0], sales.lead()
    sales.make("company", name="Demir Tekstil", owner=sales.rep.user_id)
    answer = selected(client, [good, twin], which="exact", target=["company", "deal"], deal__pipeline="renewal")
    assert answer.status_code == 200
    told = plain(answer.text)
    assert "1 record changed." in told
    assert "1 record was refused:" in told
    assert "Looms for Bursa — Company: a record that seems to mean the same exists already." in told
    assert sales.get("deal", sales.get("lead", good)["result_deal"])["pipeline"] == "renewal"
    assert [sales.get("lead", each)["stage"] for each in (good, twin)] == ["qualified", "qualifying"]
    used = selected(client, [twin], duplicates="use")
    assert "1 record changed." in plain(used.text)
    assert sales.count("company") == 2


def test_many_selected_leads_are_converted_in_the_background(sales: SalesSite) -> None:
    """L56"""
    client, ids = rep(sales), leads(sales, 30)
    lacking = sales.lead("new", topic="Not spoken to", email="x@example.org", company_name="Xenon")
    answer = selected(client, [*ids, lacking])
    assert answer.status_code == 302
    job_id = answer.location.rsplit("/", 1)[1]
    assert "Waiting for its turn" in client.get(answer.location).text
    crew = Crew(Office(sales.site.services, Background(JOB_HANDLERS), Timing()), Bell(), runners=0)
    while crew.run_next("tester"):
        pass
    job = sales.act(sales.rep, lambda work: job_of(work, job_id), write=False)
    assert (job.state, job.done) == ("done", 31)
    told = plain(client.get(answer.location).text)
    assert "30 records changed." in told
    assert "There is no move from &#39;New&#39; to &#39;Qualified&#39;." in told
    assert sales.count("deal") == 30


def test_a_ticket_becomes_an_article_in_the_same_dialogue(database_url: str, tmp_path: Path) -> None:
    """Conversions know no leads: this one makes no move, and its targets refer to each other."""
    with a_sales_site(database_url, tmp_path, "helpdesk") as sales:
        boss = client_of(sales.site, sales.boss)
        requester = sales.make("requester", name={"first": "Ayşe", "last": "Şahin"}, email="ayse@example.com")
        service = sales.make("service", code="MAIL", name="Email", response_hours="2", solution_hours="8")
        ticket = sales.make("ticket", subject="Mailbox is full", requester=requester, service=service)
        path = f"/ticket/{ticket}/convert/learn"
        early = boss.get(path)
        assert "The ticket must be solved first." in early.text
        assert 'id="go-' not in early.text
        for move, values in (("take", {}), ("solve", {"resolution": "workaround", "solution": "Empty it."})):
            moved = sales.boss.call("POST", f"/api/records/ticket/{ticket}/transitions/{move}", values)
            assert moved.status_code == 200, moved.text
        assert path in boss.get(f"/ticket/{ticket}").text
        page = boss.get(path)
        assert "convert-endings" not in page.text
        form = form_in(page.text, path)
        assert form.values["_target"] == ["article", "follow_up"]
        form = form_in(go(boss, form, "1").text, path)
        assert form.values["article.title"] == ["Mailbox is full"]
        done = go(boss, form, "convert", **{"article.title": "Full mailboxes"})
        assert done.status_code == 302, plain(done.text)
        assert sales.get("article", sales.get("ticket", ticket)["became"])["title"] == "Full mailboxes"
        assert sales.count("ticket") == 2
