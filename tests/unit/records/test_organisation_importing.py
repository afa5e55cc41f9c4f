"""People from a file: made, changed, placed; again nothing changes, and what is refused harms no other row."""

from pathlib import Path

import pytest

from kalip.base.errors import AccessDenied, BadRequest
from kalip.records import Work
from kalip.records.organisation import SaveGroup, SaveUnit, change_members, make_group, make_unit
from kalip.records.organisation.importing import PeopleImport, PeopleImported, import_people
from kalip.records.transfer import read_table
from kalip.storage import find_user
from kalip.storage.groups import group_codes
from kalip.storage.organisation import list_units, positions_of
from tests.support.site import Site

FILE = """email;name;roles;unit;position;head;groups;active
eda@x.co;Eda Su;rep;ACME/SALES;Head;evet;crew;
bora@example.com;Bora Kaya;-;SALES;Seller;;crew, board;
fuat@x.co;;rep, viewer;-;;;;no
"""


def _file(folder: Path, text: str) -> Path:
    made = folder / "people.csv"
    made.write_text(text, encoding="utf-8")
    return made


def _bring(site: Site, file: Path, *, who: str = "ada", dry_run: bool = False, missing: bool = True) -> PeopleImported:
    return import_people(site.services, site.actors[who], PeopleImport(read_table(file), missing, dry_run))


def test_it_works(site: Site, tmp_path: Path) -> None:
    file = _file(tmp_path, FILE)
    assert _bring(site, file, dry_run=True).counts == {"created": 2, "updated": 1}
    with site.services.database.read() as session:
        assert find_user(session, "eda@x.co") is None
    assert _bring(site, file).counts == {"created": 2, "updated": 1}
    assert _bring(site, file).counts == {"unchanged": 3}
    with site.services.database.read() as session:
        eda, bora, fuat = (find_user(session, each) for each in ("eda@x.co", "bora@example.com", "fuat@x.co"))
        assert eda is not None
        assert bora is not None
        assert fuat is not None
        assert (eda.roles, bora.roles, fuat.roles) == (("rep",), (), ("rep", "viewer"))
        assert (bora.name, fuat.name, fuat.active) == ("Bora Kaya", "Fuat", False)
        assert [(each.code, each.parent is None) for each in list_units(session)] == [("ACME", True), ("SALES", False)]
        (place,) = positions_of(session, eda.id)
        assert (place.title, place.head) == ("Head", True)
        assert group_codes(session, bora.id) == ("board", "crew")


def test_a_person_who_moved_has_the_new_place_alone(site: Site, tmp_path: Path) -> None:
    bora = str(site.actors["bora"].id)

    def prepare(work: Work) -> None:
        make_unit(work, SaveUnit("A", "A"))
        make_unit(work, SaveUnit("B", "B"))
        change_members(work, make_group(work, SaveGroup("old", "Old")), [bora])

    site.act("ada", prepare)
    _bring(site, _file(tmp_path, "email,unit\nbora@example.com,A\n"))
    site.clock.move(days=10)
    moved = _bring(site, _file(tmp_path, "email,unit,groups\nbora@example.com,B,-\n"))
    assert moved.counts == {"updated": 1}
    today = site.services.clock().date()
    with site.services.database.read() as session:
        old, new = positions_of(session, bora)
        assert (old.in_force(today), new.in_force(today), new.since) == (False, True, today)
        assert group_codes(session, bora) == ()


def test_refused_rows_are_told_with_their_faults(site: Site, tmp_path: Path) -> None:
    rows = (
        "email,roles,unit,head",
        "no-address,rep,,",
        "a@x.co,nobody,,",
        "b@x.co,,NOWHERE,",
        "c@x.co,,,maybe",
        "ada@example.com,rep,,",
        "",
        "d@x.co,rep,,",
        "e@x.co,,NORTH/SALES,",
    )
    site.act("ada", lambda work: (make_unit(work, SaveUnit("NORTH", "N")), make_unit(work, SaveUnit("SALES", "S"))))
    done = _bring(site, _file(tmp_path, "\n".join(rows)), missing=False)
    assert done.counts == {"refused": 6, "created": 1}
    assert [each.line for each in done.refused] == [2, 3, 4, 5, 6, 9]
    told = " ".join(fault for each in done.refused for fault in each.faults)
    for part in (
        "no e-mail address",
        "no role 'nobody'",
        "no unit 'NOWHERE'",
        "neither yes nor",
        "last administrator",
        "not below",
    ):
        assert part in told
    with site.services.database.read() as session:
        assert find_user(session, "b@x.co") is None


def test_files_that_are_refused_whole(site: Site, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no column 'mail'"):
        _bring(site, _file(tmp_path, "mail,name\na@x.co,A\n"))
    with pytest.raises(BadRequest, match="no column email"):
        _bring(site, _file(tmp_path, "name,roles\nA,rep\n"))
    with pytest.raises(AccessDenied):
        _bring(site, _file(tmp_path, "email,name\na@x.co,A\n"), who="bora")


def test_many_rows_are_brought_all_the_same(site: Site, tmp_path: Path) -> None:
    file = _file(tmp_path, "\n".join(("email", *(f"p{number}@x.co" for number in range(102)))))
    assert _bring(site, file).counts == {"created": 102}
