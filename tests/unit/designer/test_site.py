"""What a site remembers of stored states."""

import pytest

from kalip.access import Actor
from kalip.designer import SetValue, Site, edit_draft, open_draft
from kalip.designer.site import Memory
from tests.unit.designer.conftest import LEAD, Publish


def test_it_works() -> None:
    memory = Memory()
    assert [memory.find(number, lambda number=number: [number]) for number in range(9)][8] == [8]  # type: ignore[misc]
    assert memory.find(8, lambda: [0]) == [8]
    assert memory.find(0, lambda: ["made again"]) == ["made again"]


def test_what_fails_is_not_remembered() -> None:
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.find("x", lambda: 1 // 0)
    assert memory.find("x", lambda: 1) == 1


@pytest.mark.usefixtures("crm")
def test_a_draft_is_made_once_until_it_or_what_is_published_changes(
    site: Site, ada: Actor, ben: Actor, published: Publish
) -> None:
    edit_draft(site, ada, [SetValue(LEAD, "/label", "A")])
    first = open_draft(site, ada)
    assert open_draft(site, ada).served is first.served
    assert open_draft(site, ben).served is not first.served
    edit_draft(site, ada, [SetValue(LEAD, "/label", "B")])
    assert open_draft(site, ada).stack.documents[LEAD].data["label"] == "B"
    published(SetValue(LEAD, "/fields/email/help", "Where to"))
    assert open_draft(site, ada).stack.documents[LEAD].data["fields"]["email"]["help"] == "Where to"
