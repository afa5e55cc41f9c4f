"""Layers over each other."""

from pathlib import Path
from typing import Any

from kalip.fields import builtin_types
from kalip.metadata import check, check_stack, read_pack, stack
from tests.support.builders import EntityBuilder, PackBuilder, a_pack, an_entity, told

TINY = Path(__file__).parents[2] / "packs" / "tiny"


def lead(**keys: Any) -> EntityBuilder:
    return an_entity("lead").with_keys(**keys).with_field("name", "text", required=True).with_field("amount", "money")


def overlay(extends: str, **keys: Any) -> EntityBuilder:
    return an_entity("lead").with_keys(extends=extends, **keys)


def faults(*packs: PackBuilder) -> list[tuple[str, str]]:
    return told(stack([pack.build() for pack in packs]).diagnostics)


def test_it_works() -> None:
    stacked = stack([read_pack(TINY)])
    assert stacked.diagnostics == ()
    assert stacked.documents["entities/customer/entity"].data["label"] == {"en": "Customer", "tr": "Müşteri"}
    assert stacked.manifests["tiny"].data["title"] == {"en": "Tiny shop", "tr": "Küçük dükkân"}


def test_three_layers_and_the_history_of_a_property() -> None:
    crm = a_pack("crm").with_entity(lead(label="Lead"))
    extra = a_pack("extra").requiring(crm=">=1").with_entity(overlay("crm/lead", label="Prospect"))
    site = a_pack("site").with_entity(overlay("crm/lead", label="Client"))
    merged = stack([site.build(), extra.build(), crm.build()]).documents["entities/lead/entity"]
    assert merged.data["label"] == "Client"
    assert [each.layer for each in merged.history("/label")] == ["crm", "extra", "site"]
    assert merged.origin("/label").layer == "site"
    assert merged.origin("/fields/name/type").layer == "crm"
    assert str(merged.where("/label")) == "site/entities/lead/entity.json:3 /label"


def test_what_was_removed_remembers_who_did_it() -> None:
    site = a_pack("site").with_entity(overlay("crm/lead"))
    site.documents["entities/lead/entity.json"]["fields"] = {"amount": None}
    merged = stack([a_pack("crm").with_entity(lead()).build(), site.build()]).documents["entities/lead/entity"]
    assert list(merged.data["fields"]) == ["name"]
    assert [each.layer for each in merged.history("/fields/amount")] == ["crm", "site"]


def test_the_site_may_extend_anything_others_must_require_it() -> None:
    crm = a_pack("crm").with_entity(lead())
    assert faults(crm, a_pack("site").with_entity(overlay("crm/lead"))) == []
    assert faults(crm, a_pack("zeta").with_entity(overlay("crm/lead"))) == [("M134", "/extends")]


def test_dangling_overlays() -> None:
    crm = a_pack("crm").with_entity(lead())
    assert faults(crm, a_pack("site").with_entity(an_entity("leed").with_keys(extends="crm/leed"))) == [
        ("M134", "/extends")
    ]
    assert faults(crm, a_pack("site").with_entity(overlay("erp/lead"))) == [("M134", "/extends")]
    assert faults(crm, a_pack("site").with_entity(overlay("crm/deal"))) == [("M134", "/extends")]


def test_the_same_document_twice_needs_extends() -> None:
    found = stack([a_pack("a").with_entity(lead()).build(), a_pack("b").with_entity(lead()).build()]).diagnostics
    assert told(found) == [("M136", "")]
    assert '"extends": "a/lead"' in found[0].hint


def test_views_and_pipelines_are_overlaid_by_their_own_path() -> None:
    crm = a_pack("crm").with_entity(lead().with_pipeline("flow", "new", "won"))
    site = a_pack("site").with_document(
        "entities/lead/pipelines/flow", {"extends": "crm/lead/flow", "stages": {"lost": {"before": "won"}}}
    )
    stacked = stack([crm.build(), site.build()])
    assert stacked.diagnostics == ()
    assert list(stacked.documents["entities/lead/pipelines/flow"].data["stages"]) == ["new", "lost", "won"]


def test_an_overlay_of_an_entity_by_its_earlier_name() -> None:
    crm = a_pack("crm").with_entity(lead(was=["prospect"]))
    site = a_pack("site").with_entity(an_entity("prospect").with_keys(extends="crm/prospect", label="X"))
    stacked = stack([crm.build(), site.build()])
    assert told(stacked.diagnostics) == [("M139", "")]
    assert stacked.diagnostics[0].severity == "warning"
    assert stacked.documents["entities/lead/entity"].data["label"] == "X"


