"""Directories in site.toml, and what plugins bring to read them."""

from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import ConfigurationError, Conflict
from kalip.base.text import Text
from kalip.runtime.directories import (
    HOURLY,
    DirectoryContents,
    DirectoryFailed,
    DirectoryKind,
    DirectoryPerson,
    read_directories,
    with_readers,
)
from kalip.runtime.settings import SITE_FILE, read_settings, write_settings

OPTIONS = {
    "place": {"title": "Place", "description": "Where.", "type": "string"},
    "password": {"title": "Password", "description": "Its secret.", "type": "string"},
}


def kind(read: Any = lambda _options: DirectoryContents(())) -> DirectoryKind:
    return DirectoryKind("list", Text.of("List"), read, OPTIONS, ("place",))


def test_it_works(tmp_path: Path) -> None:
    write_settings(tmp_path)
    with (tmp_path / SITE_FILE).open("a") as file:
        file.write('[directories.office]\nkind = "list"\nplace = "here"\nmost_gone = 20\n')
        file.write('[directories.office.roles]\nSellers = "rep viewer"\n')
    settings = read_settings(tmp_path, {"KALIP_DIRECTORY_OFFICE": "from outside"})
    given = kind(lambda options: DirectoryContents((DirectoryPerson(options["place"], options["password"]),)))
    office = with_readers(settings.directories, {"list": given})["office"]
    assert (office.kind, office.schedule, office.most_gone, office.groups) == ("list", HOURLY, 20, True)
    assert dict(office.roles) == {"Sellers": ("rep", "viewer")}
    assert office.read().people == (DirectoryPerson("here", "from outside"),)
    assert "from outside" not in repr(office)
    assert "from outside" not in repr(settings)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("x", "must be tables"),
        ({"office": "x"}, "must be tables"),
        ({"office": {}}, "'kind' is missing"),
        ({"Office": {"kind": "list"}}, "its name"),
        ({"office": {"kind": 1}}, "'kind' must be text"),
        ({"office": {"kind": "list", "roles": {"a": 1}}}, "'roles' must be a table of texts"),
        ({"office": {"kind": "list", "schedule": "at noon"}}, "'schedule' is no cron line"),
        ({"office": {"kind": "list", "most_gone": 0}}, "'most_gone' is a share"),
        ({"office": {"kind": "lst"}}, "no plugin reads directories of the kind 'lst'"),
        ({"office": {"kind": "list"}}, "place"),
        ({"office": {"kind": "list", "place": "x", "plcae": "x"}}, "there is no 'plcae'"),
        ({"office": {"kind": "list", "place": 1}}, "/place"),
    ],
)
def test_faults_name_the_place(written: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        with_readers(read_directories(written, {}), {"list": kind()})
    assert message in caught.value.message


def test_a_plugin_that_is_left_out_is_missed_only_when_it_is_needed() -> None:
    found = with_readers(read_directories({"office": {"kind": "list"}}, {}), {}, whole=False)
    with pytest.raises(DirectoryFailed, match="No plugin reads"):
        found["office"].read()


@pytest.mark.parametrize("error", [KeyError("x"), Conflict("It is {state}.", params={"state": "broken"})])
def test_whatever_fails_is_told_with_the_directory(error: Exception) -> None:
    def fail(_options: Any) -> DirectoryContents:
        raise error

    written = {"office": {"kind": "list", "place": "x"}}
    office = with_readers(read_directories(written, {}), {"list": kind(fail)})["office"]
    with pytest.raises(DirectoryFailed, match=r"\[directories.office\]: (the plugin for list failed|It is broken)"):
        office.read()
