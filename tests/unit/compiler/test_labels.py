"""Texts of documents."""

from kalip.base.text import Text
from kalip.compiler.labels import label_of, own_label, text_of


def test_a_missing_label_is_made_from_the_name() -> None:
    assert str(label_of({}, "closed_on")) == "Closed on"
    assert label_of({"label": "Lead"}, "x") == Text((("en", "Lead"),))
    assert label_of({"label": {"tr": "Aday", "en": "Lead"}}, "x").get("tr") == "Aday"
    assert str(label_of({"plural": "Leads"}, "x", "plural")) == "Leads"


def test_a_missing_text_is_empty() -> None:
    assert not text_of({}, "help")
    assert str(text_of({"help": "x"}, "help")) == "x"


def test_own_labels_are_in_three_languages() -> None:
    assert own_label("stage").get("ru") == "Стадия"
