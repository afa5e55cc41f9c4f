"""Notifications: who is told of what, once, in which way, and when by mail."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import NotFound, RecordRejected
from kalip.records import Work, archive_record, comment, restore_record
from kalip.storage import list_mails
from kalip.storage.notifications import NotificationSetting
from kalip.web.locale import catalogue
from kalip.workflow import ApplyTransition, apply_transition
from kalip.workflow.notifications import (
    KINDS,
    Notice,
    choose_ways,
    events,
    follow,
    how_followed,
    mailing,
    my_notifications,
    notify,
    read_notifications,
    send_digest,
    sharing,
    told,
    unfollow,
    unread_count,
    unread_notification,
)
from kalip.workflow.notifications.events import remind
from kalip.workflow.notifications.mailing import is_due
from kalip.workflow.tasks import CompleteTask, NewTask, complete_task, create_task
from tests.support import telling
from tests.support.site import NOW, Site


@pytest.fixture
def company(site: Site) -> str:
    """A company that Ada, Bora and Cem see; Deniz doesn't."""
    return site.save("ada", "company", {"name": "Acme", "country": "TR"}).id


def catch_up(site: Site) -> int:
    """Let the consumer read the log from its beginning, as after a crash; how much was told anew."""
    return telling.catch_up(site.services)


def read(site: Site, who: str, locale: str = "en") -> list[tuple[str, str]]:
    def use(work: Work) -> list[tuple[str, str]]:
        items = my_notifications(work).items
        return [(each.notification.kind, each.text) for each in told(work, items, locale, lambda text: text)]

    return site.act(who, use, write=False)


def mails(site: Site) -> list[tuple[str, str, str]]:
    with site.services.database.read() as session:
        found = list_mails(session, ["queued"])
    return [(" ".join(each.recipients), each.subject, each.body) for each in sorted(found, key=lambda mail: mail.id)]


def say(site: Site, who: str, company: str, text: str) -> str:
    return site.act(who, lambda work: comment(work, "company", company, text)).id


def test_it_works(site: Site, company: str) -> None:
    """W22, W30"""
    say(site, "cem", company, "Ask @bora, he knows them.")
    assert catch_up(site) == 2
    assert read(site, "ada") == [("comment", "Cem commented on Acme.")]
    assert read(site, "bora") == [("mentioned", "Cem mentioned you in a comment on Acme.")]
    ((to, subject, body),) = mails(site)
    assert "bora@example.com" in to
    assert subject == "Cem mentioned you in a comment on Acme."
    assert "> Ask @bora, he knows them." in body
    assert "/notifications/" in body
    assert site.act("bora", unread_count, write=False) == 1
    site.act("bora", lambda work: read_notifications(work, record=("company", company)))
    assert site.act("bora", unread_count, write=False) == 0


def test_each_event_tells_once_however_often_it_is_read(site: Site, company: str) -> None:
    say(site, "cem", company, "@Bora @bora @BORA")
    assert (catch_up(site), catch_up(site), len(mails(site))) == (2, 0, 1)


def test_nobody_is_told_of_what_he_does_himself(site: Site, company: str) -> None:
    site.act("ada", lambda work: follow(work, "company", company))
    say(site, "ada", company, "Note to @ada")
    site.save("ada", "company", {"city": "İzmir"}, company)
    assert (catch_up(site), read(site, "ada")) == (0, [])


def test_who_may_not_see_the_record_is_not_told(site: Site, company: str) -> None:
    site.act("cem", lambda work: follow(work, "company", company))
    say(site, "ada", company, "@Deniz and @Cem")
    site.save("ada", "company", {"country": "DE"}, company)
    assert (catch_up(site), read(site, "deniz"), read(site, "cem")) == (0, [], [])


def test_a_title_is_shown_to_who_may_still_see_it(site: Site, company: str) -> None:
    say(site, "ada", company, "@Cem")
    catch_up(site)
    assert read(site, "cem")[0][1] == "Ada mentioned you in a comment on Acme."
    site.save("ada", "company", {"country": "DE"}, company)
    assert read(site, "cem")[0][1] == "Ada mentioned you in a comment on Company."


