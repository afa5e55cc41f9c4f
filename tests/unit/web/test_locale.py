"""The words of the user interface, in all shipped languages."""

import pytest
from flask import Flask

from kalip.base.errors import Violation
from kalip.base.text import Text
from kalip.web.locale import LOCALES, catalogue, current_locale, message_of, translate, translate_count
from tests.support.strings import fault_texts, interface_texts, places, plan_texts, schema_texts

OTHERS = [locale for locale in LOCALES if locale != "en"]


@pytest.mark.parametrize("locale", OTHERS)
def test_every_text_has_a_translation_with_the_same_places(locale: str) -> None:
    known = catalogue(locale)
    texts = {**interface_texts(), **fault_texts(), **plan_texts(), **schema_texts()}
    assert len(texts) > 300
    missing = [f"{text!r} of {file}" for text, file in texts.items() if text not in known]
    assert missing == []
    for text in texts:
        said = known[text]
        for form in said.values() if isinstance(said, dict) else (said,):
            assert places(form) == places(text), f"{locale}: {text!r}"


@pytest.mark.parametrize("locale", OTHERS)
def test_translations_are_in_order(locale: str) -> None:
    assert list(catalogue(locale)) == sorted(catalogue(locale))


def test_russian_counts_in_its_own_forms() -> None:
    said = [translate_count("ru", "{count} record", "{count} records", number) for number in (1, 2, 5, 21, 11)]
    assert said == ["1 запись", "2 записи", "5 записей", "21 запись", "11 записей"]


def test_english_and_turkish_counts() -> None:
    assert translate_count("en", "{count} record", "{count} records", 1) == "1 record"
    assert translate_count("en", "{count} record", "{count} records", 2) == "2 records"
    assert translate_count("tr", "{count} record", "{count} records", 2) == "2 kayıt"


def test_a_count_may_be_shown_as_written_by_the_locale() -> None:
    assert translate_count("en", "{count} record", "{count} records", 10_000, count="10,000+") == "10,000+ records"


def test_an_unknown_text_stays_english() -> None:
    assert translate("tr", "No such text {x}", x=1) == "No such text 1"


def test_violations_are_translated_first_and_filled_then() -> None:
    violation = Violation("/a", "too_small", "Must be at least {min}.", {"min": 3})
    assert message_of("tr", violation) == "En az 3 olmalı."
    labelled = Violation("/a", "x", "{label} can't be changed.", {"label": Text.of({"en": "Name", "ru": "Имя"})})
    assert message_of("ru", labelled) == "Поле «Имя» нельзя изменить."


@pytest.mark.parametrize(
    ("header", "locale"), [("tr-TR,tr;q=0.9", "tr"), ("ru", "ru"), ("de", "en"), ("", "en"), ("xx;;;", "en")]
)
def test_the_browser_chooses_when_nobody_else_did(header: str, locale: str) -> None:
    with Flask(__name__).test_request_context(headers={"Accept-Language": header}):
        assert current_locale() == locale
