"""The page of settings says what Settings has: names, kinds, defaults and environment."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from kalip.runtime import Settings, read_settings, write_settings
from kalip.runtime.directories import Directory
from kalip.runtime.providers import Provider
from tests.support.reference import REFERENCE

PAGE = (REFERENCE / "settings.md").read_text()
ROWS = {
    name: (kind, default, variable)
    for name, kind, default, variable in re.findall(
        r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]*)\|", PAGE.partition("## Environment")[0], re.MULTILINE
    )
}
KINDS = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    Mapping[str, str]: "table of texts",
    Mapping[str, Provider]: "table of tables",
    Mapping[str, Directory]: "table of tables",
}


def test_each_setting_has_its_row_with_kind_and_default() -> None:
    slots = [each for each in fields(Settings) if each.name != "folder"]
    assert set(ROWS) == {each.name for each in slots}
    for slot in slots:
        kind, default, _ = ROWS[slot.name]
        assert kind == KINDS[Settings.__annotations__[slot.name]]
        if slot.default is not MISSING:
            written = str(slot.default).lower() if slot.type is bool else slot.default
            assert default.strip(" `") == (f'"{written}"' if slot.type is str else str(written))


@pytest.mark.parametrize("name", ROWS)
def test_the_variable_of_a_row_is_the_one_that_is_read(name: str, tmp_path: Path) -> None:
    variable = ROWS[name][2].strip(" `")
    write_settings(tmp_path)
    value = "/x" * 20
    environment = {variable or f"KALIP_{name.upper()}": value}
    changed = getattr(read_settings(tmp_path, environment), name) != getattr(read_settings(tmp_path, {}), name)
    assert changed == bool(variable)
