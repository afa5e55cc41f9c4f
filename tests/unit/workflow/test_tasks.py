"""Tasks: who gets them, who ends them, what of two at once, and what is left in the log."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, KalipError, NotFound, RecordRejected
from kalip.base.text import Text
from kalip.model import Span
from kalip.records import Work, record_events
from kalip.storage.tasks import Task, TaskQuery, TaskScope, get_task
from kalip.workflow.tasks import (
    AssignTask,
    ChangeTask,
    CompleteTask,
    NewTask,
    Outcome,
    TaskTaken,
    assign_task,
    cancel_task,
    change_task,
    complete_many,
    complete_task,
    create_task,
    give_back_task,
    inbox,
    inbox_counts,
    record_tasks,
    snooze_task,
    take_task,
    task_history,
    task_view,
)
from tests.support.site import NOW, Site

APPROVAL = {
    "approve": Outcome(Text.of("Approve"), fields=("amount",), tone="good"),
    "reject": Outcome(Text.of("Reject"), comment=True, tone="bad"),
}


def give(site: Site, who: str = "ada", to: str = "bora", **more: Any) -> str:
    values = {"title": "Call back", "user": site.actors[to].id, **more}
    return site.act(who, lambda work: create_task(work, NewTask(**values)))


def end(site: Site, who: str, task: str, **more: Any) -> Task:
    return site.act(who, lambda work: complete_task(work, CompleteTask(task, **more)))


def titles(site: Site, who: str, scope: TaskScope = "mine", **more: Any) -> list[str]:
    def read(work: Work) -> list[str]:
        query = TaskQuery(str(work.actor.id), work.actor.roles, work.now, scope, **more)
        return [each.task.title for each in inbox(work, query).items]

    return site.act(who, read, write=False)


def state(site: Site, task: str) -> str:
    with site.services.database.read() as session:
        found = get_task(session, task)
    assert found is not None
    return found.state


def kinds(site: Site, who: str, task: str) -> list[str]:
    return [each.kind for each in site.act(who, lambda work: task_history(work, task), write=False).items]


@pytest.fixture
def deal(site: Site) -> str:
    """A deal of Bora's."""
    return site.save("bora", "deal", {"name": "Looms"}).id


def test_it_works(site: Site, deal: str) -> None:
    """RC4, W21"""
    task = give(site, entity="deal", record_id=deal, due=NOW + timedelta(hours=2), priority="high")
    assert titles(site, "bora") == ["Call back"]
    done = end(site, "bora", task, comment=" Reached him ")
    assert (done.state, done.outcome, done.comment, done.done_by) == (
        "done", "done", "Reached him", site.actors["bora"].id,
    )  # fmt: skip
    assert (titles(site, "bora"), titles(site, "bora", "done")) == ([], ["Call back"])
    assert kinds(site, "bora", task) == ["task.completed", "task.created"]
    told = site.act("bora", lambda work: record_events(work, "deal", deal), write=False).items
    assert [each.kind for each in told] == ["record.task_ended", "record.task_given", "record.created"]
    assert told[0].facts["comment"] == "Reached him"
    assert told[0].changes == ()


def test_due_ones_come_first_then_urgent_ones_in_pages(site: Site) -> None:
    """RC4"""
    for title, hours, priority in (
        ("no date", None, "urgent"), ("tomorrow", 24, "low"), ("overdue", -3, "low"),
        ("today", 2, "normal"), ("today, urgent", 2, "urgent"), ("no date, low", None, "low"),
    ):  # fmt: skip
        due = None if hours is None else NOW + timedelta(hours=hours)
        give(site, title=title, due=due, priority=priority)
    expected = ["overdue", "today, urgent", "today", "tomorrow", "no date", "no date, low"]
    assert titles(site, "bora") == expected

    def in_pages(work: Work) -> list[str]:
        query, found, cursor = TaskQuery(str(work.actor.id), (), work.now), list[str](), None
        while True:
            page = inbox(work, query, 2, cursor)
            found += [each.task.title for each in page.items]
            cursor = page.next
            if cursor is None:
                return found

    assert site.act("bora", in_pages, write=False) == expected
    assert titles(site, "bora", overdue=True) == ["overdue"]
    assert titles(site, "bora", text="TODAY") == ["today, urgent", "today"]
    assert titles(site, "bora", text="100%") == []


def test_the_same_key_twice_is_one_task(site: Site) -> None:
    first = give(site, key="rule:1:deal")
    assert give(site, title="Again", key="rule:1:deal") == first
    assert titles(site, "bora") == ["Call back"]
    end(site, "bora", first)
    assert give(site, key="rule:1:deal") == first


