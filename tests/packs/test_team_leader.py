"""Who leads a team in the CRM that is shipped sees and helps with what the unit owns, and those below it. DY8, RC6"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kalip.base.ids import new_id
from kalip.storage.organisation import Position, Unit, add_position, add_unit
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site

DEALS = "/api/records/deal"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, "crm", config={"WTF_CSRF_ENABLED": False}) as made:
        yield made


@pytest.fixture
def people(site: Site) -> dict[str, Caller]:
    """A leader of a unit, a rep of it, one of a unit below, and one of the unit above."""
    top, sales, abroad = (Unit(new_id(), each, each) for each in ("top", "sales", "abroad"))
    people = {
        "leader": site.person("sales_rep", "team_leader"),
        "rep": site.person("sales_rep"),
        "below": site.person("sales_rep"),
        "above": site.person("sales_rep"),
    }
    places = {"leader": sales, "rep": sales, "below": abroad, "above": top}
    with site.services.database.write() as session:
        add_unit(session, top)
        add_unit(session, Unit(sales.id, "sales", "Sales", parent=top.id))
        add_unit(session, Unit(abroad.id, "abroad", "Abroad", parent=sales.id))
        for name, unit in places.items():
            add_position(session, Position(new_id(), people[name].user_id, unit.id))
    return people


def test_it_works(site: Site, people: dict[str, Caller]) -> None:
    deals = {name: caller.make("deal", name=f"Deal of {name}") for name, caller in people.items()}
    leader = people["leader"]
    seen = {deals[name]["id"] for name in ("leader", "rep", "below")}
    assert set(leader.ids(f"{DEALS}?count=true")) == seen
    answer: Any = leader.get(f"{DEALS}?count=true").json
    assert answer["count"] == 3
    board = client_of(site, leader).get("/deal/board").text
    assert [name for name in people if f"Deal of {name}" in board] == ["leader", "rep", "below"]
    assert people["rep"].ids(DEALS) == [deals["rep"]["id"]]
    assert leader.get(f"{DEALS}/{deals['above']['id']}").status_code == 404

    of_rep = f"{DEALS}/{deals['rep']['id']}"
    assert leader.call("PATCH", of_rep, {"notes": "Call them again."}).status_code == 200
    assert leader.call("PATCH", of_rep, {"owner": people["below"].user_id}).status_code == 200
    assert people["rep"].ids(DEALS) == []
    # Whoever leaves the unit takes nothing along that the next request would still show.
    positions: Any = site.admin.get(f"/api/organisation/positions?user={people['below'].user_id}").json
    (held,) = positions["items"]
    assert site.admin.call("DELETE", f"/api/organisation/positions/{held['id']}").status_code == 204
    assert set(leader.ids(DEALS)) == {deals["leader"]["id"]}