def test_a_text_that_the_site_changed_is_not_brought_back_by_a_translation() -> None:
    texts = {"entities/lead/entity": {"label": "Aday"}}
    crm = a_pack("crm").with_entity(lead(label="Lead")).with_document("lang/tr", texts)
    site = a_pack("site").with_entity(overlay("crm/lead", label="Client"))
    merged = stack([crm.build(), site.build()]).documents["entities/lead/entity"]
    assert merged.data["label"] == "Client"


def test_the_revision_is_that_of_the_content() -> None:
    first, second = a_pack("a").with_entity(lead()), a_pack("b")
    revision = stack([first.build(), second.build()]).revision
    assert stack([second.build(), first.build()]).revision == revision
    assert stack([first.build(), a_pack("b", "1.0.1").build()]).revision != revision
    assert len(revision) == 64


def test_merged_documents_are_checked() -> None:
    site = a_pack("site").with_entity(overlay("crm/lead"))
    site.documents["entities/lead/entity.json"]["fields"] = {"nme": {"required": True}, "name": {"type": "money"}}
    stacked = stack([a_pack("crm").with_entity(lead()).build(), site.build()])
    found = check_stack(stacked, builtin_types())
    assert told(found) == [("M121", "/fields/nme")]
    assert found[0].hint == "did you mean 'name'?"
    assert found[0].where is not None
    assert found[0].where.file == "site/entities/lead/entity.json"


def test_a_layer_takes_out_an_entity_with_all_that_is_in_its_folder() -> None:
    """U11"""
    texts = {"entities/lead/entity": {"label": "Aday"}, "entities/lead/pipelines/flow": {"label": "Akış"}}
    crm = a_pack("crm").with_entity(lead().with_pipeline("flow", "new", "won").with_list("name"), an_entity("deal"))
    crm = crm.with_document("lang/tr", texts)
    site = a_pack("site").with_entity(overlay("crm/lead", removed=True, label="Client").with_list("name", name="mine"))
    site = site.with_document("entities/lead/pipelines/flow", {"extends": "crm/lead/flow", "label": "Way"})
    site = site.with_document("lang/tr", texts)
    stacked = stack([crm.build(), site.build()])
    assert stacked.diagnostics == ()
    assert list(stacked.documents) == ["entities/deal/entity"]
    assert sorted(stacked.removed) == [
        "entities/lead/entity",
        "entities/lead/pipelines/flow",
        "entities/lead/views/list",
        "entities/lead/views/list.mine",
    ]
    assert stacked.removed["entities/lead/entity"].data["label"] == "Client"
    assert stacked.removed["entities/lead/pipelines/flow"].data["label"] == "Way"


def test_what_a_layer_below_has_removed_cannot_be_overlaid() -> None:
    crm = a_pack("crm").with_entity(lead().with_list("name"))
    lean = (
        a_pack("lean")
        .requiring(crm=">=1")
        .with_document("entities/lead/views/list", {"extends": "crm/lead", "removed": True})
    )
    more = {"extends": "crm/lead", "label": "Mine"}
    top = a_pack("top").requiring(crm=">=1", lean=">=1").with_document("entities/lead/views/list", more)
    (fault,) = stack([crm.build(), lean.build(), top.build()]).diagnostics
    assert (fault.code, fault.where.pointer if fault.where else "") == ("M134", "/extends")
    assert fault.message == "'lean' has removed what this lies on"


def test_a_view_may_be_made_anew_where_a_layer_below_has_removed_one() -> None:
    crm = a_pack("crm").with_entity(lead().with_list("name"))
    lean = (
        a_pack("lean")
        .requiring(crm=">=1")
        .with_document("entities/lead/views/list", {"extends": "crm/lead", "removed": True})
    )
    top = a_pack("top").requiring(lean=">=1").with_document("entities/lead/views/list", {"columns": {"amount": {}}})
    stacked = stack([crm.build(), lean.build(), top.build()])
    assert stacked.diagnostics == ()
    assert stacked.documents["entities/lead/views/list"].base.layer == "top"


def test_only_an_overlay_removes() -> None:
    (fault,) = check(a_pack("crm").with_entity(lead(removed=True)).build(), builtin_types())
    assert (fault.code, fault.message) == ("M120", "only an overlay can say that a document is removed")
