"""Comments on records: who may write them, what they say, and how they are taken back."""

import pytest

from kalip.base.errors import AccessDenied, NotFound, RecordRejected
from kalip.records import (
    LONGEST_COMMENT,
    Comment,
    EventView,
    Shown,
    Stretch,
    Work,
    archive_record,
    comment,
    history_of,
    record_events,
    remove_comment,
)
from kalip.storage import find_event, rewrite_event
from tests.support.site import Site


@pytest.fixture
def deal(site: Site) -> str:
    """A deal of Bora's."""
    return site.save("bora", "deal", {"name": "Looms"}).id


def say(site: Site, who: str, deal: str, text: object) -> EventView:
    return site.act(who, lambda work: comment(work, "deal", deal, text))


def take_back(site: Site, who: str, deal: str, comment_id: str) -> EventView:
    return site.act(who, lambda work: remove_comment(work, "deal", deal, comment_id))


def history(site: Site, deal: str, shown: Shown = "everything") -> tuple[EventView, ...]:
    def read(work: Work) -> tuple[EventView, ...]:
        return history_of(work, work.entity("deal"), deal, Stretch(shown=shown)).items

    return site.act("ada", read, write=False)


def test_it_works(site: Site, deal: str) -> None:
    said = say(site, "bora", deal, "  Call @ada <b>soon</b>\r\n\r\nğüş ЖЩ  ")
    (latest, *_) = history(site, deal)
    assert latest == said
    assert said.comment is not None
    assert said.comment.text == "Call @ada <b>soon</b>\n\nğüş ЖЩ"
    assert (said.kind, said.actor_name, said.changes) == ("record.commented", "Bora", ())
    assert site.get("bora", "deal", deal)["version"] == 1


@pytest.mark.parametrize("text", ["", " \n\t ", None, 5, ["x"], "x\0y", "y" * (LONGEST_COMMENT + 1)])
def test_what_is_no_text_is_refused(site: Site, deal: str, text: object) -> None:
    with pytest.raises(RecordRejected) as refused:
        say(site, "bora", deal, text)
    assert [each.pointer for each in refused.value.violations] == ["/text"]
    assert [each.kind for each in history(site, deal)] == ["record.created"]


def test_the_longest_text_is_kept(site: Site, deal: str) -> None:
    said = say(site, "bora", deal, f"\n{'ж' * LONGEST_COMMENT}\n")
    assert said.comment is not None
    assert said.comment.text == "ж" * LONGEST_COMMENT


def test_who_reads_may_comment_and_nobody_else(site: Site) -> None:
    turkish = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    german = site.save("ada", "company", {"name": "Acme", "country": "DE"}).id
    site.act("cem", lambda work: comment(work, "company", turkish, "I only read"))
    with pytest.raises(NotFound):
        site.act("cem", lambda work: comment(work, "company", german, "unseen"))
    with pytest.raises((NotFound, AccessDenied)):
        site.act("deniz", lambda work: comment(work, "company", turkish, "no right"))


def test_archived_records_are_commented_too(site: Site, deal: str) -> None:
    site.act("bora", lambda work: archive_record(work, "deal", deal))
    say(site, "bora", deal, "Why?")
    assert [each.kind for each in history(site, deal, "all")][:2] == ["record.commented", "record.archived"]


def test_ones_own_comment_is_taken_back_with_its_text(site: Site, deal: str) -> None:
    said = say(site, "bora", deal, "secret slip")
    left = take_back(site, "bora", deal, said.id)
    assert left.comment is not None
    assert (left.id, left.comment.text, left.comment.removed_by) == (said.id, None, left.actor)
    assert [each.kind for each in history(site, deal)] == [
        "record.comment_removed",
        "record.commented",
        "record.created",
    ]
    assert "secret slip" not in repr(history(site, deal))
    with pytest.raises(NotFound):
        take_back(site, "bora", deal, said.id)


def test_another_persons_comment_is_taken_back_by_administrators_only(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    said = site.act("bora", lambda work: comment(work, "company", company, "Hello"))
    with pytest.raises(AccessDenied):
        site.act("cem", lambda work: remove_comment(work, "company", company, said.id))
    left = site.act("ada", lambda work: remove_comment(work, "company", company, said.id))
    assert left.comment is not None
    assert left.comment.removed_by == site.actors["ada"].id


def test_only_comments_of_that_record_are_taken_back(site: Site, deal: str) -> None:
    other = site.save("bora", "deal", {"name": "Spindles"}).id
    said = say(site, "bora", deal, "Hello")
    created = history(site, other)[0]
    for record, wrong in ((other, said.id), (other, created.id), (deal, "x"), (deal, "9" * 40), (deal, "²")):
        with pytest.raises(NotFound):
            take_back(site, "ada", record, wrong)
    assert history(site, deal, "comments")[0] == said


def test_a_history_is_shown_by_kind_in_pages(site: Site, deal: str) -> None:
    for number in range(3):
        say(site, "bora", deal, f"note {number}")
        site.save("bora", "deal", {"name": f"name {number}"}, deal)
    take_back(site, "bora", deal, history(site, deal, "comments")[-1].id)

    def texts(cursor: str | None) -> tuple[list[str | None], str | None]:
        page = site.act(
            "bora",
            lambda work: history_of(work, work.entity("deal"), deal, Stretch(2, cursor, "comments")),
            write=False,
        )
        return [each.comment.text if each.comment else "none" for each in page.items], page.next

    first, following = texts(None)
    assert (first, texts(following)) == (["note 2", "note 1"], ([None], None))
    assert len(history(site, deal, "all")) == 7
    assert {each.kind for each in history(site, deal, "changes")} == {"record.created", "record.updated"}
    everything = site.act("bora", lambda work: record_events(work, "deal", deal), write=False)
    assert len(everything.items) == 8


def test_two_who_take_one_comment_back_do_it_once(site: Site, deal: str) -> None:
    said = say(site, "bora", deal, "Hello")

    def both_having_read_it(work: Work) -> tuple[bool, bool]:
        event = find_event(work.session, "deal", deal, said.id)
        assert event is not None
        first = rewrite_event(work.session, event, {"removed_by": "first"}, "taken back", work.now)
        return first, rewrite_event(work.session, event, {"removed_by": "second"}, "taken back", work.now)

    assert site.act("ada", both_having_read_it) == (True, False)
    assert history(site, deal, "comments")[0].comment == Comment(None, "first")
