"""Questions about what is published, and the way back, on the command line."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Kalip
from tests.unit.cli.test_packs import shop, written


@pytest.fixture
def twice(site: Kalip, tmp_path: Path) -> Kalip:
    """A site whose shop got another label."""
    for number, label in enumerate(("Good", "Article")):
        pack = shop()
        pack.documents["entities/good/entity.json"]["label"] = label
        assert site("pack", "install", written(tmp_path / str(number), pack.files()), "-m", label).code == 0
    return site


def test_it_works(twice: Kalip) -> None:
    said = twice("explain", "shop/good", "label")
    assert said.code == 0
    assert "is 'Article'" in said.out
    found = twice("explain", "shop/good", "label", "--json").data
    assert (found["value"], found["settings"][0]["layer"]) == ("Article", "shop")
    assert found["settings"][0]["where"]["line"] == 3
    assert found["settings"][0]["at"] is not None


def test_who_uses_a_thing(twice: Kalip) -> None:
    assert twice("where-used", "shop/good", "fields.name", "--json").data[0]["user"] == "shop/good/entity"
    assert "Nobody uses it." in twice("where-used", "shop/roles/clerk").out


def test_what_there_is_not_is_refused_with_the_way_out(twice: Kalip) -> None:
    said = twice("explain", "shop/good", "lable")
    assert said.code == 1
    assert "did you mean 'label'?" in said.err


def test_revisions_are_compared(twice: Kalip) -> None:
    newest = twice("log", "--json").data[0]["number"]
    said = twice("diff", str(newest - 1), str(newest))
    assert said.out.strip() == "~ Entity 'good' (shop): label is now 'Article', was 'Good'."


@pytest.mark.parametrize("only", [(), ("--only",)])
def test_the_way_back(twice: Kalip, only: tuple[str, ...]) -> None:
    newest = twice("log", "--json").data[0]["number"]
    target = str(newest if only else newest - 1)
    assert twice("rollback", target, *only, "--dry-run").code == 0
    assert twice("explain", "shop/good", "label", "--json").data["value"] == "Article"
    assert twice("rollback", target, *only, "--json").data["published"] == newest + 1
    assert twice("explain", "shop/good", "label", "--json").data["value"] == "Good"
    assert "Nothing to do." in twice("rollback", str(newest + 1)).out
    said = twice("log", "--json").data[0]["message"]
    assert said == (f"Take back {target}" if only else f"Roll back to {target}")
