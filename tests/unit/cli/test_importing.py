"""Metadata of other systems on the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kalip.app import LiveComposition
from kalip.base.text import Text
from kalip.metadata import read_pack
from kalip.runtime import load_extensions
from kalip.runtime.importers import Imported, MetadataImporter, Source
from tests.support.terminal import run

CAR = {
    "doctype": "DocType",
    "name": "Car",
    "fields": [
        {"fieldname": "plate", "fieldtype": "Data", "label": "Plate", "reqd": 1, "in_list_view": 1},
        {"fieldname": "seats", "fieldtype": "Int", "depends_on": "eval:frappe.boot.x"},
        {"fieldname": "start", "fieldtype": "Button"},
    ],
    "permissions": [{"role": "Driver", "read": 1}],
}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app of Frappe with one DocType, in the present folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    folder = tmp_path / "my-app" / "garage" / "doctype" / "car"
    folder.mkdir(parents=True)
    (folder / "car.json").write_text(json.dumps(CAR, indent=1))
    return tmp_path / "my-app"


def test_people_read_what_was_lost_and_why(app: Path) -> None:
    ran = run("import", "metadata", "--from", "frappe", app)
    assert (ran.code, ran.err) == (0, "")
    assert "Car: 3 mapped, 1 degraded, 1 dropped" in ran.out
    assert (
        "~ Car.seats → car.seats: integer: depends_on 'eval:frappe.boot.x' is left out: 'frappe' is of the browser"
        in ran.out
    )
    assert "- Car.start: a button runs a programme" in ran.out
    assert "Car.plate" not in ran.out
    assert "my_app: 1 entities; 3 mapped, 1 degraded, 1 dropped. Next: kalip pack check my_app" in ran.out
    assert run("pack", "check", "my_app").code == 0
    assert "| mapped | Car.plate | car.plate: text |  |" in Path("my_app/docs/import.md").read_text()


def test_everything_with_all(app: Path) -> None:
    assert "= Car.plate → car.plate: text" in run("import", "metadata", "--from", "frappe", app, "--all").out


def test_programmes_read_json(app: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run("import", "metadata", "--from", "frappe", app, "--out", out, "--name", "cars", "--prefix", "x", "--json")
    assert ran.data["pack"] == "cars"
    assert ran.data["entities"] == ["x_car"]
    assert ran.data["counts"] == {"mapped": 3, "degraded": 1, "dropped": 1}
    dropped = next(each for each in ran.data["lines"] if each["outcome"] == "dropped")
    assert (dropped["subject"], Path(dropped["file"]).name, dropped["line"] > 1) == ("Car.start", "car.json", True)
    assert read_pack(out).name == "cars"


def test_one_file_works_too(app: Path) -> None:
    assert run("import", "metadata", "--from", "frappe", app / "garage" / "doctype" / "car" / "car.json").code == 0
    assert read_pack(Path("car")).name == "car"


def test_the_name_of_a_shipped_pack_is_not_taken(app: Path) -> None:
    ran = run("import", "metadata", "--from", "frappe", app.rename(app.parent / "crm"), "--out", "out", "--json")
    assert ran.data["pack"] == read_pack(Path("out")).name == "crm_frappe"


def test_an_importer_that_fails_is_told(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Source) -> Imported:
        raise ZeroDivisionError(source.pack)

    extensions = load_extensions(None)
    broken = replace(extensions, importers={"broken": MetadataImporter("broken", Text.of("Broken"), fail)})
    monkeypatch.setattr(LiveComposition, "extensions", lambda _: broken)
    ran = run("import", "metadata", "--from", "broken", app)
    assert (ran.code, "The importer from Broken failed: ZeroDivisionError: my_app" in ran.err) == (1, True)


def test_a_file_that_can_not_be_read_is_named_and_the_rest_imported(app: Path) -> None:
    (app / "broken.json").write_text('{"doctype": "DocType",\n "name": }')
    ran = run("import", "metadata", "--from", "frappe", app)
    assert ran.code == 1
    assert "broken.json:2 /name: error M102" in ran.err
    assert run("pack", "check", "my_app").code == 0
    (app / "empty").mkdir()
    for command in (app / "broken.json", app / "empty", app / "nowhere"):
        ran = run("import", "metadata", "--from", "frappe", command, "--out", "none", "--json")
        assert (ran.code, "error" in ran.data) == (1, True)
    assert not Path("none").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "frape"], "No plugin imports from 'frape'."),
        (["--from", "frappe", "--name", "Not A Name"], "'Not A Name' can't be a pack's name."),
        (["--from", "frappe", "--name", "site"], "'site' can't be a pack's name."),
        (["--from", "frappe", "--out", "my-app"], "There is something in my-app already."),
        (["--from", "frappe", "--languages", "Türkçe"], "'Türkçe' is no language."),
    ],
)
def test_it_says_no(app: Path, words: list[str], said: str) -> None:
    ran = run("import", "metadata", app, *words)
    assert ran.code == 1
    assert said in ran.err


def test_a_folder_without_entities_is_told(app: Path) -> None:
    (app / "garage" / "doctype" / "car" / "car.json").write_text('{"name": "package"}')
    ran = run("import", "metadata", "--from", "frappe", app)
    assert (ran.code, "Frappe finds no entity" in ran.out) == (1, True)


def test_files_are_still_imported_by_import(app: Path) -> None:
    assert "Usage" in run("import").err
    assert run("import", "cars.csv", "--entity", "car").code == 2
