import pytest

from kalip.base.errors import ConfigurationError
from kalip.fields import FieldTypes, builtin_types
from kalip.fields.types.text import TextType
from tests.support.fields import a_field


class Shouted(TextType):
    name = "shouted"


class Misnamed(TextType):
    name = "Shouted text"


def test_it_works() -> None:
    types = builtin_types()
    assert types["text"].name == "text"
    assert len(types) == len(set(types)) == 37
    assert all(name == each.name for name, each in types.items())
    assert builtin_types() is types


def test_a_plugins_type_comes_last_and_shows_results() -> None:
    types = builtin_types().with_types([Shouted()])
    assert "shouted" in types
    assert "shouted" not in builtin_types()
    assert types["computed"].parts(a_field("computed", result="shouted"))[0].name == ""
    assert types.with_types([]).keys() == types.keys()


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ConfigurationError, match="two field types named 'text'"):
        builtin_types().with_types([TextType()])
    with pytest.raises(ConfigurationError, match="can't name"):
        FieldTypes([Misnamed()])


def test_suggestions() -> None:
    assert builtin_types().suggestion("tekst") == "did you mean 'text'?"
    assert builtin_types().suggestion("zzzzzz") == ""
