"""Imports: files of any kind, guesses, refused rows, updates instead of duplicates, and going on after a crash."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, BadRequest, NotFound
from kalip.records import ListRecords, list_records
from kalip.records.transfer import (
    ImportPlan,
    ImportResult,
    SourceTable,
    guess_mapping,
    importing,
    read_table,
    run_import,
)
from kalip.web.locale import translate
from tests.support.site import Site


def a_table(
    folder: Path, header: list[str], *rows: list[str], delimiter: str = ",", encoding: str = "utf-8"
) -> SourceTable:
    path = folder / "rows.csv"
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=delimiter).writerows([header, *rows])
    return read_table(path)


def bring(site: Site, table: SourceTable, who: str = "bora", **asked: Any) -> ImportResult:
    mapping = {guess.column: guess.path for guess in guess_mapping(site.served, asked.get("entity", "company"), table)}
    plan = ImportPlan(
        **{
            "entity": "company",
            "table": table,
            "mapping": {column: path for column, path in mapping.items() if path},
            **asked,
        }
    )
    return run_import(site.services, site.actors[who], plan)


def rows_of(site: Site, entity: str, *fields: str) -> list[tuple[object, ...]]:
    command = ListRecords(entity, fields=fields, sort=(fields[0],), limit=1000)
    items = site.act("ada", lambda work: list_records(work, command), write=False).items
    return [tuple(item[name] for name in fields) for item in items]


def test_it_works(site: Site, tmp_path: Path) -> None:
    table = a_table(
        tmp_path, ["AD", "City ", "Sector", "Founded", "?"], ["Çelik", "Ankara", "Steel", "2001-02-03", "x"]
    )
    result = bring(site, table)
    assert (result.created, result.refused, result.rows) == (1, 0, 1)
    assert rows_of(site, "company", "name", "city", "sector", "founded") == [("Çelik", "Ankara", "steel", "2001-02-03")]


def test_guesses_are_shown_with_kinds(site: Site, tmp_path: Path) -> None:
    table = a_table(
        tmp_path,
        ["company name", "VAT", "Founded", "Web"],
        ["A", "12", "01.02.2003", "https://a.example"],
        ["B", "13", "", ""],
    )
    guesses = {guess.column: (guess.path, guess.kind) for guess in guess_mapping(site.served, "company", table)}
    assert guesses == {
        "company name": ("name", "text"),
        "VAT": ("vat", "integer"),
        "Founded": ("founded", "date"),
        "Web": (None, "url"),
    }


def test_a_second_import_updates(site: Site, tmp_path: Path) -> None:
    table = a_table(tmp_path, ["name", "vat", "city"], ["A", "1", "X"], ["B", "2", "Y"])
    assert bring(site, table, match="vat").created == 2
    again = a_table(
        tmp_path, ["name", "vat", "city"], ["A", "1", "X"], ["B2", "2", ""], ["C", "3", "Z"], ["C3", "3", "Z"]
    )
    result = bring(site, again, match="vat")
    assert (result.created, result.updated, result.unchanged, result.refused) == (1, 2, 1, 0)
    # A blank cell says nothing; the second row of one key updates the first.
    assert rows_of(site, "company", "name", "city") == [("A", "X"), ("B2", "Y"), ("C3", "Z")]


def test_refused_rows_are_kept_with_their_reason(site: Site, tmp_path: Path) -> None:
    table = a_table(
        tmp_path,
        ["name", "sector", "founded", "vat"],
        ["", "", "", ""],
        ["A", "wood", "", ""],
        ["B", "", "soon", ""],
        ["C", "", "", "1"],
        ["D", "", "", "1"],
    )
    refused = tmp_path / "refused.csv"
    result = bring(site, table, refused=refused)
    assert (result.created, result.refused) == (1, 3)
    assert result.new_choices == {"sector": ["wood"]}
    with refused.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["name", "sector", "founded", "vat", "import_error"]
    assert [row[0] for row in rows[1:]] == ["A", "B", "D"]
    assert rows[1][-1].startswith("Line 3: Sector: ")
    assert "Vat: Another record has the same Vat." in rows[3][-1]
    mended = read_table(refused)
    assert mended.columns[-1] == "import_error"


@pytest.mark.parametrize(
    ("locale", "reason"),
    [
        ("tr", "Satır 3: Sector: 'wood' seçeneklerden biri değil: 'food' mi demek istediniz?"),
        ("ru", "Строка 3: Sector: «wood» нет среди вариантов: возможно, имелось в виду «food»?"),
    ],
)
def test_refusals_are_told_in_the_language_of_the_plan(site: Site, tmp_path: Path, locale: str, reason: str) -> None:
    site.services = replace(site.services, translate=translate)
    table, refused = a_table(tmp_path, ["name", "sector"], ["A", ""], ["B", "wood"]), tmp_path / "refused.csv"
    bring(site, table, refused=refused, locale=locale)
    assert reason in refused.read_text("utf-8-sig")


def test_references_are_found_by_title_or_field(site: Site, tmp_path: Path) -> None:
    for name, vat in (("Acme", "1"), ("Işık", "2"), ("Twin", "3"), ("Twin", "4")):
        site.save("ada", "company", {"name": name, "vat": vat})
    table = a_table(
        tmp_path,
        ["name", "company", "partners"],
        ["a", "Acme", "Işık; acme"],
        ["b", "ACME", ""],
        ["c", "Twin", ""],
        ["d", "No", ""],
    )
    result = bring(site, table, entity="deal")
    assert (result.created, result.refused) == (2, 2)
    assert [refusal.reasons[0] for refusal in result.refusals] == [
        "Company: Several records are called 'Twin'.",
        "Company: There is no record called 'No'.",
    ]
    by_vat = a_table(tmp_path, ["name", "company"], ["e", "4"])
    assert bring(site, by_vat, entity="deal", references={"company": "vat"}).created == 1
    assert [row[1] for row in rows_of(site, "deal", "name", "company.vat")] == ["1", "1", "4"]


def test_parts_numbers_and_locales(site: Site, tmp_path: Path) -> None:
    table = a_table(tmp_path, ["name", "amount", "cur"], ["a", "1.234,50", "EUR"], ["b", "2", ""], delimiter=";")
    mapping = {"name": "name", "amount": "amount", "cur": "amount.currency"}
    result = bring(site, table, entity="deal", mapping=mapping, locale="tr")
    assert result.refusals == []
    assert rows_of(site, "deal", "name", "amount") == [
        ("a", {"amount": "1234.50", "currency": "EUR"}),
        ("b", {"amount": "2.00", "currency": "TRY"}),
    ]


def test_a_dry_run_writes_nothing(site: Site, tmp_path: Path) -> None:
    table = a_table(tmp_path, ["name"], ["A"], [""], ["B"])
    result = bring(site, table, dry_run=True)
    assert (result.created, result.rows) == (2, 2)
    assert rows_of(site, "company", "name") == []


def test_rights_are_obeyed(site: Site, tmp_path: Path) -> None:
    table = a_table(tmp_path, ["name"], ["A"])
    with pytest.raises(AccessDenied):
        bring(site, table, who="cem")
    site.save("ada", "deal", {"name": "other", "reference": "r"})
    deals = a_table(tmp_path, ["name", "reference"], ["mine", "r"])
    # What may not be seen is not updated: another record is made.
    assert bring(site, deals, entity="deal", match="reference").created == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"mapping": {"nme": "name"}},
        {"mapping": {"name": "nme"}},
        {"mapping": {}},
        {"match": "city"},
        {"match": "founded", "mapping": {"name": "founded"}},
    ],
)
def test_a_plan_that_makes_no_sense(site: Site, tmp_path: Path, asked: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        bring(site, a_table(tmp_path, ["name"], ["A"]), **asked)
    with pytest.raises(NotFound):
        run_import(
            site.services,
            site.actors["bora"],
            ImportPlan("nothing", a_table(tmp_path, ["name"], ["A"]), {"name": "name"}),
        )


def test_an_interrupted_import_goes_on(site: Site, tmp_path: Path) -> None:
    table = a_table(tmp_path, ["name"], *([f"N{number:03}"] for number in range(35)))
    plan = ImportPlan("company", table, {"name": "name"}, refused=tmp_path / "refused.csv", batch=10)

    def stop(rows: int, _saved: int, _refused: int) -> None:
        if rows == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_import(site.services, site.actors["bora"], plan, stop)
    result = run_import(site.services, site.actors["bora"], plan)
    assert (result.resumed_at, result.created) == (20, 15)
    assert len(rows_of(site, "company", "name")) == 35
    # A finished one starts again from the top; without a match field it makes more.
    assert run_import(site.services, site.actors["bora"], replace(plan, match=None)).resumed_at == 0


def test_many_rows(site: Site, tmp_path: Path) -> None:
    table = a_table(
        tmp_path, ["name", "city", "vat"], *([f"Company {number}", "Ankara", str(number)] for number in range(2_000))
    )
    result = bring(site, table, match="vat")
    assert (result.created, result.refused) == (2_000, 0)


def test_figures(site: Site, tmp_path: Path) -> None:
    told: list[tuple[int, int, int]] = []
    table = a_table(tmp_path, ["name"], *(["x"] for _ in range(5)))
    plan = ImportPlan("company", table, {"name": "name"}, batch=2)
    run_import(site.services, site.actors["bora"], plan, lambda *figures: told.append(figures))
    assert told == [(2, 2, 0), (4, 4, 0), (5, 5, 0)]
    assert importing.FIRST_LINE == 2
