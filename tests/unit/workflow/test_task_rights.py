"""Whoever gives a task gives the right to see its record: not without the right to share it."""

import pytest

from kalip.base.errors import RecordRejected
from kalip.workflow.tasks import AssignTask, NewTask, assign_task, create_task, task_view
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site


def give(site: Site, who: str, deal: str) -> str:
    new = NewTask(title="Call back", user=site.actors["deniz"].id, entity="deal", record_id=deal)
    return site.act(who, lambda work: create_task(work, new))


def test_it_works(database_url: str) -> None:
    """A task opens its record by the right to share it, which neither the task nor the right to see gives."""
    rights = {"read": "all", "create": "all", "share": "own"}
    pack = a_pack("sales").with_role("rep", "viewer").with_role("boss", administrator=True)
    with a_site(database_url, pack.with_entity(an_entity("deal").with_access(rep=rights))) as site:
        own, other = (site.save(who, "deal", {"name": "Looms"}).id for who in ("bora", "ada"))
        task = give(site, "bora", own)
        assert site.get("deniz", "deal", own)["id"] == own
        with pytest.raises(RecordRejected):
            give(site, "bora", other)
        to_cem = AssignTask(task, user=site.actors["cem"].id, delegate=True)
        with pytest.raises(RecordRejected):
            site.act("deniz", lambda work: assign_task(work, to_cem))
        kept = site.act("deniz", lambda work: task_view(work, task), write=False).task
        assert kept.user_id == site.actors["deniz"].id