def test_a_comment_tells_those_who_follow_the_record_or_own_it(site: Site) -> None:
    """W22"""
    deal = site.save("bora", "deal", {"name": "Looms"}).id
    site.act("ada", lambda work: comment(work, "deal", deal, "When?"))
    catch_up(site)
    assert read(site, "bora") == [("comment", "Ada commented on Looms.")]
    assert site.act("ada", lambda work: how_followed(work, "deal", deal), write=False) == "talk"
    site.act("bora", lambda work: comment(work, "deal", deal, "Soon"))
    catch_up(site)
    assert read(site, "ada") == [("comment", "Bora commented on Looms.")]
    site.act("ada", lambda work: unfollow(work, "deal", deal))
    site.act("ada", lambda work: comment(work, "deal", deal, "Fine"))
    site.act("bora", lambda work: comment(work, "deal", deal, "Yes"))
    catch_up(site)
    assert len(read(site, "ada")) == 1


def test_a_watched_record_tells_of_its_changes(site: Site) -> None:
    """W30"""
    deal = site.save("bora", "deal", {"name": "Looms"}).id
    site.act("ada", lambda work: follow(work, "deal", deal))
    site.save("bora", "deal", {"name": "Big looms", "rush": False, "reference": "x", "discount": "1"}, deal)
    site.act("bora", lambda work: apply_transition(
        work, ApplyTransition("deal", deal, "make_offer", values={"amount": {"amount": "5", "currency": "TRY"}})
    ))  # fmt: skip
    site.act("bora", lambda work: archive_record(work, "deal", deal))
    site.act("bora", lambda work: restore_record(work, "deal", deal))
    catch_up(site)
    assert [text for _, text in reversed(read(site, "ada"))] == [
        "Bora changed Big looms: Name, Reference, Discount, …",
        "Bora moved Big looms to Offer.",
        "Bora archived Big looms.",
        "Bora restored Big looms.",
    ]
    assert mails(site) == []


def test_a_record_that_is_given_to_somebody_tells_him(site: Site, company: str) -> None:
    site.save("ada", "company", {"owner": site.actors["bora"].id}, company)
    site.save("ada", "company", {"name": "Own", "owner": site.actors["ada"].id})
    catch_up(site)
    assert read(site, "bora") == [("assigned", "Ada gave you Acme.")]
    assert read(site, "ada") == []


def test_tasks_tell_who_gets_them_and_who_gave_them(site: Site) -> None:
    mine = site.act("ada", lambda work: create_task(work, NewTask("Call", user=site.actors["bora"].id)))
    site.act("ada", lambda work: create_task(work, NewTask("Sort mail", role="rep")))
    catch_up(site)
    assert [text for _, text in read(site, "bora")] == [
        "A task waits to be taken (Rep): Sort mail",
        "Ada gave you a task: Call",
    ]
    assert [subject for _, subject, _ in mails(site)] == ["Ada gave you a task: Call"]
    site.act("bora", lambda work: complete_task(work, CompleteTask(mine)))
    catch_up(site)
    assert read(site, "ada") == [("task", "Bora ended a task that you gave: Call")]


def test_a_due_task_reminds_once_for_each_date(site: Site) -> None:
    due = NOW + timedelta(hours=1)
    site.act("ada", lambda work: create_task(work, NewTask("Call", user=site.actors["bora"].id, due=due)))
    run: Any = None
    assert remind(site.services, run) == {"reminded": 0}
    site.clock.move(hours=1)
    assert (remind(site.services, run), remind(site.services, run)) == ({"reminded": 1}, {"reminded": 0})
    assert ("due", "A task is due: Call") in read(site, "bora")


def test_people_choose_how_they_are_told(site: Site, company: str) -> None:
    """W30"""
    site.act("bora", lambda work: choose_ways(work, {"mentioned": ["app"]}, "at_once", 8))
    site.act("cem", lambda work: choose_ways(work, {"mentioned": []}, "at_once", 8))
    say(site, "ada", company, "@Bora @Cem")
    catch_up(site)
    assert (len(read(site, "bora")), read(site, "cem"), mails(site)) == (1, [], [])
    site.act("bora", lambda work: choose_ways(work, {"mentioned": ["mail"]}, "at_once", 8))
    say(site, "ada", company, "@Bora again")
    catch_up(site)
    assert (len(read(site, "bora")), len(mails(site))) == (1, 1)