def test_twins_with_one_key_at_once_make_one_task(site: Site) -> None:
    made: list[str] = []
    gate = Barrier(4)

    def one() -> None:
        gate.wait()
        made.append(give(site, key="twin"))

    threads = [Thread(target=one) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(made), len(set(made)), len(titles(site, "bora"))) == (4, 1, 1)
    assert kinds(site, "ada", made[0]) == ["task.created"]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"title": "a\nb"}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"note": "\0"}, "/note"),
        ({"user": None}, "/user"),
        ({"role": "rep"}, "/user"),
        ({"user": None, "role": "nobody"}, "/role"),
        ({"user": "x"}, "/user"),
        ({"entity": "deal"}, "/record_id"),
        ({"record_id": "x"}, "/record_id"),
        ({"entity": "nothing", "record_id": "x"}, "/record_id"),
        ({"priority": "sudden"}, "/priority"),
        ({"due": NOW.replace(tzinfo=None)}, "/due"),
        ({"due_in": Span(days=4000)}, "/due_in"),
        ({"due_in": Span(days=1), "calendar": "moon"}, "/calendar"),
        ({"outcomes": {}}, "/outcomes"),
        ({"outcomes": {"No": Outcome(Text.of("No"))}}, "/outcomes"),
        ({"outcomes": {"no": Outcome(Text.of(" "))}}, "/outcomes/no/label"),
        ({"outcomes": {"no": Outcome(Text.of("No"), fields=("amount",))}}, "/outcomes/no/fields"),
    ],
)
def test_what_makes_no_task_is_refused(site: Site, values: dict[str, Any], pointer: str) -> None:
    with pytest.raises(RecordRejected) as refused:
        give(site, **values)
    assert [each.pointer for each in refused.value.violations] == [pointer]
    assert titles(site, "bora") == []


def test_a_span_is_counted_from_now(site: Site) -> None:
    task = give(site, due_in=Span(days=1, time=timedelta(hours=2)))
    assert site.act("bora", lambda work: task_view(work, task), write=False).task.due_at == NOW + timedelta(hours=26)


def test_who_may_not_see_the_record_is_not_given_a_task_about_it(site: Site, deal: str) -> None:
    with pytest.raises(RecordRejected, match="errors") as refused:
        give(site, who="bora", to="cem", entity="deal", record_id=deal)
    (violation,) = refused.value.violations
    way_out = "Cem may not see this record. Ask somebody who may share it to share it with Cem first."
    assert (violation.pointer, violation.message) == ("/user", way_out)
    with pytest.raises(RecordRejected) as unseen:
        give(site, who="cem", to="ada", entity="deal", record_id=deal)
    assert unseen.value.violations[0].pointer == "/record_id"


def test_a_task_gives_what_it_needs_and_no_more(site: Site, deal: str) -> None:
    approval = give(site, to="deniz", entity="deal", record_id=deal, outcomes=APPROVAL, kind="approval")
    assert site.get("deniz", "deal", deal)["id"] == deal
    with pytest.raises(AccessDenied):
        site.save("deniz", "deal", {"name": "Mine"}, deal)
    end(site, "deniz", approval, outcome="approve", values={"amount": {"amount": "5.00", "currency": "TRY"}})
    with pytest.raises(NotFound):
        site.get("deniz", "deal", deal)
    assert site.get("ada", "deal", deal)["amount"] == {"amount": "5.00", "currency": "TRY"}


def test_what_a_person_put_into_a_queue_is_taken_by_who_sees_it(site: Site, deal: str) -> None:
    queued: dict[str, Any] = {"user": None, "role": "viewer", "entity": "deal", "record_id": deal}
    by_hand, by_rule = give(site, **queued), give(site, **queued, source="rule")
    with pytest.raises(RecordRejected):
        site.act("cem", lambda work: take_task(work, by_hand))
    site.act("cem", lambda work: take_task(work, by_rule))
    assert site.get("cem", "deal", deal)["id"] == deal


def test_outcomes_ask_for_a_comment_or_fields_of_the_record(site: Site, deal: str) -> None:
    task = give(site, entity="deal", record_id=deal, outcomes=APPROVAL, kind="approval")
    for values, pointer in (
        ({}, "/outcome"),
        ({"outcome": "aprove"}, "/outcome"),
        ({"outcome": "reject", "comment": " "}, "/comment"),
        ({"outcome": "approve"}, "/values/amount"),
        ({"outcome": "approve", "values": {"amount": "much"}}, "/values/amount"),
        ({"outcome": "approve", "values": {"discount": "1"}}, "/values/discount"),
        ({"outcome": "reject", "comment": "x" * 10_001}, "/comment"),
    ):
        with pytest.raises(RecordRejected) as refused:
            end(site, "bora", task, **values)
        assert refused.value.violations[0].pointer == pointer
    assert site.get("bora", "deal", deal)["version"] == 1
    end(site, "bora", task, outcome="approve", values={"amount": {"amount": "12.50", "currency": "TRY"}})
    assert site.get("bora", "deal", deal)["amount"] == {"amount": "12.50", "currency": "TRY"}


