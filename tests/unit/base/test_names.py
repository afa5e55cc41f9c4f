import pytest

from kalip.base.names import did_you_mean, humanize, is_name


@pytest.mark.parametrize("name", ["a", "lead", "deal_line", "x9", "a" * 60])
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "Lead", "9x", "_x", "x_", "a__b", "a-b", "ğ", "a" * 61, "a\n", "a b", "a.b"])
def test_what_is_no_name(name: str) -> None:
    assert not is_name(name)


def test_labels_are_made_of_names() -> None:
    assert humanize("won_at") == "Won at"
    assert humanize("x") == "X"


def test_hints() -> None:
    assert did_you_mean("tekst", ["date", "text"]) == "did you mean 'text'?"
    assert did_you_mean("zzz", ["date", "text"]) == ""
    assert did_you_mean("text" * 10_000, ["text"]) == ""
    assert did_you_mean("text", []) == ""
