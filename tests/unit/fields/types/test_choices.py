from tests.support.fields import Tried
from tests.unit.fields.types.test_choice import LIST


def test_it_works() -> None:
    assert Tried("choices", **LIST).json(["fair", "website", "fair"]) == ("fair", "website")


def test_none_is_null() -> None:
    assert Tried("choices", **LIST).json([]) is None


def test_faults_say_which_item() -> None:
    assert Tried("choices", **LIST).refusal(["fair", "radio"]) == "unknown_choice/1"
    assert Tried("choices", **LIST).refusal(["fax"]) == "retired_choice"
    assert Tried("choices", **LIST).refusal("fair") == "wrong_type"


def test_labels_are_read_and_shown() -> None:
    field = Tried("choices", **LIST)
    assert field.text("Web site, Trade fair") == ("website", "fair")
    assert field.shown(("website", "fair")) == "Web site, Trade fair"


def test_filters() -> None:
    assert Tried("choices", **LIST).filter("has", "fair") == '"fair" in it'
