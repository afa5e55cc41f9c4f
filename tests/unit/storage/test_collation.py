"""The order of text: the same in Python, SQLite and PostgreSQL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.storage import Database
from kalip.storage.collation import sort_key, sort_key_sql

TURKISH = ["açık", "Ahmet", "cami", "Çelik", "dağ", "hız", "Ilgaz", "Isparta", "Işık", "İlbey", "istanbul", "İzmir",
           "kar", "ok", "öz", "su", "şeker", "uzun", "Ünal", "zil", "Анна", "ёлка", "Жук", "яма"]  # fmt: skip


def in_order(words: list[str], language: str) -> list[str]:
    return sorted(words, key=lambda word: sort_key(word, language))


def test_turkish_order() -> None:
    assert in_order(TURKISH[::-1], "tr") == TURKISH


def test_capital_i_is_i_elsewhere() -> None:
    assert in_order(["Intel", "igloo", "Ice", "apple"], "en") == ["apple", "Ice", "igloo", "Intel"]


@pytest.mark.parametrize(("one", "other"), [("a", "A"), ("É", "e"), ("ё", "е"), ("Ş", "ş"), ("ñ", "N")])
def test_case_and_foreign_accents_do_not_count(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)


@pytest.mark.parametrize("language", ["en", "tr", "az-AZ"])
def test_both_databases_make_the_same_keys(database: Database, language: str) -> None:
    words = [*TURKISH, "O'Neil", "100%", "a\\b", "x:y", "{z}", "~", "naïve", "Ελλάδα", "日本"]
    sql = sort_key_sql("word", database.dialect, language)
    source = " UNION ALL ".join(f"SELECT '{word.replace(chr(39), chr(39) * 2)}' AS word" for word in words)
    if database.dialect == "postgresql":
        sql, source = sql.replace("%", "%%"), source.replace("%", "%%")
    with database.read() as session:
        rows = session.fetch(f"SELECT word, {sql} FROM ({source}) AS words", {})  # noqa: S608 - the words above
    assert dict(map(tuple, rows)) == {word: sort_key(word, language) for word in words}


@given(st.text(), st.text())
def test_keys_are_as_long_as_their_texts_and_keep_beginnings(text: str, more: str) -> None:
    assert len(sort_key(text)) == len(text)
    assert sort_key(text + more).startswith(sort_key(text))
