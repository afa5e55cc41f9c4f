"""Import and export on the command line."""

from pathlib import Path

import pytest

from kalip.app import LiveComposition
from kalip.storage import find_user
from kalip.storage.groups import Group, add_group, add_members
from tests.support.builders import a_pack, an_entity
from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import written

HEADER = "Ticker;Company name;Sector;Founded\n"
ROWS = "".join(f"T{number};Company {number};{'Energy' if number % 2 else 'Health Care'};2001\n" for number in range(50))


@pytest.fixture
def crm(site: Kalip, tmp_path: Path) -> Kalip:
    """A site with companies."""
    company = (
        an_entity("company")
        .with_keys(title="name")
        .with_field("name", "text", label="Company name", required=True)
        .with_field("ticker", "text", unique=True)
        .with_field("sector", "choice", choices="sector")
        .with_field("founded", "integer")
    )
    pack = a_pack("crm").with_choices("sector", "energy").with_entity(company)
    assert site("pack", "install", written(tmp_path / "crm", pack.files())).code == 0
    return site


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Fifty companies."""
    path = tmp_path / "companies.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


def test_it_works(crm: Kalip, file: Path) -> None:
    done = crm("import", file, "--entity", "company", "--match", "ticker", "--add-choices", "--json")
    assert done.code == 0, done.out
    assert (done.data["created"], done.data["refused"]) == (50, 0)
    again = crm("import", file, "--entity", "company", "--match", "ticker", "--json").data
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 50)
    file.write_text(HEADER + ROWS.replace("Company 7;", "Seventh;"), encoding="utf-8")
    assert crm("import", file, "--entity", "company", "--match", "ticker", "--json").data["updated"] == 1


def test_refused_rows_go_to_a_file_with_their_reasons(crm: Kalip, file: Path) -> None:
    done = crm("import", file, "--entity", "company", "--json")
    assert done.code == 1
    assert done.data["new_choices"] == {"sector": ["Health Care"]}
    assert done.data["created"] + done.data["refused"] == 50
    assert done.data["refusals"][0]["line"] == 2
    refused = file.with_name("companies.refused.csv").read_text(encoding="utf-8-sig")
    assert refused.count("Health Care") >= 25


def test_people_see_the_mapping_and_the_kinds_of_values(crm: Kalip, file: Path) -> None:
    shown = crm("import", file, "--entity", "company", "--dry-run", "--skip", "Founded")
    lines = {line.split("  ")[0]: line for line in shown.out.splitlines()}
    assert " name " in lines["Company name"]
    assert "integer" in lines["Founded"]
    assert "—" in lines["Founded"]
    assert "checked: 50 rows" in shown.out
    assert crm("export", "company", "--fields", "name").out.strip("\ufeff\r\n") == "name"


def test_what_the_mapping_may_say(crm: Kalip, file: Path) -> None:
    assert "There is no column 'Name'" in crm("import", file, "--entity", "company", "--map", "Name=name").err
    assert crm("import", file, "--entity", "company", "--map", "oops").code == 2
    assert crm("import", file, "--entity", "compny").code == 1


def test_an_export_can_be_imported_again(crm: Kalip, file: Path, tmp_path: Path) -> None:
    crm("import", file, "--entity", "company", "--match", "ticker", "--add-choices", "--json")
    for name in ("out.csv", "out.xlsx"):
        target = tmp_path / name
        fields = "name,ticker,sector,founded"
        assert crm("export", "company", "-o", target, "--fields", fields, "--sort", "ticker").code == 0
        again = crm("import", target, "--entity", "company", "--match", "ticker", "--json").data
        assert (again["unchanged"], again["refused"], again["created"]) == (50, 0, 0)
    some = crm("export", "company", "--fields", "name", "--filter", "ticker == 'T7'").out
    assert some.splitlines()[1:] == ["Company 7"]
    assert crm("export", "company", "--filter", "tickr == 'x'").code == 1


def test_rights_count_when_somebody_is_named(crm: Kalip, file: Path) -> None:
    crm("user", "add", "cem@example.com", "--name", "Cem")
    assert crm("import", file, "--entity", "company", "--as", "cem@example.com").code == 1
    assert crm("export", "company", "--as", "cem@example.com").code == 1


def test_who_exports_as_a_user_is_in_the_user_s_groups(site: Kalip, tmp_path: Path) -> None:
    boards = {"scope": "all", "where": "'board' in actor.groups"}
    access = {"read": boards, "export": "all"}
    note = an_entity("note").with_keys(title="name").with_field("name", "text").with_access(rep=access)
    pack = a_pack("notes").with_role("rep").with_entity(note)
    assert site("pack", "install", written(tmp_path / "notes", pack.files())).code == 0
    rows = tmp_path / "notes.csv"
    rows.write_text("name\nSecret\n", encoding="utf-8")
    assert site("import", rows, "--entity", "note").code == 0
    assert site("user", "add", "bora@example.com", "--role", "rep").code == 0
    seen = ("export", "note", "--fields", "name", "--as", "bora@example.com")
    assert "Secret" not in site(*seen).out
    with LiveComposition().open(tmp_path / "site") as opened, opened.services.database.write() as session:
        bora = find_user(session, "bora@example.com")
        assert bora is not None
        add_group(session, Group("g", "board", "Board"))
        add_members(session, "g", [bora.id])
    assert "Secret" in site(*seen).out