def test_a_task_is_no_way_around_the_rights_of_who_gave_it(site: Site) -> None:
    """What an outcome asks for is filled in for who may change it: else one gave oneself tasks."""
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    asks = {"done": Outcome(Text.of("Done"), fields=("city",))}
    own = give(site, who="cem", to="cem", entity="company", record_id=company, outcomes=asks)
    with pytest.raises(AccessDenied):
        end(site, "cem", own, values={"city": "İzmir"})
    given = give(site, to="cem", entity="company", record_id=company, outcomes=asks)
    end(site, "cem", given, values={"city": "İzmir"})
    assert site.get("ada", "company", company)["city"] == "İzmir"


def test_who_loses_sight_of_the_record_keeps_an_ended_task_without_its_title(site: Site, deal: str) -> None:
    task = give(site, to="deniz", entity="deal", record_id=deal)
    seen = site.act("deniz", lambda work: task_view(work, task), write=False)
    assert (seen.record_title, seen.record_visible) == ("Looms", True)
    end(site, "deniz", task)
    view = site.act("deniz", lambda work: task_view(work, task), write=False)
    assert (view.record_title, view.record_visible) == ("", False)


def test_who_has_no_part_in_a_task_does_not_see_it(site: Site, deal: str) -> None:
    task = give(site)
    for use in (
        lambda work: task_view(work, task),
        lambda work: complete_task(work, CompleteTask(task)),
        lambda work: task_view(work, "x"),
    ):
        with pytest.raises(NotFound):
            site.act("cem", use)
    about = give(site, to="ada", entity="deal", record_id=deal)
    seen = site.act("bora", lambda work: record_tasks(work, "deal", deal), write=False)
    assert [(each.task.id, each.may) for each in seen] == [(about, frozenset())]
    for refused in (
        lambda work: complete_task(work, CompleteTask(about)),
        lambda work: cancel_task(work, about),
        lambda work: change_task(work, ChangeTask(about, {"title": "Mine"})),
        lambda work: snooze_task(work, about, NOW + timedelta(days=1)),
    ):
        with pytest.raises((AccessDenied, NotFound)):
            site.act("bora", refused)


