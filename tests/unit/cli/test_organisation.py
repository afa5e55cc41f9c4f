"""`kalip org sync`: people brought to what the site's directories say."""

from pathlib import Path

from tests.support.ldap import PASSWORD, Branch
from tests.unit.cli.conftest import Kalip


def _follow(folder: Path, branch: Branch, *more: str, name: str = "office") -> None:
    settings = {name: value for name, value in branch.settings().items() if name != "password"}
    lines = [f'{name} = "{value}"' for name, value in settings.items()]
    with (folder / "site" / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join((f"[directories.{name}]", *lines, f'password = "{PASSWORD}"', *more)) + "\n")


def test_it_works(site: Kalip, tmp_path: Path, branch: Branch) -> None:
    _follow(tmp_path, branch, "[directories.office.roles]", 'bosses = "administrator"')
    eda = branch.person("eda")
    branch.group("bosses", eda)
    dry = site("org", "sync", "--dry-run")
    assert (dry.code, "office: 1 created" in dry.out, "Nothing was kept" in dry.out) == (0, True, True)
    assert "new; into the group bosses" in dry.out
    assert site("org", "sync", "office", "--json").data["directories"]["office"]["counts"]["created"] == 1
    assert site("org", "sync").out.strip() == "office: 0 created, 0 updated, 1 unchanged, 0 kept out, 0 refused."
    people = {each["email"]: each for each in site("user", "list", "--json").data}
    assert people["eda@example.com"]["roles"] == ["administrator"]


def test_what_is_refused_is_listed_and_ends_with_one(site: Kalip, tmp_path: Path, branch: Branch) -> None:
    _follow(tmp_path, branch)
    for number in range(22):
        branch.person(f"p{number}", mail="nonsense" if number else "p@example.com")
    done = site("org", "sync")
    assert (done.code, "1 created" in done.out + done.err, "21 refused" in done.out + done.err) == (1, True, True)
    assert "--all lists them" in done.out + done.err


def test_faults_name_the_setting(site: Kalip, tmp_path: Path, branch: Branch) -> None:
    assert "[directories.office]" in site("org", "sync").err
    _follow(tmp_path, branch, 'filter = "(mail=*"')
    found = site("org", "sync")
    assert (found.code, "[directories.office]: a filter is wrong" in found.err) == (1, True)
    assert "no directory 'offic'" in site("org", "sync", "offic").err
    with (tmp_path / "site" / "site.toml").open("a", encoding="utf-8") as file:
        file.write("page_sise = 3\n")
    assert "there is no 'page_sise'" in site("org", "list").err


def test_a_directory_that_fails_stops_no_other(site: Kalip, tmp_path: Path, branch: Branch) -> None:
    _follow(tmp_path, branch, 'filter = "(mail=*"', name="abroad")
    _follow(tmp_path, branch)
    branch.person("eda")
    found = site("org", "sync", "--json")
    assert (found.code, found.data["directories"]["office"]["counts"]["created"]) == (1, 1)
    assert "[directories.abroad]: a filter is wrong" in found.data["failed"]["abroad"]
    assert "abroad: failed. [directories.abroad]: a filter is wrong" in " ".join(site("org", "sync").out.split())
