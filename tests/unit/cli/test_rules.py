"""Rules on the command line: what there is, what they did, and what one would do."""

from pathlib import Path

import pytest

from kalip.access import SYSTEM
from kalip.app import open_site
from kalip.records import SaveRecord, run, save_record
from tests.support.ruled import a_ruled_pack
from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import written

DOCUMENT = {
    "rules": {
        "big": {
            "when": {"created": {}},
            "if": "amount > 100",
            "then": {"mark": {"set": {"note": "'big'"}}},
        },
        "off": {
            "active": False,
            "when": {"reached": {"field": "due", "before": "P3D"}},
            "then": {"m": {"set": {"note": "''"}}},
        },
    }
}


@pytest.fixture
def ruled(site: Kalip, tmp_path: Path) -> Kalip:
    assert site("pack", "install", written(tmp_path / "pack", a_ruled_pack(DOCUMENT).files()), "-m", "Rules").code == 0
    return site


def test_it_works(ruled: Kalip, tmp_path: Path) -> None:
    opened = open_site(tmp_path / "site")
    try:
        services = opened.services
        values = {"name": "Bolts", "amount": {"amount": "500", "currency": "TRY"}}
        deal = run(services, SYSTEM, lambda work: save_record(work, SaveRecord("deal", values))).id
    finally:
        opened.services.database.dispose()
    listed = ruled("rules", "list", "--json").data
    assert [(each["rule"], each["active"], each["when"], each["last"]) for each in listed] == [
        ("deal.big", True, "When it is made", None),
        ("deal.off", False, "3d before Due", None),
    ]
    assert "Nothing has run yet." in ruled("rules", "runs").out
    tried = ruled("rules", "try", "deal.big", deal)
    assert tried.code == 0
    assert "deal.big: fired. Done." in tried.out
    assert "Set note." in tried.out
    assert ruled("rules", "try", "deal.big", deal, "--json").data["changes"][0]["after"] == {"note": "big"}
    assert ruled("rules", "runs", "--json").data == []


def test_what_is_not_there_is_refused(ruled: Kalip) -> None:
    said = ruled("rules", "try", "deal.bug", "01990000-0000-7000-8000-000000000001")
    assert said.code == 1
    assert "did you mean 'deal.big'?" in said.err
    assert ruled("rules", "try", "deal.big", "01990000-0000-7000-8000-000000000001").code == 1
