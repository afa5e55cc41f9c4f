"""Garbage is told with its place and the way out, by the command line and by REST alike, and leaves nothing behind."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.installed import make_site
from tests.support.terminal import run
from tests.support.web_site import Site, a_site

Files = dict[str, bytes]
ENTITY = "entities/good/entity.json"


def manifest(name: str = "shop", **more: object) -> bytes:
    """A pack.json."""
    return json.dumps({"name": name, "version": "1.0.0", **more}, indent=1).encode()


def entity(text: str) -> Files:
    """A pack whose one entity is written like this."""
    return {"pack.json": manifest(), ENTITY: text.encode()}


def computed(expression: str) -> Files:
    """A pack with one computed field."""
    return entity('{"fields": {"a": {"type": "computed",\n"expression": "' + expression + '"}}}')


def owned(by: str) -> bytes:
    """An entity whose records are part of another's."""
    parent = {"type": "reference", "to": by, "on_delete": "cascade", "required": True}
    return json.dumps({"owned_by": "parent", "fields": {"parent": parent}}, indent=1).encode()


@dataclass(frozen=True)
class Bad:
    """What is in an archive, and where the fault must be told: code, file, line and pointer."""

    files: Files
    code: str
    file: str = ENTITY
    line: int = 1
    pointer: str = ""


