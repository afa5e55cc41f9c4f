import pytest

from kalip.base.text import Text

BOTH = Text.of({"tr": "Aday", "en": "Lead"})


def test_it_works() -> None:
    assert BOTH.get("tr") == "Aday"
    assert str(BOTH) == "Lead"


@pytest.mark.parametrize(("locale", "text"), [("en", "Lead"), ("en-GB", "Lead"), ("tr_TR", "Aday"), ("ru", "Lead")])
def test_the_nearest_language_answers(locale: str, text: str) -> None:
    assert BOTH.get(locale) == text


def test_without_english_the_first_one_answers() -> None:
    assert Text.of({"tr": "Aday", "ru": "Лид"}).get("de") == "Aday"


def test_metadata_writes_text_or_a_map() -> None:
    assert Text.of("Lead").get("ru") == "Lead"
    assert Text.of(BOTH) is BOTH
    assert Text.of(None, "Lead").get() == "Lead"
    assert Text.of({}, "Lead").get() == "Lead"


def test_nothing_is_false_and_empty() -> None:
    assert not Text.of(None)
    assert Text.of(None).get() == ""
    assert BOTH


def test_a_translation_is_added_or_replaced() -> None:
    assert BOTH.with_locale("ru", "Лид").get("ru") == "Лид"
    assert BOTH.with_locale("tr", "Fırsat").get("tr") == "Fırsat"
    assert BOTH.get("tr") == "Aday"
