"""Duplicates: found when records are made, changed, imported and brought back; two writers at once; told apart."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import BadRequest, KalipError, RecordRejected, Violation
from kalip.records import BatchOperation, SaveRecord, archive_record, batch, restore_record, run, save_record
from kalip.records.duplicates import (
    Duplicate,
    duplicates_of,
    find_duplicates_of,
    take_back_apart,
    tell_records_apart,
    told_apart_among,
)
from kalip.records.transfer import ImportPlan, read_table, run_import
from kalip.storage.likeness import sides_of
from tests.support.site import Site, a_site
from tests.support.twins import RULES, twins_pack


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """People who may be the same."""
    with a_site(database_url, twins_pack()) as site:
        yield site


def make(
    site: Site, values: dict[str, Any], entity: str = "person", who: str = "ada", *, accept: bool | None = None
) -> str:
    command = SaveRecord(entity, values, accept_duplicates=accept)
    return site.act(who, lambda work: save_record(work, command)).id


def faults(site: Site, values: dict[str, Any], entity: str = "person", **more: Any) -> list[Violation]:
    with pytest.raises(RecordRejected) as caught:
        make(site, values, entity, **more)
    return list(caught.value.violations)


def records(fault: Violation) -> tuple[Duplicate, ...]:
    found = fault.params["records"]
    assert isinstance(found, tuple)
    return found


def told(found: list[Violation]) -> list[tuple[str, str, str]]:
    return [(each.pointer, each.code, each.message) for each in found]


def test_it_works(site: Site) -> None:
    """CR11, L47: a rule that warns lets the record pass once the caller accepts."""
    first = make(site, {"name": "Ada", "mail": "ada@example.com"})
    (found,) = faults(site, {"name": "Lovelace", "mail": "ADA@example.com"})
    assert told([found]) == [("/mail", "possible_duplicate", "This may be the same as: Ada.")]
    (record,) = records(found)
    assert (record.entity, record.id, record.rule, str(record.label)) == ("person", first, "same_mail", "Same e-mail")
    second = make(site, {"name": "Lovelace", "mail": "ADA@example.com"}, accept=True)
    assert {each.id for each in find(site, {"mail": "ada@EXAMPLE.com"})} == {first, second}


def find(site: Site, values: dict[str, Any], entity: str = "person", who: str = "ada", **more: Any) -> list[Any]:
    return list(site.act(who, lambda work: find_duplicates_of(work, entity, values, **more)))


def test_phones_are_compared_across_their_fields(site: Site) -> None:
    """CR11: phones compared across kinds, normalised."""
    first = make(site, {"name": "Ada", "mobile": "0532 111 22 33"})
    assert [each.code for each in faults(site, {"name": "Bora", "phone": "+90 532 111 2233"})] == ["possible_duplicate"]
    assert [each.id for each in find(site, {"phone": "+905321112233"})] == [first]
    assert find(site, {"phone": "+905321112234"}) == []


def test_all_fields_of_a_rule_must_be_alike(site: Site) -> None:
    """CR11: AND within a rule, OR across."""
    first = make(site, {"name": "Mehmet Yılmaz", "city": "İzmir", "mail": "m@example.com"})
    assert find(site, {"name": "Mehmet Yılmaz", "city": "Ankara"}) == []
    assert find(site, {"name": "Mehmet Yılmaz"}) == []
    (found,) = find(site, {"name": "Yilmaz, Mehmed", "city": "IZMIR"})
    assert (found.id, found.rule) == (first, "like_name")
    assert 80 <= found.similarity < 100
    assert [each.rule for each in find(site, {"name": "mehmet yilmaz", "city": "izmir", "mail": "M@example.com"})] == [
        "like_name",
        "same_mail",
    ]


@pytest.mark.parametrize(
    ("one", "two", "alike"),
    [
        ("Akın Tekstil San. ve Tic. Ltd. Şti.", "AKIN TEKSTIL A.Ş.", True),
        ("Siemens", "Simens", True),
        ("Robert Bosch GmbH", "Bosch Robert", True),
        ("Ahmet Demir", "Ahmet Demirci", True),
        ("Ahmet Demir", "Mehmet Demir", False),
        ("Marmara Tekstil", "Marmara Gıda", False),
        ("Газпром ООО", "газпром", True),
        ("Koç Holding", "Koç Grup", True),
    ],
)
def test_names_that_are_similar(site: Site, one: str, two: str, alike: bool) -> None:
    make(site, {"name": one, "city": "x"})
    assert bool(find(site, {"name": two, "city": "X"})) is alike


def test_a_strict_rule_refuses_whatever_the_caller_says(site: Site) -> None:
    make(site, {"name": "Ada", "number": "TR 123-456"})
    (found,) = faults(site, {"name": "Bora", "number": "tr123456"}, accept=True)
    assert told([found]) == [("/number", "duplicate", "There is such a record already: Ada.")]
    (found,) = faults(site, {"name": "Bora", "old_number": "TR123456"}, accept=True)
    assert found.code == "duplicate"


def test_what_was_so_before_is_not_said_again(site: Site) -> None:
    make(site, {"name": "Ada", "mail": "ada@example.com"})
    second = make(site, {"name": "Bora", "mail": "ada@example.com"}, accept=True)
    site.save("ada", "person", {"name": "Cem", "mail": "Ada@example.com"}, second)
    site.save("ada", "person", {"notes": "x"}, second)
    third = make(site, {"name": "Deniz"})
    with pytest.raises(RecordRejected) as caught:
        site.save("ada", "person", {"mail": "ada@example.com"}, third)
    assert [each.code for each in caught.value.violations] == ["possible_duplicate"]


def test_leads_are_compared_with_people_archived_ones_too(site: Site) -> None:
    """L50, DY9: across entities, inactive records optional; the first characters."""
    person = make(site, {"name": "Ada", "mail": "ada@example.com"})
    (found,) = faults(site, {"topic": "Looms", "email": "ada@example.com"}, "lead")
    (record,) = records(found)
    assert (record.entity, record.id, record.archived) == ("person", person, False)
    site.act("ada", lambda work: archive_record(work, "person", person))
    assert find(site, {"mail": "ada@example.com"}) == []
    (record,) = find(site, {"topic": "Looms", "email": "ada@example.com"}, "lead")
    assert (record.rule, record.archived) == ("known", True)
    lead = make(site, {"topic": "Loom machines", "email": "ada@example.com"}, "lead", accept=True)
    assert [each.id for each in find(site, {"topic": "looming"}, "lead")] == []
    assert [each.id for each in find(site, {"topic": "LOOM M"}, "lead")] == [lead]
    make(site, {"name": "Somebody else", "mail": "ada@example.com"})


def test_archived_records_let_go_and_take_again(site: Site) -> None:
    first = make(site, {"name": "Ada", "number": "1"})
    site.act("ada", lambda work: archive_record(work, "person", first))
    second = make(site, {"name": "Bora", "number": "1"})
    with pytest.raises(RecordRejected) as caught:
        site.act("ada", lambda work: restore_record(work, "person", first))
    assert told(list(caught.value.violations)) == [("/number", "duplicate", "There is such a record already: Bora.")]
    site.act("ada", lambda work: archive_record(work, "person", second))
    site.act("ada", lambda work: restore_record(work, "person", first))
    assert [each.code for each in faults(site, {"name": "Cem", "number": "1"})] == ["duplicate"]


def test_what_one_may_not_see_is_not_named(site: Site) -> None:
    make(site, {"name": "Secret", "mail": "s@example.com", "number": "7", "city": "Gizli"})
    found = faults(site, {"name": "B", "mail": "s@example.com", "number": "7"}, who="bora")
    assert told(found) == [
        ("/mail", "possible_duplicate", "This may be the same as another record."),
        ("/number", "duplicate", "There is such a record already."),
    ]
    assert not any(records(fault) for fault in found)
    make(site, {"name": "Open", "mail": "s@example.com"}, accept=True)
    (beside,) = faults(site, {"name": "B", "mail": "s@example.com"}, who="bora")
    assert beside.message == "This may be the same as: Open."
    assert [each.title for each in records(beside)] == ["Open"]


def test_a_rule_may_look_only_at_what_the_actor_may_see(database_url: str) -> None:
    rules = {name: {**rule, "only_visible": True} for name, rule in RULES.items()}
    values = {"mail": "s@example.com", "number": "7"}
    with a_site(database_url, twins_pack(duplicates=rules)) as site:
        make(site, {"name": "Secret", "city": "Gizli", **values})
        make(site, {"name": "B", **values}, who="bora")
        found = faults(site, {"name": "C", **values}, who="bora")
        assert {each.message.rpartition(": ")[2] for each in found} == {"B."}
        (number,) = [each for each in faults(site, {"name": "C", **values}) if each.code == "duplicate"]
        assert {each.title for each in records(number)} == {"Secret", "B"}


def test_the_system_is_refused_only_what_is_strict(site: Site) -> None:
    values = {"name": "Ada", "mail": "a@example.com"}
    for _ in range(2):
        run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("person", values)))
    assert len(find(site, values)) == 2


def test_twins_of_one_call_find_each_other(site: Site) -> None:
    rows = [{"name": "Ada", "mail": "a@example.com"}, {"name": "Bora", "mail": "a@example.com"}]
    operations = [BatchOperation("create", values=row) for row in rows]
    results = site.act("ada", lambda work: batch(work, "person", operations, atomic=False))
    assert [each.error is None for each in results] == [True, False]
    accepted = [BatchOperation("create", values=row, accept_duplicates=True) for row in rows]
    results = site.act("ada", lambda work: batch(work, "person", accepted, atomic=False))
    assert [each.error is None for each in results] == [True, True]


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_writers_at_once_one_wins(site: Site, attempt: int) -> None:
    """L49: a strict rule is race-safe on both databases."""
    start = threading.Barrier(4)
    outcomes: list[str] = []

    def write(name: str) -> None:
        start.wait()
        try:
            make(site, {"name": name, "number": f"N{attempt}"})
            outcomes.append("made")
        except KalipError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["RecordRejected", "RecordRejected", "RecordRejected", "made"]
    assert len(find(site, {"number": f"n{attempt}"})) == 1


def test_who_holds_sees_what_the_other_made(site: Site) -> None:
    """L49: twins converted at once give one contact, although the rule only warns."""
    start = threading.Barrier(2)
    made: list[str] = []

    def convert() -> None:
        def once(work: Any) -> str:
            found = find_duplicates_of(work, "person", {"mail": "twin@example.com"}, hold=True)
            if found:
                return found[0].id
            return save_record(work, SaveRecord("person", {"name": "Twin", "mail": "twin@example.com"})).id

        start.wait()
        made.append(site.act("ada", once))

    threads = [threading.Thread(target=convert) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1


def test_records_are_told_apart_for_everybody(site: Site) -> None:
    """L51, CR11: remembered for all, with the author; even a strict rule knows it."""
    first = make(site, {"name": "Ada", "mail": "a@example.com"}, who="bora")
    second = make(site, {"name": "Bora", "mail": "a@example.com"}, accept=True)
    third = make(site, {"name": "Cem", "mail": "a@example.com"}, accept=True)
    assert {each.id for each in site.act("ada", lambda work: duplicates_of(work, "person", first))} == {second, third}
    assert site.act("bora", lambda work: tell_records_apart(work, "person", [first, second])) == 1
    assert {each.id for each in site.act("ada", lambda work: duplicates_of(work, "person", first))} == {third}
    (said,) = site.act("ada", lambda work: told_apart_among(work, [first, second, third]))
    assert (said.actor_name, said.at) == ("Bora", site.clock())
    site.save("ada", "person", {"mail": None}, second)
    site.save("ada", "person", {"mail": "a@example.com"}, first)
    with pytest.raises(RecordRejected) as caught:
        site.save("ada", "person", {"mail": "a@example.com"}, second)
    assert [[each.id for each in records(fault)] for fault in caught.value.violations] == [[third]]
    assert site.act("ada", lambda work: take_back_apart(work, "person", [first, second])) == 1
    assert {each.id for each in site.act("ada", lambda work: duplicates_of(work, "person", first))} == {third}


def test_told_apart_records_may_share_what_is_strict(site: Site) -> None:
    first, second = make(site, {"name": "Ada", "number": "5"}), make(site, {"name": "Bora"})
    site.act("ada", lambda work: tell_records_apart(work, "person", [first, second]))
    site.save("ada", "person", {"number": "5"}, second)
    site.save("ada", "person", {"number": "5", "old_number": "6"}, second)
    assert [each.code for each in faults(site, {"name": "Cem", "number": "5"})] == ["duplicate"]


def test_telling_apart_needs_two_that_one_sees_and_may_change(site: Site) -> None:
    first = make(site, {"name": "Ada"})
    second = make(site, {"name": "Bora", "city": "Gizli"})
    for who, ids in (("ada", [first]), ("bora", [first, second]), ("cem", [first, second])):
        with pytest.raises(BadRequest):
            site.act(who, partial(tell_records_apart, entity_name="person", ids=ids))


def test_lines_are_asked_with_their_record_and_other_entities_cost_nothing(site: Site) -> None:
    assert sides_of(site.served, "call") == ()
    with site.services.database.count_statements() as statements:
        make(site, {}, "note")
    assert not any("kalip_duplicate" in each for each in statements)


def test_an_import_refuses_rows_that_may_be_the_same_unless_it_is_told(site: Site, tmp_path: Path) -> None:
    """L47, CR11: each row with its result; the file of refused rows can be imported again."""
    make(site, {"name": "Ada", "mail": "a@x.co"})
    file = tmp_path / "people.csv"
    file.write_text("name,mail\nBora,A@x.co\nCem,c@x.co\nDeniz,C@x.co\n", "utf-8")
    plan = ImportPlan("person", read_table(file), {"name": "name", "mail": "mail"}, refused=tmp_path / "refused.csv")
    checked = run_import(site.services, site.actors["ada"], replace(plan, dry_run=True, refused=None))
    done = run_import(site.services, site.actors["ada"], plan)
    for result in (checked, done):
        assert (result.created, result.refused) == (1, 2)
        assert [(each.line, each.reasons) for each in result.refusals] == [
            (2, ("Mail: This may be the same as: Ada.",)),
            (4, ("Mail: This may be the same as: Cem.",)),
        ]
    rest = replace(plan, table=read_table(tmp_path / "refused.csv"), refused=None, accept_duplicates=True)
    assert run_import(site.services, site.actors["ada"], rest).created == 2
    system = run_import(site.services, SYSTEM, replace(plan, refused=None, locale="tr"))
    assert (system.created, system.refused) == (0, 3)
