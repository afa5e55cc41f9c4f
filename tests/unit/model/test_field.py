import pytest

from kalip.base.text import Text
from kalip.model import Field, Origin


def test_defaults_ask_for_nothing() -> None:
    field = Field("name", "text", Text.of("Name"))
    assert not any((field.required, field.readonly, field.unique, field.indexed, field.system))
    assert field.on_delete == "restrict"
    assert field.origin == Origin("")


def test_options_without_any_are_read_only() -> None:
    with pytest.raises(TypeError):
        Field("name", "text", Text.of("Name")).options["x"] = 1  # type: ignore[index]
