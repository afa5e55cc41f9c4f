from kalip.fields.ids import SAMPLE_IDS
from tests.support.fields import Tried


def test_it_works() -> None:
    field = Tried("references", target="company")
    assert field.json([SAMPLE_IDS[1], SAMPLE_IDS[0], SAMPLE_IDS[1]]) == (SAMPLE_IDS[1], SAMPLE_IDS[0])


def test_none_is_an_empty_list_in_json() -> None:
    field = Tried("references", target="company")
    assert field.json([]) is None
    assert field.type.to_json(field.field, None) == []
    assert field.type.json_schema(field.field)["type"] == "array"


def test_faults_say_which_item() -> None:
    assert Tried("references", target="company").refusal([SAMPLE_IDS[0], "x"]) == "not_an_id/1"


def test_it_is_shown_by_titles() -> None:
    titles = dict(zip(SAMPLE_IDS, ("Acme", "Beta", "Gama"), strict=True))
    assert Tried("references", target="company").shown(SAMPLE_IDS, titles=titles) == "Acme, Beta, Gama"
