"""A pack in the making."""

from typing import Any

from kalip.base.text import Text
from kalip.runtime.importers import Outcome, Source
from kalip.runtime.importing.conditions import Operand
from kalip.runtime.importing.drafting import Option, PackDraft, named_options, plain_text, texts
from kalip.runtime.importing.forms import TabDraft


def a_draft(prefix: str = "") -> PackDraft:
    return PackDraft(Source((), pack="espo", prefix=prefix), "Espo", "Imported.")


def test_it_puts_together_what_an_importer_finds() -> None:
    draft = a_draft()
    deal = draft.entity("Account")
    assert deal.add("dealOwner", {"type": "text", "label": "Owner"}) == "deal_owner"
    deal.set_stages("status", "Status", [Option("Won", "Won", outcome="won"), Option("New", "New")], "New")
    deal.tabs = [TabDraft()]
    deal.tabs[0].sections[0].add("deal_owner")
    deal.views["list"] = {"columns": {"deal_owner": {}}}
    deal.permissions = {draft.role("Sales User", "Sales User"): {"read": "all"}}
    draft.navigation = [deal.name]
    made = draft.finish().documents
    assert made["pack.json"]["navigation"] == {"espo_account": {}}
    assert set(made) == {
        "pack.json",
        "roles/sales_user.json",
        "entities/espo_account/entity.json",
        "entities/espo_account/access.json",
        "entities/espo_account/views/list.json",
        "entities/espo_account/views/form.json",
        "entities/espo_account/pipelines/status.json",
    }
    pipeline = made["entities/espo_account/pipelines/status.json"]
    assert list(pipeline["stages"]) == ["new", "won"]
    assert pipeline["transitions"]["to_won"] == {"label": "Won", "to": "won"}


def test_names_take_the_prefix() -> None:
    draft = a_draft("our")
    assert draft.entity("Deal").name == "our_deal"
    assert draft.role("Sales", "Sales") == draft.role("Sales", "Again") == "our_sales"
    assert draft.choice_list("our_deal", "kind", "Kind", [Option("A", "A")])[0] == "our_deal_kind"


def test_fields_of_one_name_with_the_same_options_share_a_list() -> None:
    draft, options = a_draft(), [Option("In Work", "In Work", "blue"), Option("In-Work", "Other")]
    first = draft.choice_list("deal", "kind", "Kind", options)
    assert first == ("deal_kind", {"In Work": "in_work", "In-Work": "in_work_2"})
    assert draft.choice_list("lead", "kind", "Kind", options) == first
    assert draft.choice_list("lead", "sort", "Sort", options)[0] == "lead_sort"
    assert draft.finish().documents["choices/deal_kind.json"] == {
        "label": "Kind",
        "choices": {"in_work": {"label": "In Work", "colour": "blue"}, "in_work_2": {"label": "Other"}},
    }


def test_options_keep_their_words_whatever_they_are() -> None:
    made, values = named_options([Option("Новый", "Новый"), Option("新", ""), Option("新", "")], with_stages=True)
    assert (values, made["value_2"]) == ({"Новый": "value", "新": "value_2"}, {"label": "新"})


def test_operands_know_the_types_of_fields() -> None:
    draft = a_draft()
    city, deal = draft.entity("City"), draft.entity("Deal")
    city.key = city.add("name", {"type": "text"})
    deal.known |= {"owner": "created_by", "kind": "about.entity"}
    deal.set_stages("status", "Status", [Option("New", "New")])
    fields: dict[str, dict[str, Any]] = {
        "city": {"type": "reference", "to": "city"},
        "sum": {"type": "money"},
        "where": {"type": "location"},
        "about": {"type": "any_reference", "to": {"city": {}}},
    }
    for name, made in fields.items():
        deal.add(name, made)
    found = {name: draft.operand(deal, name) for name in (*deal.known, "gone")}
    assert found == {
        "owner": Operand("created_by", "record"),
        "kind": Operand("about.entity", "text", {"City": "city", "Deal": "deal"}),
        "status": Operand("stage", "choice", {"New": "new"}),
        "city": Operand("city", "record", None, Operand("city.name", "text")),
        "sum": Operand("sum", "number"),
        "where": Operand("where", "other"),
        "about": Operand("about", "record"),
        "gone": None,
    }


def test_the_report_has_three_outcomes() -> None:
    draft = a_draft()
    draft.mapped("A", "a")
    draft.degraded("B", "b", "less")
    draft.dropped("C", "nothing like it")
    assert [(each.outcome, each.subject, each.became, each.reason) for each in draft.finish().lines] == [
        (Outcome.MAPPED, "A", "a", ""),
        (Outcome.DEGRADED, "B", "b", "less"),
        (Outcome.DROPPED, "C", "", "nothing like it"),
    ]


def test_texts_are_fit_for_people_and_databases() -> None:
    assert plain_text(" <b>Net</b>&amp;\x00 gross\ud800 ") == "Net & gross"
    assert plain_text("1 < 2 & 3") == "1 < 2 & 3"
    assert [plain_text(each) for each in (None, {"a": 1}, True, 5)] == ["", "", "", "5"]
    assert len(plain_text("x" * 5000)) == 4000
    assert len(plain_text("<a" * 1_000_000)) == 4000
    assert texts({"en": "Deal"}) == "Deal"
    assert texts({"tr": "Fırsat", "en": "Deal", "ru": " "}) == Text((("en", "Deal"), ("tr", "Fırsat")))
    assert texts({"tr": ""}) == ""
