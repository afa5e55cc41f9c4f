"""Every icon that a template or a shipped pack names is in the sprite's list."""

import re

from tests.support.source import KALIP, ROOT, own_files

NAMED = re.compile(r"""\bicon\(["']([a-z0-9-]+)["']|icons\.svg#([a-z0-9-]+)|"icon": *"([a-z0-9-]+)\"""")


def test_it_works() -> None:
    assert "plus" in _listed()


def test_the_list_is_in_order_and_names_each_once() -> None:
    assert _listed() == sorted(set(_listed()))


def test_every_named_icon_is_listed() -> None:
    places = [*own_files(ROOT / "metadata"), *own_files(KALIP / "web")]
    named = {
        next(filter(None, match.groups())): path.relative_to(ROOT).as_posix()
        for path in places
        if path.suffix in {".json", ".html", ".py"}
        for match in NAMED.finditer(path.read_text())
    }
    assert named != {}
    assert {name: place for name, place in named.items() if name not in _listed()} == {}


def _listed() -> list[str]:
    lines = (ROOT / "static" / "icons.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]
