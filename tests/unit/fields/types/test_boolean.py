import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("boolean").json(True) is True
    assert Tried("boolean").json(None) is None


@pytest.mark.parametrize("wrong", [0, 1, "true", "", []])
def test_only_json_booleans(wrong: object) -> None:
    assert Tried("boolean").refusal(wrong) == "wrong_type"


@pytest.mark.parametrize("yes", ["true", "Yes", "1", "on", "EVET", "Да", "x"])
def test_yes_in_all_languages(yes: str) -> None:
    assert Tried("boolean").text(yes) is True


@pytest.mark.parametrize("no", ["false", "No", "0", "HAYIR", "hayır", "Нет"])
def test_no_in_all_languages(no: str) -> None:
    assert Tried("boolean").text(no) is False


def test_other_words_are_refused() -> None:
    assert Tried("boolean").text_refusal("maybe") == "not_yes_or_no"


def test_it_is_shown_in_words() -> None:
    assert [Tried("boolean").shown(False, locale) for locale in ("en", "tr", "ru")] == ["No", "Hayır", "Нет"]


def test_filters() -> None:
    assert Tried("boolean").filter("yes") == "it == true"
