"""Expressions in documents."""

import pytest

from kalip.base.errors import Diagnostic
from kalip.compiler import compile_with_present_names, entity_scope, where_used
from kalip.expressions import BOOLEAN, ExpressionError, Function
from kalip.fields import builtin_types
from tests.support.builders import EntityBuilder, a_compilation, a_model, a_pack, an_entity, told


def deal() -> EntityBuilder:
    return (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("mail", "email", was=["email"])
        .with_field("source", "choice", choices="source")
        .with_field("sources", "choices", choices="source")
        .with_field("other", "reference", to="deal")
        .with_pipeline("flow", "new", "won")
    )


def faults(source: str, key: str = "visible_when") -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in compiled(source, key)]


def compiled(source: str, key: str = "visible_when") -> tuple[Diagnostic, ...]:
    entity = deal().with_field("x", "integer", **{key: source})
    choices = {"choices": {"web": {"was": ["net"]}, "fair": {}}}
    return a_compilation(a_pack().with_entity(entity).with_document("choices/source", choices)).diagnostics


@pytest.mark.parametrize(
    "source",
    [
        "name == 'anything'",
        "source == 'web' || 'fair' == source",
        "source in ['web', 'fair']",
        "'web' in sources",
        "other.source == 'web'",
        "stage == 'won' && pipeline == 'flow'",
        "old.source == 'web'",
        "source != null",
    ],
)
def test_healthy_ones(source: str) -> None:
    assert faults(source) == []


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("source == 'wbe'", "C104", "'source' has no choice 'wbe'"),
        ("source in ['web', 'fiar']", "C104", "'source' has no choice 'fiar'"),
        ("'wbe' in sources", "C104", "'source' has no choice 'wbe'"),
        ("other.source == 'x'", "C104", "'source' has no choice 'x'"),
        ("stage == 'lost'", "C106", "'deal' has no stage 'lost'"),
        ("pipeline == 'flw'", "C105", "'deal' has no pipeline 'flw'"),
        ("nme == ''", "C120", "unknown name 'nme' (at character 1)"),
        ("name", "C120", "this is text, where boolean is wanted"),
        ("name ==", "C120", ""),
        ("x + ", "C120", ""),
    ],
)
def test_faulty_ones(source: str, code: str, message: str) -> None:
    found = faults(source)
    assert found[0][0] == code
    assert found[0][1].startswith(message)


def test_all_faults_of_an_expression_are_told() -> None:
    assert [code for code, _ in faults("nme == 'x' && amont > 5")] == ["C120", "C120"]


def test_a_10000_deep_expression_is_told_where_it_stands() -> None:
    deep = "(" * 10_000 + "true" + ")" * 10_000
    (found,) = compiled(deep)
    assert found.code == "C120"
    assert found.where is not None
    assert found.where.pointer == "/fields/x/visible_when"
    assert found.where.line > 1
    (found,) = compiled("!" * 10_000 + "true")
    assert found.code == "C120"


def test_earlier_names_are_replaced_and_told() -> None:
    entity = deal().with_field("x", "integer", visible_when="email != '' && source == 'net'")
    choices = {"choices": {"web": {"was": ["net"]}}}
    compilation = a_compilation(a_pack().with_entity(entity).with_document("choices/source", choices))
    assert [(each.severity, each.code, each.message) for each in compilation.diagnostics] == [
        ("warning", "C113", "'email' is now called 'mail'"),
        ("warning", "C113", "'net' is now called 'web'"),
    ]
    condition = compilation.required().entities["deal"].fields["x"].visible_when
    assert condition is not None
    assert condition.source == "mail != '' && source == 'web'"
    assert condition.paths == {"mail", "source"}


def test_present_names_in_ad_hoc_expressions() -> None:
    model = a_model(an_entity("deal").with_field("mail", "email", was=["email"]))
    scope = entity_scope(model, builtin_types(), "deal")
    expression, renamed = compile_with_present_names("email == 'a@b.c'", scope, expects=BOOLEAN, functions={})
    assert (expression.source, renamed) == ("mail == 'a@b.c'", {"email": "mail"})
    with pytest.raises(ExpressionError):
        compile_with_present_names("emial == ''", scope, expects=BOOLEAN, functions={})


def test_what_sql_cannot_say_is_told_only_where_sql_is_needed() -> None:
    shout = Function("shout", (), BOOLEAN, lambda: True)
    in_form = an_entity("a").with_field("x", "integer", visible_when="shout()")
    in_list = an_entity("a").with_list("name", filter="shout()")
    found = {
        name: a_compilation(a_pack().with_entity(entity), functions={"shout": shout}).diagnostics
        for name, entity in {"form": in_form, "list": in_list}.items()
    }
    assert told(found["form"]) == []
    assert told(found["list"]) == [("C121", "/filter")]


def test_uses_are_put_down() -> None:
    entity = deal().with_field("x", "integer", visible_when="other.mail != '' && source == 'web' && stage == 'won'")
    model = a_model(a_pack().with_entity(entity).with_choices("source", "web"))
    for used in ("field:deal.other", "field:deal.mail", "choice:source.web", "stage:deal.flow.won"):
        assert "/fields/x/visible_when" in [use.pointer for use in where_used(model, used)], used