@pytest.mark.parametrize(
    ("choices", "rhythm", "hour", "pointer"),
    [
        ({"nothing": []}, "at_once", 8, "/choices/nothing"),
        ({"task": ["pigeon"]}, "at_once", 8, "/choices/task"),
        ({}, "yearly", 8, "/rhythm"),
        ({}, "daily", 24, "/hour"),
    ],
)
def test_what_is_no_choice_is_refused(
    site: Site, choices: dict[str, list[str]], rhythm: str, hour: int, pointer: str
) -> None:
    with pytest.raises(RecordRejected) as refused:
        site.act("bora", lambda work: choose_ways(work, choices, rhythm, hour))
    assert [each.pointer for each in refused.value.violations] == [pointer]


def test_a_digest_gathers_what_was_not_read(site: Site, company: str) -> None:
    """W30"""
    bora = str(site.actors["bora"].id)
    site.act("bora", lambda work: choose_ways(work, {}, "hourly", 8))
    for text in ("@Bora one", "@Bora two", "@Bora three"):
        say(site, "ada", company, text)
    catch_up(site)
    first = site.act("bora", lambda work: my_notifications(work).items[-1].id, write=False)
    site.act("bora", lambda work: read_notifications(work, [first]))
    assert (site.act("ada", lambda work: send_digest(work, bora)), mails(site)) == (0, [])
    site.clock.move(minutes=61)
    assert site.act("ada", lambda work: send_digest(work, bora)) == 1
    assert site.act("ada", lambda work: send_digest(work, bora)) == 0
    ((_, subject, body),) = mails(site)
    assert (subject, body.count("Ada mentioned you")) == ("2 notifications", 2)


@pytest.mark.parametrize(
    ("zone", "now", "last", "due"),
    [
        # Eight in Istanbul is five in UTC; what was told at four waits for it.
        pytest.param("Europe/Istanbul", 4.9, None, False, id="before its hour"),
        pytest.param("Europe/Istanbul", 5.1, None, True, id="after its hour"),
        pytest.param("Europe/Istanbul", 5.3, 5.1, False, id="once a day"),
        pytest.param("Asia/Kolkata", 4.1, None, False, id="told after its hour"),
        pytest.param("Asia/Kolkata", 26.6, None, True, id="half hours count"),
    ],
)
def test_a_daily_digest_goes_at_the_hour_of_ones_own_day(zone: str, now: float, last: float | None, due: bool) -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    sent = None if last is None else midnight + timedelta(hours=last)
    setting = NotificationSetting("x", {}, "daily", 8, sent)
    oldest = midnight + timedelta(hours=4)
    assert is_due(setting, zone, oldest, midnight + timedelta(hours=now)) is due


def test_a_rule_tells_whom_it_names_of_what_it_says(site: Site, company: str) -> None:
    bora = str(site.actors["bora"].id)
    notice = Notice(
        [bora, bora, "x"], "rule", "{record} waits since {days} days.", "rule:1", {"days": 3}, "company", company
    )
    assert site.act("ada", lambda work: (notify(work, notice), notify(work, notice))) == (1, 0)
    assert read(site, "bora") == [("rule", "Acme waits since 3 days.")]


def test_one_reads_and_unreads_ones_own_only(site: Site, company: str) -> None:
    say(site, "ada", company, "@Bora")
    catch_up(site)
    (mine,) = site.act("bora", lambda work: my_notifications(work).items, write=False)
    assert site.act("cem", lambda work: read_notifications(work, [mine.id])) == 0
    assert site.act("bora", read_notifications) == 1
    site.act("bora", lambda work: unread_notification(work, mine.id))
    assert site.act("bora", lambda work: my_notifications(work, unread=True).items, write=False)
    with pytest.raises(NotFound):
        site.act("cem", lambda work: unread_notification(work, mine.id))


def test_what_one_does_not_see_is_not_followed(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "Looms"}).id
    with pytest.raises(NotFound):
        site.act("cem", lambda work: follow(work, "deal", deal))


def test_what_people_are_told_is_translated() -> None:
    """W41: notices and kinds are words of data, which no search for gettext finds."""
    source = "".join(Path(str(each.__file__)).read_text() for each in (events, mailing, sharing))
    texts = set(re.findall(r"\"([^\"\n]*\{(?:actor|title|count)\}[^\"\n]*)\"", source)) | {
        kind.label for kind in KINDS.values()
    }
    texts.discard("{count}")
    assert len(texts) > 15
    for locale in ("tr", "ru"):
        assert [each for each in sorted(texts) if each not in catalogue(locale)] == []