PACKS = {
    "malformed": Bad(entity('{\n"fields": {"a": }}'), "M102", line=2, pointer="/fields/a"),
    "the same key twice": Bad(entity('{"fields": {},\n"fields": {}}'), "M103", line=2, pointer="/fields"),
    "a wrong type": Bad(entity('{"fields": []}'), "M122", pointer="/fields"),
    "an unknown key": Bad(entity('{"fields": {"a": {"type": "text"}},\n"titel": ""}'), "M120", ENTITY, 2, "/titel"),
    "an unknown field": Bad(entity('{"title": "b",\n"fields": {"a": {"type": "text"}}}'), "C102", pointer="/title"),
    "deep JSON": Bad(entity('{"fields":' * 10_000), "M104", pointer="/fields" * 64),
    "deep parentheses": Bad(computed("(" * 4_900 + "1" + ")" * 4_900), "C120", ENTITY, 2, "/fields/a/expression"),
    "deep negations": Bad(computed("!" * 9_990 + "true"), "C120", ENTITY, 2, "/fields/a/expression"),
    "deep lists": Bad(computed("[" * 4_900 + "]" * 4_900), "C120", ENTITY, 2, "/fields/a/expression"),
    "deep paths": Bad(computed("a" + ".b" * 4_900), "C120", ENTITY, 2, "/fields/a/expression"),
    "10,000 levels": Bad(computed("(" * 10_000 + "1" + ")" * 10_000), "C120", ENTITY, 2, "/fields/a/expression"),
    "not UTF-8": Bad({"pack.json": manifest(), ENTITY: b'{\n"label": "\xff"}'}, "M101", line=2),
    "5 MB": Bad(entity('{"label": "' + "x" * 5_000_000 + '"}'), "M105", line=0),
    "computed from itself": Bad(computed("a + 1"), "C130", pointer="/fields/a"),
    "computed in a circle": Bad(
        entity('{"fields": {"a": {"type": "computed", "expression": "b"},'
               '\n"b": {"type": "computed", "expression": "a"}}}'),
        "C130", pointer="/fields/a",
    ),
    "part of each other": Bad(
        {"pack.json": manifest(), "entities/x/entity.json": owned("y"), "entities/y/entity.json": owned("x")},
        "C130", "entities/x/entity.json", 2, "/owned_by",
    ),
    "requires itself": Bad({"pack.json": manifest(requires={"shop": ">=1"})}, "M132", "pack.json", 5, "/requires/shop"),
    "a path out of the pack": Bad({"pack.json": manifest(), "../../evil.json": b"{}"}, "M113", "../../evil.json", 0),
    "an absolute path": Bad({"pack.json": manifest(), "/etc/evil.json": b"{}"}, "M113", "/etc/evil.json", 0),
    "a bomb": Bad({"pack.json": manifest(), **{f"files/{n}.bin": bytes(15_000_000) for n in range(5)}}, "M114", "", 0),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty site, which stays empty."""
    made = tmp_path_factory.mktemp("bad") / "site"
    make_site(made)
    return made


@pytest.mark.parametrize("name", PACKS)
def test_a_bad_archive_is_told_and_not_installed(folder: Path, tmp_path: Path, name: str) -> None:
    bad, archive = PACKS[name], tmp_path / "deep" / "er" / "shop.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path, content in bad.files.items():
            entry = zipfile.ZipInfo("placeholder")
            entry.filename, entry.compress_type = path, zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    before = files_in(folder)
    checked = run("pack", "check", archive, "--json")
    installed = run("pack", "install", archive, "--site", folder, "--json")
    assert (checked.code, installed.code) == (1, 1)
    for told in (checked.data["diagnostics"], installed.data["error"]["diagnostics"]):
        places = [(each["code"], each["file"], each["line"], each["pointer"]) for each in told]
        assert (bad.code, f"{archive}/{bad.file}".rstrip("/"), bad.line, bad.pointer) in places
        assert all(each["message"] and each["hint"] for each in told if each["code"] == bad.code)
    assert run("pack", "list", "--site", folder, "--json").data == []
    assert len(run("log", "--site", folder, "--json").data) == 1
    assert files_in(folder) == before
    assert [path.name for path in tmp_path.rglob("*.json")] == []


def test_packs_that_require_each_other(folder: Path, tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.json").write_bytes(manifest(name, requires={other: ">=1"}))
    checked = run("pack", "check", tmp_path / "one", "--json")
    installed = run("pack", "install", tmp_path / "one", tmp_path / "two", "--site", folder, "--json")
    assert (checked.code, installed.code) == (1, 1)
    for told in (checked.data["diagnostics"], installed.data["error"]["diagnostics"]):
        (circle,) = told
        assert (circle["code"], circle["file"], circle["line"]) == ("M132", f"{tmp_path}/two/pack.json", 5)
        assert "one → two → one" in circle["message"]
    assert run("pack", "list", "--site", folder, "--json").data == []


GARBAGE: dict[str, bytes] = {
    "nothing": b"",
    "malformed": b'{"name": ',
    "the same key twice": b'{"name": "A", "name": "B"}',
    "a list": b"[]",
    "deep": b'{"name":' * 10_000,
    "deep lists": b'{"name": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "not UTF-8": b'{"name": "\xff"}',
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "NaN": b'{"name": NaN}',
    "NUL": b'{"name": "\\u0000"}',
    "half a pair": b'{"name": "\\ud800"}',
    "an unknown name": b'{"nmae": "A"}',
    "a wrong type": b'{"name": {"a": [1]}}',
    "a huge number": b'{"name": ' + b"9" * 10_000 + b"}",
    "20 MB": b'{"name": "' + b"x" * 20_000_000 + b'"}',
}
ROUTES = (
    ("POST", "/api/records/customer"),
    ("PATCH", "/api/records/customer/{id}"),
    ("POST", "/api/records/customer/batch"),
    ("POST", "/api/records/order/{order}/transitions/cancel"),
)
FILTERS = {
    "deep parentheses": "(" * 1_900 + "true" + ")" * 1_900,
    "deep negations": "!" * 3_900 + "true",
    "deep lists": "[" * 1_900 + "]" * 1_900,
    "deep paths": "name" + ".name" * 700,
    "too long": "!" * 10_000 + "true",
    "not UTF-8": "%ff",
    "NUL": "name%20==%20'%00'",
    "half an expression": "name%20==",
    "an unknown name": "nmae%20==%20'A'",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Callable[[str], str]]]:
    """A shop with a customer and an order, and what fills their ids in."""
    home = tmp_path_factory.mktemp("rest")
    with a_site(f"sqlite:///{home}/x.db", home, "tiny") as site:
        ada = site.admin.make("customer", name="Ada")["id"]
        order = site.admin.make("order", customer=ada)["id"]
        yield site, lambda path: path.format(id=ada, order=order)


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("name", GARBAGE)
def test_a_bad_body_is_a_problem_and_changes_nothing(
    shop: tuple[Site, Callable[[str], str]], method: str, path: str, name: str
) -> None:
    site, fill = shop
    answer = site.admin.call(method, fill(path), GARBAGE[name])
    problem = answer.json or {}
    if (method, name) == ("PATCH", "an unknown name"):
        assert "did you mean 'name'?" in answer.text
    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["code"]
    assert problem["detail"]
    assert unchanged(site, fill)


@pytest.mark.parametrize("name", FILTERS)
def test_a_bad_filter_is_a_problem(shop: tuple[Site, Callable[[str], str]], name: str) -> None:
    site, _ = shop
    answer = site.admin.get(f"/api/records/customer?filter={FILTERS[name]}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json"), answer.text
    assert (answer.json or {})["detail"]


def unchanged(site: Site, fill: Callable[[str], str]) -> bool:
    """Whether the shop is as it was made."""
    ids = site.admin.ids("/api/records/customer?archived=include")
    order = site.admin.get(fill("/api/records/order/{order}")).json or {}
    ada = site.admin.get(fill("/api/records/customer/{id}")).json or {}
    return len(ids) == 1 and (ada["name"], ada["version"], order["version"]) == ("Ada", 1, 1)


def files_in(folder: Path) -> list[str]:
    """What lies in a site's folder, but the journals that SQLite comes and goes with."""
    return sorted(str(path) for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))
