"""Exports: exactly what is shown, with rights, and nothing that a spreadsheet would run."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kalip.base.errors import AccessDenied, BadRequest, NotFound
from kalip.records import ListRecords
from kalip.records.transfer import ExportFormat, ImportPlan, export_records, read_table, run_import
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site


@pytest.fixture
def deals(site: Site) -> Site:
    acme = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    for number in range(3):
        site.save(
            "bora",
            "deal",
            {"name": f"=D{number}", "company": acme, "amount": {"amount": f"{number}.50"}, "discount": "5"},
        )
    site.save("ada", "deal", {"name": "hidden"})
    return site


def exported(site: Site, command: ListRecords, form: ExportFormat, who: str = "bora") -> bytes:
    return b"".join(export_records(site.services, site.actors[who], command, form))


def test_csv_as_people_see_it(deals: Site) -> None:
    command = ListRecords("deal", fields=("name", "company", "amount", "owner"), filter="amount > 1", sort=("-amount",))
    text = exported(deals, command, ExportFormat("csv")).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Name", "Company", "Amount", "Owner"],
        ["'=D2", "Acme", "TRY\u00a02.50".replace("\u00a0", text[text.index("TRY") + 3]), "Bora"],
        ["'=D1", "Acme", "TRY\u00a01.50".replace("\u00a0", text[text.index("TRY") + 3]), "Bora"],
    ]


def test_an_exact_export_is_imported_again(deals: Site, tmp_path: Path) -> None:
    command = ListRecords("deal", fields=("id", "name", "amount", "discount"), sort=("name",))
    path = tmp_path / "deals.csv"
    path.write_bytes(exported(deals, command, ExportFormat("csv", exact=True)))
    table = read_table(path)
    assert table.columns == ("id", "name", "amount", "discount")
    plan = ImportPlan("deal", table, {"name": "name", "amount": "amount", "discount": "discount"}, match="name")
    result = run_import(deals.services, deals.actors["bora"], plan)
    # The apostrophe that guards a formula is no part of the name: they are found by it.
    assert (result.created, result.updated, result.unchanged, result.refused) == (0, 0, 3, 0)


def test_a_spreadsheet_has_numbers_and_no_formulas(deals: Site, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    command = ListRecords("deal", fields=("name", "discount", "created_at", "company"), sort=("name",))
    path.write_bytes(exported(deals, command, ExportFormat("xlsx")))
    rows = [[cell.value for cell in row] for row in load_workbook(path).active.rows]  # type: ignore[union-attr]
    assert rows[0] == ["Name", "Discount", "Created at", "Company"]
    assert rows[1][0] == "=D0"
    assert rows[1][1] == 5
    assert rows[1][2].year == 2026  # type: ignore[union-attr]
    assert load_workbook(path).active["A2"].data_type == "s"  # type: ignore[index]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_parts_of_a_field_are_headed_by_their_own_names(database_url: str, tmp_path: Path, kind: str) -> None:
    shop = an_entity("shop").with_field("address", "address").with_field("keeper", "person_name").with_access(rep="all")
    pack = a_pack().with_role("rep", "viewer").with_role("boss", administrator=True).with_entity(shop)
    command = ListRecords("shop", fields=("address", "address.city", "address.country", "keeper.last"))
    path = tmp_path / f"x.{kind}"
    with a_site(database_url, pack) as site:
        path.write_bytes(exported(site, command, ExportFormat("csv" if kind == "csv" else "xlsx")))
    assert read_table(path).columns == ("Address", "City", "Country", "Last name")


def test_all_rows_are_exported_by_pages(site: Site) -> None:
    operations = [{"name": f"C{number:04}"} for number in range(1203)]
    for values in operations[:3]:
        site.save("ada", "company", values)
    assert exported(site, ListRecords("company", fields=("name",), limit=1), ExportFormat("csv")).count(b"\r\n") == 4


def test_rights_are_asked_first(deals: Site) -> None:
    with pytest.raises(AccessDenied):
        exported(deals, ListRecords("company"), ExportFormat("csv"), "cem")
    with pytest.raises(NotFound):
        exported(deals, ListRecords("nothing"), ExportFormat("csv"))
    with pytest.raises(BadRequest):
        export_records(deals.services, deals.actors["bora"], ListRecords("deal", fields=("nme",)))
