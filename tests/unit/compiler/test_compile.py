"""From packs to the model."""

from pathlib import Path

import pytest

from kalip.base.errors import CompileError
from kalip.compiler import ADMINISTRATOR, compile_model, compile_packs
from kalip.fields import builtin_types
from kalip.metadata import examine_documents, read_pack, stack
from tests.support.big_pack import a_big_pack
from tests.support.builders import a_compilation, a_model, a_pack, an_entity, diagnostics_of, told

ROOT = Path(__file__).parents[3]
TINY = ROOT / "tests" / "packs" / "tiny"


def test_it_works() -> None:
    model = compile_packs([read_pack(TINY)], builtin_types()).required()
    assert list(model.entities) == ["customer", "order", "order_line"]
    assert model.packs["tiny"].navigation == ("order", "customer")
    assert model.packs["tiny"].title.get("tr") == "Küçük dükkân"
    assert list(model.roles) == [ADMINISTRATOR, "clerk", "manager"]
    assert model.entities["customer"].label.get("tr") == "Müşteri"
    assert model.entities["order_line"].owned_by == "order"
    assert model.revision == stack([read_pack(TINY)]).revision


def test_the_same_packs_are_the_same_model_whatever_their_order() -> None:
    packs = [read_pack(ROOT / "metadata" / name) for name in ("crm", "helpdesk")]
    first = compile_packs(packs, builtin_types())
    second = compile_packs(packs[::-1], builtin_types())
    assert first.diagnostics == second.diagnostics == ()
    assert first.required().revision == second.required().revision
    assert list(first.required().entities) == list(second.required().entities)


def test_an_empty_stack_is_a_model() -> None:
    model = compile_model(stack([]), builtin_types()).required()
    assert (dict(model.entities), list(model.roles)) == ({}, [ADMINISTRATOR])


def test_faults_of_all_steps_are_told_together() -> None:
    entity = (
        an_entity("deal")
        .with_field("name", "tekst")  # the schema's
        .with_field("amount", "money", requird=True)
        .with_field("company", "reference", to="compny")  # the compiler's
        .with_field("late", "boolean", visible_when="amont > 0")
    )
    pack = a_pack().with_entity(entity).with_document("choices/x", {"extends": "crm/x"})  # the stack's
    assert sorted(told(diagnostics_of(pack))) == [
        ("C101", "/fields/company/to"),
        ("C120", "/fields/late/visible_when"),
        ("M120", "/fields/amount/requird"),
        ("M124", "/fields/name/type"),
        ("M134", "/extends"),
    ]


def test_what_only_follows_from_a_fault_is_not_told() -> None:
    entity = (
        an_entity("deal")
        .with_field("name", "tekst")
        .with_field("company", "reference", to="compny")
        .with_keys(title="name", search={"name": {}})
        .with_list("name", "company.city")
    )
    found = told(diagnostics_of(a_pack().with_entity(entity)))
    assert sorted(found) == [("C101", "/fields/company/to"), ("M124", "/fields/name/type")]


def test_a_document_that_is_no_json_hides_no_other_fault() -> None:
    files = a_pack().with_entity(an_entity("a").with_field("b", "reference", to="b").with_field("c", "tekst")).files()
    files["entities/b/entity.json"] = b"{"
    reading = examine_documents(files)
    assert reading.pack is not None
    found = told(compile_packs([reading.pack], builtin_types()).diagnostics)
    assert [each.code for each in reading.diagnostics] == ["M102"]
    assert found == [("M124", "/fields/c/type")]


def test_each_diagnostic_has_file_line_and_pointer() -> None:
    pack = a_pack().with_entity(an_entity("deal").with_field("late", "boolean", visible_when="amont > 0"))
    (found,) = diagnostics_of(pack)
    assert str(found).startswith("shop/entities/deal/entity.json:5 /fields/late/visible_when: error C120: unknown name")


def test_a_fault_of_an_overlay_is_told_in_the_overlay() -> None:
    crm = a_pack("crm").with_entity(an_entity("lead"))
    overlay = an_entity("lead").with_keys(extends="crm/lead").with_field("x", "boolean", visible_when="nme != null")
    (found,) = diagnostics_of(crm, a_pack("site").with_entity(overlay))
    assert found.where is not None
    assert found.where.file == "site/entities/lead/entity.json"
    assert found.hint == "did you mean 'name'?"


def test_requiring_the_model_raises_with_everything() -> None:
    with pytest.raises(CompileError) as caught:
        a_model(an_entity("a").with_field("x", "reference", to="b").with_field("y", "reference", to="c"))
    assert len(caught.value.diagnostics) == 2


def test_warnings_do_not_stand_in_the_way() -> None:
    entity = an_entity("a").with_field("b", "text", was=["c"]).with_list("c")
    compilation = a_compilation(entity)
    assert [(each.severity, each.code) for each in compilation.diagnostics] == [("warning", "C113")]
    assert compilation.required().entities["a"].lists["default"].columns[0].field == "b"


def test_names_of_navigation_are_looked_up() -> None:
    pack = a_pack().with_manifest(navigation={"thing": {}, "thng": {}}).with_entity(an_entity("thing"))
    assert told(diagnostics_of(pack)) == [("C101", "/navigation/thng")]


def test_a_pack_that_was_never_checked_does_not_crash_the_compiler() -> None:
    pack = a_pack().with_entity(an_entity("a").with_field("x", "nothing").with_field("y", "choice")).build()
    compilation = compile_model(stack([pack]), builtin_types())
    assert compilation.model is None
    assert sorted(told(compilation.diagnostics)) == [("M121", "/fields/y"), ("M124", "/fields/x/type")]


def test_an_entity_of_1000_fields() -> None:
    entity = an_entity("wide")
    for number in range(1000):
        entity.with_field(f"f{number}", ("text", "integer", "money", "date")[number % 4], label=f"Field {number}")
    model = a_model(entity)
    assert len(model.entities["wide"].fields) == 1000
    assert len(model.entities["wide"].forms["default"].fields) == 1001  # and the owner


@pytest.mark.slow
def test_500_entities_of_30_fields() -> None:
    reading = examine_documents(a_big_pack(500, 28).files())
    assert reading.pack is not None
    assert len(compile_packs([reading.pack], builtin_types()).required().entities) == 500
