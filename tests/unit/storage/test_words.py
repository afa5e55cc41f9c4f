"""Words of the search index: folded and stemmed alike when indexing and asking."""

import pytest

from kalip.storage.words import fold, index_words, query_words

FOUND = [
    ("İSTANBUL", "istanbul"), ("istanbul", "ISTANBUL"), ("Işık", "ışık"), ("IŞIK", "isik"), ("müşterinin", "müşteri"),
    ("договоры", "договор"), ("Ёлка", "елка"), ("companies", "company"), ("Çağrı", "cagri"),
    ("+90 532 1234567", "1234567"),
    ("+905321234567", "5321234567"), ("a.veli@acme.com", "acme"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "query"), FOUND)
def test_found(text: str, query: str) -> None:
    held = set(index_words(text))
    assert all(held.intersection(forms) for forms in query_words(query))


@pytest.mark.parametrize(("text", "query"), [("Işık", "şok"), ("Йод", "иод"), ("acme", "acne")])
def test_not_found(text: str, query: str) -> None:
    assert not set(index_words(text)).intersection(*query_words(query))


def test_folding_keeps_the_letter_short_i() -> None:
    assert fold("Йод") == "йод"


@pytest.mark.parametrize("text", ["", "  ", "—…!", "'\"\\:*()&|", "\0", "a" * 5000, "\u0301"])
def test_nothing_breaks_it(text: str) -> None:
    assert all(word.isalnum() for word in index_words(text))
