"""Sites on the command line: made, checked, shown."""

from pathlib import Path

from tests.unit.cli.conftest import Kalip


def test_it_works(kalip: Kalip, tmp_path: Path) -> None:
    made = kalip("init", "--pack", "helpdesk", "--email", "ada@example.com", "--json")
    assert made.code == 0, made.err
    assert [(each["email"], each["role"]) for each in made.data["logins"]] == [("ada@example.com", "administrator")]
    assert len(made.data["logins"][0]["password"]) >= 12
    checked = kalip("check", "--json").data
    faults = {each["name"]: each["fault"] for each in checked["checks"]}
    assert faults.pop("front-end files") in ("", "The front-end files are missing: run script/vendor.")
    assert set(faults.values()) == {""}
    assert [each["pack"] for each in kalip("pack", "list", "--json").data] == ["helpdesk"]


def test_a_site_is_never_made_over_another(site: Kalip, tmp_path: Path) -> None:
    before = (tmp_path / "site" / "site.toml").read_bytes()
    again = site("init")
    assert again.code == 1
    assert "holds a site already" in again.err
    assert (tmp_path / "site" / "site.toml").read_bytes() == before


def test_a_site_that_can_not_be_made_leaves_nothing_behind(kalip: Kalip, tmp_path: Path) -> None:
    assert kalip("init", "--pack", str(tmp_path / "nowhere")).code == 1
    assert not (tmp_path / "site").exists()
    short = kalip("init", "--empty", "--password", "short")
    assert short.code == 1
    assert "/password: Use at least 10 characters." in short.err
    assert not (tmp_path / "site").exists()


def test_where_there_is_no_site(kalip: Kalip) -> None:
    found = kalip("check")
    assert found.code == 1
    assert "kalip init" in found.err
    assert kalip("log", "--json").data["error"]["code"] == "K100"


def test_demo_sites_have_people_to_sign_in_as(kalip: Kalip, tmp_path: Path) -> None:
    made = kalip("init", "--demo", "--pack", "helpdesk", "--scale", "0.02", "--json")
    assert made.code == 0, made.err
    assert made.data["logins"][0]["email"] == "ada@demo.kalip.dev"
    assert (tmp_path / "site" / "demo-logins.json").is_file()
