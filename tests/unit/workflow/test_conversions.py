"""Leads of the shipped CRM become contacts, companies and deals: together or not at all."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, Conflict, TransitionRefused
from kalip.records import SaveRecord, comment, record_events, save_record
from kalip.storage import FileInfo, add_file, get_files
from kalip.workflow import ApplyTransition, apply_transition
from kalip.workflow.conversions import ConversionRefused, Converted, TargetChoice, conversions_of, made_from
from tests.support.builders import a_pack
from tests.support.converting import EVERYTHING, SalesSite, a_sales_site
from tests.support.signed_in import client_of

TARGETS = ("company", "contact", "deal")
MIXES = [mix for size in (1, 2, 3) for mix in combinations(TARGETS, size)]


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path) as site:
        yield site


def made(done: Converted) -> dict[str, str]:
    return {each.target: each.id for each in done.results}


def refused(sales: SalesSite, lead: str, **said: Any) -> dict[str, str]:
    """The violations of a conversion that is refused, after which the lead and all else is as it was."""
    before, counts = sales.get("lead", lead), [sales.count(name) for name in TARGETS]
    with pytest.raises(ConversionRefused) as caught:
        sales.convert(lead, **said)
    assert sales.get("lead", lead) == before
    assert [sales.count(name) for name in TARGETS] == counts
    return {each.pointer: each.code for each in caught.value.violations}


def test_a_lead_becomes_contact_company_and_deal(sales: SalesSite) -> None:
    """L17 L18 L21 L38 L41"""
    lead = sales.lead()
    done = sales.convert(lead)
    results = made(done)
    company, contact, deal = (sales.get(name, results[name]) for name in TARGETS)
    assert (company["name"], company["source"]) == ("Demir Tekstil", "referral")
    assert contact["name"] == sales.get("lead", lead)["name"]
    assert contact["company"] == deal["company"] == results["company"]
    assert deal["contact"] == results["contact"]
    assert (deal["name"], deal["amount"]) == ("Looms for Bursa", {"amount": "12500.50", "currency": "EUR"})
    assert (deal["source"], deal["utm_source"], deal["utm_campaign"]) == ("referral", "fair", "spring")
    assert {company["lead"], contact["lead"], deal["lead"]} == {lead}
    source = sales.get("lead", lead)
    assert (source["stage"], source["temperature"]) == ("qualified", "hot")
    assert [source[f"result_{name}"] for name in TARGETS] == [results[name] for name in TARGETS]
    told = [sales.act(None, partial(record_events, entity_name=n, record_id=i)).items for n, i in results.items()]
    assert {events[-1].correlation for events in told} == {done.correlation}


@pytest.mark.parametrize("mix", MIXES, ids="-".join)
def test_every_mix_works(sales: SalesSite, mix: tuple[str, ...]) -> None:
    """L08"""
    lead = sales.lead()
    done = sales.convert(lead, targets={name: TargetChoice() for name in mix})
    results = made(done)
    assert set(results) == set(mix)
    assert [sales.count(name) for name in TARGETS] == [int(name in mix) for name in TARGETS]
    source = sales.get("lead", lead)
    assert source["stage"] == "qualified"
    assert [source[f"result_{name}"] for name in TARGETS] == [results.get(name) for name in TARGETS]
    if "deal" in mix:
        deal = sales.get("deal", results["deal"])
        assert (deal["company"], deal["contact"]) == (results.get("company"), results.get("contact"))


def test_nothing_chosen_is_refused(sales: SalesSite) -> None:
    """L09"""
    assert refused(sales, sales.lead(), targets={}) == {"/targets": "required"}


def test_a_type_that_the_user_may_not_make_is_denied(database_url: str, tmp_path: Path) -> None:
    """L11"""
    closed = {"extends": "crm/deal", "permissions": {"sales_rep": {"create": "none"}}}
    limits = a_pack("limits").requiring(crm=">=1,<2").with_document("entities/deal/access", closed)
    with a_sales_site(database_url, tmp_path, limits) as sales:
        lead = sales.lead()
        plan = sales.plan(lead)
        denied = {each.target.name: each.denied is not None for each in plan.targets}
        assert (plan.allowed, denied) == (False, {"company": False, "contact": False, "deal": True})
        with pytest.raises(AccessDenied):
            sales.convert(lead)
        assert sales.get("lead", lead)["stage"] == "qualifying"
        assert [sales.count(name) for name in TARGETS] == [0, 0, 0]
        assert set(made(sales.convert(lead, targets={"contact": TargetChoice()}))) == {"contact"}
        with pytest.raises(AccessDenied):
            sales.convert(lead, sales.site.person("marketing"))


def test_a_linked_customer_gets_a_deal_only(sales: SalesSite) -> None:
    """L12"""
    company = sales.make("company", name="Known", owner=sales.manager.user_id)
    contact = sales.make("contact", name={"first": "Known"}, company=company, email="known@example.org")
    lead = sales.lead(company=company, contact=contact)
    plan = sales.plan(lead)
    assert {each.target.name: each.standing for each in plan.targets} == {
        "company": "linked",
        "contact": "linked",
        "deal": "offered",
    }
    assert [each.target.name for each in plan.targets if each.selected] == ["deal"]
    deal = sales.get("deal", made(sales.convert(lead))["deal"])
    assert (deal["company"], deal["contact"]) == (company, contact)
    assert (sales.count("company"), sales.count("contact")) == (1, 1)


def test_a_converted_lead_gets_further_deals_but_no_second_customer(sales: SalesSite) -> None:
    """L13"""
    lead = sales.lead()
    first = made(sales.convert(lead))
    again = made(sales.convert(lead, targets={"deal": TargetChoice(values={"name": "Spare parts"})}))
    assert again["deal"] != first["deal"]
    deal = sales.get("deal", again["deal"])
    assert (deal["company"], deal["contact"], deal["name"]) == (first["company"], first["contact"], "Spare parts")
    assert refused(sales, lead, targets={"contact": TargetChoice()}) == {"/targets/contact": "already_made"}
    assert [sales.count(name) for name in TARGETS] == [1, 1, 2]
    with pytest.raises(Conflict) as caught:
        sales.convert(lead)
    assert caught.value.code == "W111"


def test_the_pipeline_is_chosen_before_and_its_first_stage_taken(sales: SalesSite) -> None:
    """L14 L15 L16"""
    lead = sales.lead()
    target = sales.plan(lead).target("deal")
    assert (set(target.pipelines), target.pipeline) == ({"sales", "renewal"}, "sales")
    wrong = {"deal": TargetChoice(pipeline="nowhere")}
    assert refused(sales, lead, targets=wrong) == {"/targets/deal/pipeline": "unknown_choice"}
    chosen = {"deal": TargetChoice(pipeline="renewal")}
    deal = sales.get("deal", made(sales.convert(lead, targets=chosen))["deal"])
    assert (deal["pipeline"], deal["stage"]) == ("renewal", "upcoming")


def test_a_pipeline_and_its_stage_have_their_own_demands(database_url: str, tmp_path: Path) -> None:
    """L15 L16 BX5"""
    demanding = {"extends": "crm/deal/sales", "stages": {"qualification": {"required": {"campaign": {}}}}}
    closed = {"extends": "crm/deal/renewal", "roles": {"sales_manager": {}}}
    limits = (
        a_pack("limits")
        .requiring(crm=">=1,<2")
        .with_document("entities/deal/pipelines/sales", demanding)
        .with_document("entities/deal/pipelines/renewal", closed)
    )
    with a_sales_site(database_url, tmp_path, limits) as sales:
        lead = sales.lead()
        assert sales.plan(lead).target("deal").pipelines == ("sales",)
        assert refused(sales, lead) == {"/targets/deal/values/campaign": "required"}
        assert refused(sales, lead, targets={"deal": TargetChoice(pipeline="renewal")}).keys() == {
            "/targets/deal/pipeline"
        }
        assert set(sales.plan(lead, sales.manager).target("deal").pipelines) == {"sales", "renewal"}
        renewal = {"deal": TargetChoice(pipeline="renewal")}
        assert made(sales.convert(lead, sales.manager, targets=renewal)).keys() == {"deal"}


def test_what_is_prefilled_may_be_changed(sales: SalesSite) -> None:
    """L19"""
    lead = sales.lead()
    values = sales.plan(lead).target("deal").values
    assert (values["name"], values["amount"]) == ("Looms for Bursa", {"amount": "12500.50", "currency": "EUR"})
    said = {"deal": TargetChoice(values={"name": "Other", "amount": {"amount": "1", "currency": "TRY"}})}
    deal = sales.get("deal", made(sales.convert(lead, targets=said))["deal"])
    assert (deal["name"], deal["amount"]) == ("Other", {"amount": "1.00", "currency": "TRY"})


def test_all_known_contacts_are_carried(sales: SalesSite) -> None:
    """L20"""
    company = sales.make("company", name="Known")
    people = [sales.make("contact", name={"first": each}, company=company) for each in ("Ann", "Ben", "Can")]
    lead = sales.lead(company=company, contact=people[0], contacts=people[1:])
    deal = sales.get("deal", made(sales.convert(lead))["deal"])
    assert (deal["company"], deal["contact"], deal["stakeholders"]) == (company, people[0], people[1:])


def test_the_first_source_that_gives_is_taken(sales: SalesSite) -> None:
    """L22"""
    nameless = sales.lead(company_name=None, need="Looms", notes="Urgent")
    done = made(sales.convert(nameless, targets={"company": TargetChoice(), "deal": TargetChoice()}))
    assert sales.get("company", done["company"])["name"] == "Elif Demir"
    assert sales.get("deal", done["deal"])["notes"] == "Looms\n\nUrgent"


def test_lines_move_with_equal_totals(sales: SalesSite) -> None:
    """L23"""
    lines = [
        {"description": "Loom", "quantity": "3", "price": "1234.5678", "discount": "12.5", "vat_rate": "20"},
        {"description": "Needle", "quantity": "0.125", "price": "9.99", "vat_rate": "1"},
    ]
    lead = sales.lead(lines=lines)
    before = sales.get("lead", lead)
    deal = sales.get("deal", made(sales.convert(lead))["deal"])
    assert (deal["net_total"], deal["grand_total"]) == (before["net_total"], before["grand_total"])
    assert deal["amount"]["currency"] == before["budget"]["currency"] == "EUR"
    told = ("description", "quantity", "price", "discount", "vat_rate", "total")
    assert [[line[name] for name in told] for line in deal["lines"]] == [
        [line[name] for name in told] for line in before["lines"]
    ]
    assert len(sales.get("lead", lead)["lines"]) == 2


def test_the_owner_is_carried_and_an_unowned_lead_demands_one(sales: SalesSite) -> None:
    """L24"""
    lead = sales.lead()
    done = made(sales.convert(lead, sales.manager))
    assert {sales.get(name, each)["owner"] for name, each in done.items()} == {sales.rep.user_id}
    free = sales.lead(topic="Queue", email="q@example.org", mobile=None, name={"first": "Q"}, company_name="Q Ltd")
    sales.act(None, lambda work: save_record(work, SaveRecord("lead", {"owner": None}, free)))
    with pytest.raises(ConversionRefused) as caught:
        sales.convert(free, sales.manager)
    assert [(each.pointer, each.code) for each in caught.value.violations] == [("/values/owner", "required")]
    taken = sales.convert(free, sales.manager, values={"owner": sales.manager.user_id}, duplicates="make")
    assert sales.get("deal", made(taken)["deal"])["owner"] == sales.manager.user_id


def test_open_activities_and_comments_go_along(sales: SalesSite) -> None:
    """L25: open activities hang on all three results, finished ones stay; comments stand with each."""
    lead = sales.lead()
    about = {"entity": "lead", "id": lead}
    waiting = sales.make("activity", subject="Call", kind="to_do", about=about)
    finished = sales.make("activity", subject="Called", kind="to_do", about=about)
    sales.act(None, lambda work: apply_transition(work, ApplyTransition("activity", finished, target="done")))
    sales.act(sales.rep, lambda work: comment(work, "lead", lead, "Wants the blue one"))
    done = made(sales.convert(lead))
    moved = sales.get("activity", waiting)
    assert moved["about"] == {"entity": "deal", "id": done["deal"]}
    assert (moved["contact"], moved["company"]) == (done["contact"], done["company"])
    assert sales.get("activity", finished)["about"] == about
    for name, record_id in done.items():
        events = sales.act(sales.rep, partial(record_events, entity_name=name, record_id=record_id)).items
        comments = [(each.comment.text, each.actor) for each in events if each.comment is not None]
        assert comments == [("Wants the blue one", sales.rep.user_id)]


def test_kinds_of_numbers_and_files_are_kept(sales: SalesSite) -> None:
    """L26: each number under its kind; a file as it was, and its earlier versions are a step away."""
    lead = sales.lead(phone="+90 224 444 55 66")
    service = sales.site.services
    assert service.blobs is not None
    blob = service.blobs.write(BytesIO(b"plan"), 100)
    at = service.clock()
    file = FileInfo(
        "01890a5d-ac96-774b-bcce-b302099a8057", "plan.txt", "text/plain", 4, blob.sha256, at, sales.rep.user_id
    )
    sales.act(None, lambda work: add_file(work.session, file))
    sales.act(None, lambda work: save_record(work, SaveRecord("lead", {"attachments": [file.id]}, lead)))
    done = made(sales.convert(lead))
    contact, deal = sales.get("contact", done["contact"]), sales.get("deal", done["deal"])
    assert (contact["phone"], contact["mobile"]) == ("+902244445566", "+905321234567")
    (copy,) = deal["attachments"]
    assert copy != file.id
    kept = sales.act(None, lambda work: get_files(work.session, [copy]))[copy]
    assert (kept.name, kept.sha256, kept.created_at, kept.created_by) == (file.name, file.sha256, at, file.created_by)
    assert (kept.entity, kept.record_id) == ("deal", done["deal"])
    page = client_of(sales.site, sales.rep).get(f"/deal/{done['deal']}/versions/attachments").text
    assert "plan.txt" in page
    assert f'href="/lead/{lead}/versions/attachments"' in page


def test_a_wrong_or_taken_value_is_told_with_all_others(sales: SalesSite) -> None:
    """L27 L30 L31"""
    sales.make("company", name="First", tax_number="TR5790010157")
    lead = sales.lead()
    company = TargetChoice(values={"name": None, "tax_number": "TR5790010158"})
    deal = TargetChoice(values={"expected_close": None})
    faults = refused(sales, lead, targets={"company": company, "contact": TargetChoice(), "deal": deal})
    assert faults["/targets/company/values/name"] == "required"
    assert "/targets/company/values/tax_number" in faults
    assert faults["/targets/deal/values/expected_close"] == "required"
    taken = TargetChoice(values={"tax_number": "TR5790010157"})
    assert "/targets/company/values/tax_number" in refused(sales, lead, targets={"company": taken})
    plan = sales.plan(lead, targets={"company": company})
    assert (plan.allowed, plan.target("company").missing) == (False, ("name",))


def test_fields_of_the_same_name_and_type_are_mapped(sales: SalesSite) -> None:
    """L34"""
    maps = sales.site.served.model.entities["lead"].conversions["qualify"].targets["deal"].fields
    assert maps["utm_medium"].alike
    assert "lost_note" not in maps


def test_what_goes_nowhere_is_listed(sales: SalesSite) -> None:
    """L35"""
    lead = sales.lead(employees=40, website="https://demir.example")
    lost = {each.field.name: each.value for each in sales.plan(lead, targets={"deal": TargetChoice()}).lost}
    assert lost["employees"] == 40
    assert lost["email"] == "elif@demir.example"
    assert "need" not in lost
    everything = {each.field.name for each in sales.plan(lead, targets=EVERYTHING).lost}
    assert "employees" not in everything


def test_the_history_tells_of_it(sales: SalesSite) -> None:
    """L38 L39"""
    lead = sales.lead()
    done = sales.convert(lead)
    events = sales.act(sales.rep, lambda work: record_events(work, "lead", lead)).items
    entry = next(each for each in events if each.kind == "record.converted")
    assert (entry.actor, entry.facts["conversion"]) == (sales.rep.user_id, "qualify")
    told: Any = entry.facts["targets"]
    assert {name: each["id"] for name, each in told.items()} == made(done)
    assert told["deal"]["pipeline"] == "sales"
    assert told["company"]["values"]["name"] == "Demir Tekstil"
    assert [each.id for each in sales.act(sales.rep, lambda work: conversions_of(work, "lead", lead))] == [done.id]
    (origin,) = sales.act(sales.rep, lambda work: made_from(work, "deal", made(done)["deal"]))
    assert (origin.entity, origin.record_id) == ("lead", lead)


def test_a_converted_lead_is_locked(sales: SalesSite) -> None:
    """L40"""
    lead = sales.lead(lines=[{"description": "Loom", "price": "1", "vat_rate": "20"}])
    sales.convert(lead)
    line = sales.get("lead", lead)["lines"][0]["id"]
    for entity, record_id, values in (("lead", lead, {"notes": "x"}), ("lead_line", line, {"price": "2"})):
        command = SaveRecord(entity, values, record_id)
        with pytest.raises(AccessDenied):
            sales.act(sales.rep, partial(save_record, command=command))
        assert sales.act(sales.manager, partial(save_record, command=command)).changed
    page = sales.rep.get("/api/records/lead?filter=stage%20%3D%3D%20'qualified'&count=true").json or {}
    assert page["count"] == 1


def test_nobody_makes_half_of_it(sales: SalesSite) -> None:
    """L07"""
    lead = sales.lead()
    for command in (ApplyTransition("lead", lead, "qualify"), ApplyTransition("lead", lead, target="qualified")):
        with pytest.raises(TransitionRefused) as caught:
            sales.act(sales.boss, partial(apply_transition, command=command))
        assert "The conversion 'Qualify'" in caught.value.message
    answer = sales.boss.call("PATCH", f"/api/records/lead/{lead}", {"stage": "qualified"})
    assert answer.status_code == 422
    assert sales.get("lead", lead)["stage"] == "qualifying"


def test_an_existing_record_is_filled_only_where_it_is_empty(sales: SalesSite) -> None:
    """L47 L48"""
    known = sales.make("company", name="Demir Tekstil A.Ş.", employees=7, owner=sales.rep.user_id)
    lead = sales.lead(employees=40, website="https://demir.example")
    plan = sales.plan(lead, targets={"company": TargetChoice(existing=known)})
    differing = {each.field.name: (each.present, each.mapped) for each in plan.target("company").differences}
    assert differing["employees"] == (7, 40)
    done = sales.convert(lead, targets={"company": TargetChoice(existing=known, overwrite=("name",))})
    assert [(each.id, each.made) for each in done.results] == [(known, False)]
    company = sales.get("company", known)
    assert (company["employees"], company["website"]) == (7, "https://demir.example")
    assert company["name"] == "Demir Tekstil"


def test_a_duplicate_is_asked_about_taken_or_made_anew(sales: SalesSite) -> None:
    """L47"""
    known = sales.make("contact", name={"first": "Elif", "last": "D."}, email="elif@demir.example")
    lead = sales.lead()
    assert refused(sales, lead) == {"/targets/contact/existing": "duplicate"}
    (candidate,) = sales.plan(lead).target("contact").candidates
    assert (candidate.id, candidate.title) == (known, "Elif D.")
    used = sales.convert(lead, duplicates="use")
    assert made(used)["contact"] == known
    other = sales.lead(company_name="Other")
    new = sales.convert(other, targets={"contact": TargetChoice(new=True)})
    assert made(new)["contact"] != known


@pytest.mark.parametrize(
    ("targets", "fault"),
    [
        ({"contcat": TargetChoice()}, ("/targets/contcat", "unknown_field")),
        ({"deal": TargetChoice(values={"nmae": "x"})}, ("/targets/deal/values/nmae", "unknown_field")),
        (
            {"deal": TargetChoice(existing="01890a5d-ac96-774b-bcce-b302099a8057")},
            ("/targets/deal/existing", "not_found"),
        ),
    ],
    ids=["target", "field", "existing"],
)
def test_what_is_not_there_is_named(sales: SalesSite, targets: dict[str, TargetChoice], fault: tuple[str, str]) -> None:
    """L31"""
    assert fault in refused(sales, sales.lead(), targets=targets).items()
