from typing import Any

from kalip.base.text import Text
from tests.support.fields import Tried

LIST: dict[str, Any] = {
    "values": ("website", "fair"),
    "retired": ("fax",),
    "labels": {"website": Text((("en", "Web site"), ("tr", "İnternet sitesi"))), "fair": Text.of("Trade fair")},
}


def test_it_works() -> None:
    assert Tried("choice", **LIST).json("fair") == "fair"


def test_others_are_refused_with_a_hint() -> None:
    assert Tried("choice", **LIST).refusal("websit") == "unknown_choice"


def test_a_retired_choice_reads_but_cannot_be_chosen() -> None:
    field = Tried("choice", **LIST)
    assert field.json("fax") == "fax"
    assert field.refusal("fax") == "retired_choice"


def test_labels_in_any_language_are_read() -> None:
    field = Tried("choice", **LIST)
    assert field.text("web SITE") == "website"
    assert field.text("İnternet sitesi") == "website"
    assert field.text_refusal("Radio") == "unknown_choice"


def test_it_is_shown_by_its_label() -> None:
    field = Tried("choice", choices="source", **LIST)
    assert field.shown("website", "tr") == "İnternet sitesi"
    assert field.shown("fax") == "Fax"
    assert field.shown("fair", choices={"source": {"fair": "Messe"}}) == "Messe"


def test_only_writing_is_bound_to_the_values() -> None:
    field = Tried("choice", **LIST)
    assert field.type.json_schema(field.field, write=True)["anyOf"][0]["enum"] == ["website", "fair"]
    assert "enum" not in str(field.type.json_schema(field.field))


def test_filters() -> None:
    assert Tried("choice", **LIST).filter("one_of", "website", "fair") == 'it in ["website", "fair"]'


def test_an_earlier_name_is_read_as_the_present_one() -> None:
    tried = Tried("choice", choices="sizes", values=("large",), former={"big": "large"}, labels={})
    assert tried.json("big") == "large"


def test_a_value_that_the_list_no_longer_has_is_shown_so() -> None:
    tried = Tried("choice", choices="sizes", values=("large",), labels={"large": Text((("en", "Large"),))})
    assert tried.shown("very_big") == "Very big (no longer offered)"
    assert tried.shown("very_big", "tr") == "Very big (artık sunulmuyor)"
