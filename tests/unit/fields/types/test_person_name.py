import pytest

from kalip.fields import PersonName
from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("person_name").json({"first": "Ada", "last": " Lovelace "}) == PersonName("Ada", None, "Lovelace")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Ada Lovelace", PersonName("Ada", None, "Lovelace")),
        ("Ayşe Nur Yılmaz", PersonName("Ayşe", "Nur", "Yılmaz")),
        ("Yılmaz, Ayşe Nur", PersonName("Ayşe", "Nur", "Yılmaz")),
        ("Pelé", PersonName("Pelé", None, None)),
        ("Yılmaz,", PersonName("Yılmaz", None, None)),
    ],
)
def test_a_line_is_cut(line: str, name: PersonName) -> None:
    assert Tried("person_name").text(line) == name


def test_the_full_name_is_its_own_column() -> None:
    field = Tried("person_name")
    parts = field.type.to_parts(field.field, PersonName("Ada", None, "Lovelace"))
    assert parts == ("Ada Lovelace", "Ada", None, "Lovelace")
    assert field.type.from_parts(field.field, parts) == PersonName("Ada", None, "Lovelace")
    assert field.type.from_parts(field.field, (None,) * 4) is None


def test_faults_say_the_part() -> None:
    assert Tried("person_name").refusal({"first": "x" * 101}) == "too_long/first"
