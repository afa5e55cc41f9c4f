"""Names and paths while a model is being made."""

import pytest

from kalip.compiler.bench import Bench
from kalip.compiler.derived import Settler
from kalip.compiler.drafts import make_drafts
from kalip.compiler.fields import make_fields
from kalip.fields import builtin_types
from kalip.metadata import stack
from tests.support.builders import a_pack, an_entity


@pytest.fixture
def bench() -> Bench:
    deal = an_entity("deal").with_field("name", "text", was=["title"]).with_field("company", "reference", to="company")
    company = an_entity("company").with_field("name", "text").with_field("worth", "money").with_keys(was=["firm"])
    made = Bench(stack([a_pack().with_entity(deal, company).build()]), builtin_types(), {}, {})
    make_drafts(made)
    for draft in made.drafts.values():
        made.restage(draft, owned=False)
        make_fields(made, draft)
    made.settle = Settler()
    return made


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ("name", "name"),
        ("title", "name"),
        ("company.name", "company.name"),
        ("company.worth.currency", "company.worth.currency"),
        ("owner.email", "owner.email"),
        ("company.owner.name", "company.owner.name"),
        ("nme", None),
        ("name.x", None),
        ("company.worth.x", None),
        ("owner.x", None),
    ],
)
def test_paths(bench: Bench, path: str, reached: str | None) -> None:
    draft = bench.drafts["deal"]
    found = bench.path_named(draft, path, draft.spot)
    assert (found.path if found else None) == reached
    assert [each.code for each in bench.desk.diagnostics if each.severity == "error"] == ([] if reached else ["C102"])


def test_entities_by_pack_and_by_earlier_name(bench: Bench) -> None:
    spot = bench.drafts["deal"].spot
    assert bench.entity_named("shop/company", spot) == "company"
    assert bench.entity_named("firm", spot) == "company"
    assert bench.entity_named("nothing", spot) is None
    assert [each.code for each in bench.desk.diagnostics] == ["C113", "C101"]


def test_who_points_to_an_entity(bench: Bench) -> None:
    assert [(entity, field.name) for entity, field in bench.references_to("company")] == [("deal", "company")]
    assert list(bench.references_to("deal")) == []
