from kalip.fields import Address
from kalip.fields.types.address import countries, country_code
from tests.support.fields import Tried

HOME = Address("Atatürk Cd. 5", "İstanbul", "Kadıköy", "34710", "TR")


def test_it_works() -> None:
    assert Tried("address").json({"street": " Atatürk Cd. 5 ", "city": "İstanbul", "country": "tr"}) == Address(
        "Atatürk Cd. 5", "İstanbul", None, None, "TR"
    )


def test_blank_parts_are_none() -> None:
    assert Tried("address").json({"street": "", "city": None}) is None


def test_faults_say_the_part() -> None:
    assert Tried("address").refusal({"country": "Atlantis"}) == "unknown_country/country"
    assert Tried("address").refusal({"street": 5}) == "wrong_type/street"
    assert Tried("address").refusal({"zip": "1"}) == "unknown_key"
    assert Tried("address").refusal("Street 5") == "wrong_type"


def test_a_line_that_people_write_is_the_street() -> None:
    assert Tried("address").text("Atatürk Cd. 5, Kadıköy") == Address("Atatürk Cd. 5, Kadıköy", None, None, None, None)


def test_inputs_for_each_part() -> None:
    field = Tried("address")
    inputs = {"street": ("Atatürk Cd. 5",), "city": ("İstanbul",), "country": ("Türkiye",)}
    assert field.type.parse_inputs(field.field, inputs, "tr") == Address("Atatürk Cd. 5", "İstanbul", None, None, "TR")


def test_it_is_one_line_in_its_own_column() -> None:
    field = Tried("address")
    assert field.type.to_parts(field.field, HOME) == ("Atatürk Cd. 5, 34710 İstanbul, Kadıköy, TR", *HOME)


def test_countries_are_shown_by_name() -> None:
    assert Tried("address").shown(HOME, "ru").endswith("Турция")


def test_country_codes() -> None:
    assert [country_code(name) for name in ("tr", "Germany", "Almanya", "Германия")] == ["TR", "DE", "DE", "DE"]
    assert not {"EU", "UN", "ZZ", "001"} & countries()


def test_options() -> None:
    assert Tried("address", country="XX").option_faults() == ["/country"]
