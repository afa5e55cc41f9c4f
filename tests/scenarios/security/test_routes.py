"""Every route by every method, tried by five people: each answers as routes.txt says; one without a line is told."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from werkzeug.routing import Rule

from kalip.web.security import POLICY
from tests.support.house import PEOPLE, House, a_house
from tests.support.routing import SAFE, Line, address_of, ask, is_rest, read_table, routes_of, said_by

TABLE = Path(__file__).with_name("routes.txt")


class Kept:
    """A database of SQLite as it was at the beginning, brought back whenever a call has changed it."""

    def __init__(self, path: Path) -> None:
        self._live = sqlite3.connect(path)
        self._kept = sqlite3.connect(":memory:")
        self._live.backup(self._kept)
        self._version = self._seen()

    def bring_back(self) -> None:
        """Undo what others have committed since."""
        if self._seen() != self._version:
            self._kept.backup(self._live)
            self._version = self._seen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.close()
        self._kept.close()

    def _seen(self) -> int:
        found: int = self._live.execute("PRAGMA data_version").fetchone()[0]
        return found


@pytest.fixture(scope="module")
def kept_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Kept]]:
    folder = tmp_path_factory.mktemp("routes")
    with (
        a_house(f"sqlite:///{folder / 'x.db'}", folder, WTF_CSRF_ENABLED=False) as house,
        Kept(folder / "x.db") as kept,
    ):
        yield house, kept


def rules(house: House) -> dict[tuple[str, str], Rule]:
    return {(method, rule.rule): rule for method, rule in routes_of(house.site.app)}


def answers_of(house: House, kept: Kept, rule: Rule, line: Line) -> tuple[str, ...]:
    address, found = address_of(house, rule, line), []
    for who in PEOPLE:
        # Programmes need no token of our pages, even where pages do.
        house.site.app.config["WTF_CSRF_ENABLED"] = is_rest(address)
        found.append(said_by(ask(house, who, line, address)))
        kept.bring_back()
    return tuple(found)


@pytest.mark.slow
def test_each_route_answers_as_its_line_says(kept_house: tuple[House, Kept]) -> None:
    house, kept = kept_house
    table, present = read_table(TABLE), rules(house)
    wrong = []
    for key, rule in present.items():
        line = table.get(key) or Line(*key, ())
        found = Line(*key, answers_of(house, kept, rule, line), line.sent)
        if found.answers != line.answers:
            wrong.append(str(found))
    fallen = sorted(f"{method} {route}" for method, route in table.keys() - present.keys())
    assert not wrong, (
        f"These routes have no line in {TABLE.name}, or answer {', '.join(PEOPLE)} otherwise than it says. Think about "
        "each whether it should, give the call what it needs (see tests/support/routing.py), then write:\n"
        + "\n".join(wrong)
    )
    assert not fallen, f"{TABLE.name} has lines of routes that are no more: {fallen}"


def test_whoever_may_nothing_is_told_nothing(kept_house: tuple[House, Kept]) -> None:
    """The table itself: nobody is served what they may not have, whatever else a line says."""
    del kept_house
    faults = []
    for line in read_table(TABLE).values():
        anonymous, outsider, reader, owner, _ = line.answers
        served = [each for each in (outsider, reader, owner) if each[0] in "23"]
        if anonymous[0] in "23" and not line.route.startswith(PUBLIC):
            faults.append(f"{line.method} {line.route} is open to everybody")
        if line.route.startswith(ADMINISTRATIVE) and served:
            faults.append(f"{line.method} {line.route} is open to those who don't administer")
    assert faults == []


PUBLIC = (
    "/account/display",
    "/api/hooks/<name>",
    "/forms/<name>",
    "/health",
    "/login",
    "/metrics",
    "/privacy",
)
"""What anybody may call: think twice before a line is added."""
ADMINISTRATIVE = ("/admin/", "/designer")


def test_what_one_may_not_see_is_answered_as_what_is_not_there(kept_house: tuple[House, Kept]) -> None:
    """Nobody without a role learns by a status which entities, or records, there are."""
    house, kept = kept_house
    table, faults = read_table(TABLE), []
    for key, rule in rules(house).items():
        line = table.get(key)
        if line is None or "entity" not in rule.arguments:
            continue
        said = []
        for entity in ("matter", "nothing"):
            sent = {**line.sent, "path": {**line.sent.get("path", {}), "entity": entity}}
            asked = Line(line.method, line.route, line.answers, sent)
            said.append(said_by(ask(house, "outsider", asked, address_of(house, rule, asked))))
            kept.bring_back()
        if said[0] != said[1]:
            faults.append(f"{line.method} {line.route}: {said}")
    assert faults == []


def test_no_page_changes_anything_without_the_token_of_our_page(kept_house: tuple[House, Kept]) -> None:
    house, kept = kept_house
    house.site.app.config["WTF_CSRF_ENABLED"] = True
    table, faults = read_table(TABLE), []
    for key, rule in rules(house).items():
        line = table.get(key)
        if line is None or line.method in SAFE or line.sent.get("proof") == "none":
            continue
        address = address_of(house, rule, line)
        # REST is asked by the browser's session here, as a stranger's page would do it; SCIM knows no sessions.
        answer = house.client("administrator").open(address, method=line.method, json={}, buffered=True)
        rest = address.startswith("/api/")
        wanted = (403, "A103") if rest else (401, None) if is_rest(address) else (400, None)
        told = (answer.status_code, (answer.json or {}).get("code") if rest else None)
        if told != wanted:
            faults.append(f"{line.method} {address}: {answer.status_code}")
        if not is_rest(address) and answer.headers["Content-Security-Policy"] != POLICY:
            faults.append(f"{line.method} {address}: {answer.headers['Content-Security-Policy']}")
        kept.bring_back()
    house.site.app.config["WTF_CSRF_ENABLED"] = False
    assert faults == []


def test_it_finds_a_route_without_a_line(kept_house: tuple[House, Kept]) -> None:
    house, _ = kept_house
    assert len(rules(house)) > 200
    assert ("POST", "/api/records/<entity>") in rules(house)