def test_of_two_who_end_a_task_the_first_wins_and_the_other_is_told(site: Site) -> None:
    """Must show of issue 4: of two at once one wins, the other sees why."""
    task = give(site, user=None, role="rep", outcomes=APPROVAL | {"approve": Outcome(Text.of("Approve"))})
    said: list[object] = []
    gate = Barrier(2)

    def one(who: str, outcome: str) -> None:
        gate.wait()
        try:
            said.append(end(site, who, task, outcome=outcome, comment="Because").outcome)
        except KalipError as error:
            said.append(error)

    threads = [Thread(target=one, args=pair) for pair in (("ada", "approve"), ("bora", "reject"))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (won,) = [each for each in said if isinstance(each, str)]
    (lost,) = [each for each in said if isinstance(each, TaskTaken)]
    winner = {"approve": "Ada", "reject": "Bora"}[won]
    assert str(lost).startswith(f"{winner} completed this task at 2026-11-24T12:00")
    assert kinds(site, "ada", task) == ["task.completed", "task.created"]


def test_ending_again_is_the_same_end(site: Site) -> None:
    task = give(site)
    first = end(site, "bora", task)
    again = end(site, "bora", task)
    assert (again.outcome, again.done_at) == (first.outcome, first.done_at)
    assert kinds(site, "bora", task) == ["task.completed", "task.created"]
    with pytest.raises(TaskTaken):
        end(site, "ada", task)
    with pytest.raises(TaskTaken):
        site.act("ada", lambda work: cancel_task(work, task))


def test_an_administrator_ends_a_task_in_its_holders_place(site: Site) -> None:
    task = give(site, who="bora")
    done = end(site, "ada", task)
    assert (done.done_by, done.on_behalf) == (site.actors["ada"].id, site.actors["bora"].id)


def test_a_queue_is_taken_from_and_given_back_to(site: Site) -> None:
    """SB2"""
    task = give(site, user=None, role="rep")
    assert titles(site, "bora", "groups") == ["Call back"]
    assert site.act("bora", inbox_counts, write=False) == {"mine": 0, "groups": 1}
    taken = site.act("bora", lambda work: take_task(work, task))
    assert site.act("bora", lambda work: take_task(work, task)).version == taken.version
    assert (titles(site, "bora", "groups"), titles(site, "bora")) == ([], ["Call back"])
    site.act("bora", lambda work: give_back_task(work, task))
    site.act("bora", lambda work: give_back_task(work, task))
    assert (titles(site, "bora", "groups"), titles(site, "bora")) == (["Call back"], [])
    assert kinds(site, "bora", task) == ["task.given_back", "task.taken", "task.created"]
    with pytest.raises((AccessDenied, NotFound)):
        site.act("cem", lambda work: take_task(work, task))


def test_of_two_who_take_a_task_one_has_it(site: Site) -> None:
    """SB2"""
    task = give(site, user=None, role="boss")
    site.act("ada", lambda work: take_task(work, task))
    other = site.actors["ada"]
    site.actors["twin"] = type(other)(site.actors["bora"].id, "Bora", "", ("boss",), administrator=True)
    with pytest.raises(TaskTaken, match="Ada took this task first"):
        site.act("twin", lambda work: take_task(work, task))


def test_a_holder_gives_a_task_on_and_sees_what_becomes_of_it(site: Site, deal: str) -> None:
    task = give(site)
    ada, bora = site.actors["ada"].id, site.actors["bora"].id
    site.act("bora", lambda work: assign_task(work, AssignTask(task, user=site.actors["cem"].id, delegate=True)))
    assert (titles(site, "bora", "by_me"), titles(site, "cem", "to_me"), titles(site, "bora")) == (
        ["Call back"], ["Call back"], [],
    )  # fmt: skip
    done = end(site, "cem", task)
    assert (done.delegated_by, done.on_behalf) == (bora, bora)
    assert titles(site, "bora", "done") == ["Call back"]
    about = give(site, entity="deal", record_id=deal)
    with pytest.raises(RecordRejected):
        site.act("bora", lambda work: assign_task(work, AssignTask(about, user=site.actors["cem"].id, delegate=True)))
    site.act("ada", lambda work: assign_task(work, AssignTask(about, user=ada)))
    assert titles(site, "ada") == ["Call back"]
    site.act("ada", lambda work: assign_task(work, AssignTask(about, role="rep")))
    assert titles(site, "bora", "groups") == ["Call back"]
    with pytest.raises(AccessDenied):
        site.act("bora", lambda work: assign_task(work, AssignTask(about, user=bora)))


def test_a_snoozed_task_comes_back_by_itself(site: Site) -> None:
    task = give(site)
    with pytest.raises(RecordRejected):
        site.act("bora", lambda work: snooze_task(work, task, NOW))
    site.act("bora", lambda work: snooze_task(work, task, NOW + timedelta(hours=1)))
    assert (titles(site, "bora"), titles(site, "bora", "snoozed")) == ([], ["Call back"])
    site.clock.move(hours=1)
    assert (titles(site, "bora"), titles(site, "bora", "snoozed")) == (["Call back"], [])


def test_who_gave_a_task_changes_and_cancels_it(site: Site) -> None:
    task = give(site)
    site.act("ada", lambda work: change_task(work, ChangeTask(task, {"title": "Write", "due": NOW})))
    same = site.act("ada", lambda work: change_task(work, ChangeTask(task, {"title": "Write"})))
    assert (same.version, titles(site, "bora")) == (2, ["Write"])
    with pytest.raises(RecordRejected):
        site.act("ada", lambda work: change_task(work, ChangeTask(task, {"user": "x", "priority": 7})))
    site.act("ada", lambda work: cancel_task(work, task, "Not needed"))
    site.act("ada", lambda work: cancel_task(work, task))
    assert kinds(site, "ada", task) == ["task.cancelled", "task.changed", "task.created"]
    for late in (
        lambda work: complete_task(work, CompleteTask(task)),
        lambda work: change_task(work, ChangeTask(task, {})),
        lambda work: snooze_task(work, task, None),
        lambda work: give_back_task(work, task),
    ):
        with pytest.raises((TaskTaken, AccessDenied)):
            site.act("bora", late)


def test_many_are_ended_each_for_itself(site: Site) -> None:
    """W09"""
    tasks = [give(site), give(site, outcomes=APPROVAL | {"approve": Outcome(Text.of("Approve"))}), give(site, to="ada")]
    ended = complete_many(site.services, site.actors["bora"], [CompleteTask(each, "done") for each in tasks])
    assert [each.id for each in ended] == tasks
    assert [type(each.error) for each in ended] == [type(None), RecordRejected, NotFound]
    assert [state(site, each) for each in tasks] == ["done", "open", "open"]
