from types import MappingProxyType

from kalip.fields.options import decimal_bounds, integer_bounds, keys, length_option, option, scale_option, setting


def test_every_option_is_described() -> None:
    options = [scale_option(2, 9), length_option(5, 9), *decimal_bounds().values(), *integer_bounds().values()]
    assert all(each["title"] and each["description"] for each in options)


def test_defaults_are_said() -> None:
    assert scale_option(2, 9)["default"] == 2
    assert "2 when left out" in scale_option(2, 9)["description"]


def test_keys_are_read_only() -> None:
    assert isinstance(keys({"a": option("A", "An a.", type="string")}), MappingProxyType)


def test_null_means_the_default() -> None:
    assert setting({"scale": None}, "scale", 2) == 2
    assert setting({}, "scale", 2) == 2
    assert setting({"scale": 0}, "scale", 2) == 0
