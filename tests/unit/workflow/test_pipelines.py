"""Several pipelines of one entity, what stages demand and do, and tunnels between them."""

from collections.abc import Iterator
from functools import partial

import pytest

from kalip.base.errors import AccessDenied, Conflict, NotFound, RecordRejected, TransitionRefused
from kalip.records import ListRecords, SavedRecord, SaveRecord, Selection, list_records, preview_record, save_record
from kalip.workflow import (
    ApplyTransition,
    ChangePipeline,
    ChangeStep,
    TakeRecord,
    apply_transition,
    bulk_change_pipeline,
    change_pipeline,
    change_step,
    moves_of,
    pipeline_plan,
    stage_history,
    standing_of,
    take_record,
    times_in_stages,
    transition_plan,
)
from tests.support.cases import case_pack
from tests.support.site import Site, a_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_site(database_url, case_pack()) as site:
        yield site


def opened(site: Site, who: str = "bora", **values: object) -> str:
    return site.save(who, "case", {"name": "x", **values}).id


def move(site: Site, who: str, record_id: str, transition: str, **values: object) -> SavedRecord:
    command = ApplyTransition("case", record_id, transition, values=values)
    return site.act(who, lambda work: apply_transition(work, command))


def change(site: Site, who: str, record_id: str, pipeline: str, stage: str | None = None) -> SavedRecord:
    return site.act(who, lambda work: change_pipeline(work, ChangePipeline("case", record_id, pipeline, stage)))


def place(site: Site, record_id: str) -> tuple[object, object]:
    record = site.get("ada", "case", record_id)
    return record["pipeline"], record["stage"]


def tick(site: Site, who: str, record_id: str, name: str) -> None:
    site.act(who, lambda work: change_step(work, ChangeStep("case", record_id, name, "done")))


def refused(site: Site, who: str, record_id: str, transition: str, **values: object) -> str:
    with pytest.raises(TransitionRefused) as caught:
        move(site, who, record_id, transition, **values)
    return caught.value.message


# --- the choice of a pipeline ---


def test_a_value_chooses_the_pipeline(site: Site) -> None:
    """BX1, CR3"""
    assert place(site, opened(site)) == ("long", "opened")
    assert place(site, opened(site, kind="question")) == ("short", "asked")
    assert place(site, opened(site, kind="question", pipeline="long")) == ("long", "opened")


def test_roles_may_be_asked_for_a_pipeline(site: Site) -> None:
    """BX1, L15"""
    with pytest.raises(RecordRejected) as caught:
        opened(site, pipeline="archive")
    assert [(each.pointer, each.code) for each in caught.value.violations] == [("/pipeline", "pipeline_closed")]
    assert place(site, opened(site, "ada", pipeline="archive")) == ("archive", "kept")
    case = opened(site)
    with pytest.raises(TransitionRefused, match="Only Boss may put records into Archive"):
        change(site, "bora", case, "archive")


def test_a_changed_value_offers_the_other_pipeline(site: Site) -> None:
    """CR3"""
    case = opened(site)
    standing = site.act("bora", lambda work: standing_of(work, "case", case), write=False)
    assert standing.suited is None
    assert [each.pipeline.name for each in standing.pipelines] == ["short"]
    site.save("bora", "case", {"kind": "question"}, case)
    standing = site.act("bora", lambda work: standing_of(work, "case", case), write=False)
    assert standing.suited is not None
    assert standing.suited.name == "short"
    change(site, "bora", case, "short")
    assert place(site, case) == ("short", "asked")
    assert site.act("bora", lambda work: standing_of(work, "case", case), write=False).suited is None


def test_stages_are_mapped(site: Site) -> None:
    case = opened(site, kind="question", amount="5")
    change(site, "ada", case, "long")
    assert place(site, case) == ("long", "examined")
    with pytest.raises(TransitionRefused, match="is in Complaints already"):
        change(site, "ada", case, "long")
    with pytest.raises(NotFound, match="no pipeline"):
        change(site, "ada", case, "lnog")
    with pytest.raises(NotFound, match="no stage"):
        change(site, "ada", case, "short", stage="nowhere")


def test_coming_into_a_pipeline_asks_for_the_same_as_a_move(site: Site) -> None:
    """L16: entry conditions and fields that the stage demands hold whatever the way in."""
    case = opened(site, kind="question")
    with pytest.raises(TransitionRefused, match="nothing to examine"):
        change(site, "ada", case, "long")
    plan = site.act("ada", lambda work: pipeline_plan(work, ChangePipeline("case", case, "long")), write=False)
    assert (plan.allowed, plan.target.name, plan.source) == (False, "examined", "asked")
    assert place(site, case) == ("short", "asked")


def test_a_pipeline_that_takes_no_records_from_another(site: Site) -> None:
    case = opened(site, "ada", pipeline="archive")
    with pytest.raises(TransitionRefused, match="Questions takes no records from Archive"):
        change(site, "ada", case, "short")


def test_many_change_their_pipeline_each_for_itself(site: Site) -> None:
    """BX2"""
    good, bad = opened(site, kind="question", amount="5"), opened(site, kind="question")
    selection = Selection("case", (good, bad))
    result = bulk_change_pipeline(site.services, site.actors["ada"], selection, ChangePipeline("case", "", "long"))
    assert [item.error is None for item in result.items] == [True, False]
    assert (place(site, good), place(site, bad)) == (("long", "examined"), ("short", "asked"))


# --- what stages demand and do ---


def test_a_title_that_is_left_empty_is_generated(site: Site) -> None:
    """L06"""
    case = site.save("bora", "case", {"name": None, "kind": "question"}).id
    assert site.get("bora", "case", case)["name"] == "Case of question"
    assert site.get("bora", "case", site.save("bora", "case", {"name": ""}).id)["name"] == "Case of complaint"
    assert site.get("bora", "case", site.save("bora", "case", {"name": "Said"}).id)["name"] == "Said"


def test_conditions_of_coming_in_and_leaving_refuse_with_their_reason(site: Site) -> None:
    case = opened(site)
    assert refused(site, "bora", case, "examine") == "There is nothing to examine."
    move(site, "bora", case, "examine", amount="5")
    assert refused(site, "bora", case, "back") == "Write down what you found."
    assert refused(site, "bora", case, "drop", reason="time") == "Write down what you found."
    moves = site.act("bora", lambda work: moves_of(work, "case", case), write=False)
    reasons = {each.transition.name: each.reason for each in moves}
    assert reasons["back"] == "Write down what you found."
    assert reasons["drop"] == ""  # its form asks for the note
    site.save("bora", "case", {"note": "Nothing."}, case)
    move(site, "bora", case, "back")
    assert place(site, case) == ("long", "opened")


def test_a_new_record_comes_into_its_stage_like_any_other(database_url: str) -> None:
    pack = case_pack()
    document = pack.documents["entities/case/pipelines/long.json"]
    document["stages"]["opened"]["entry"] = {"kind": {"condition": "kind != null", "message": "Of what kind?"}}
    with a_site(database_url, pack) as strict, pytest.raises(RecordRejected) as caught:
        strict.act("bora", lambda work: save_record(work, SaveRecord("case", {"name": "x", "kind": None})))
    assert [(each.pointer, each.message) for each in caught.value.violations] == [("", "Of what kind?")]


def test_fields_are_locked_and_hidden_by_the_stage(site: Site) -> None:
    """RC1"""
    case = opened(site, amount="5")
    move(site, "bora", case, "examine")
    with pytest.raises(RecordRejected) as caught:
        site.save("bora", "case", {"amount": "6"}, case)
    assert [(each.pointer, each.code) for each in caught.value.violations] == [("/amount", "readonly")]
    look = partial(preview_record, command=SaveRecord("case", id=case))
    preview = site.act("bora", look, write=False)
    assert "refund" not in preview.visible
    assert "amount" in preview.readonly
    assert "note" in preview.visible
    site.save("bora", "case", {"note": "x"}, case)
    move(site, "bora", case, "back")
    preview = site.act("bora", look, write=False)
    assert "refund" not in preview.visible  # shown only where it is named
    assert "amount" not in preview.readonly


def test_a_reason_must_be_given_and_fit(site: Site) -> None:
    """L03"""
    case = opened(site)
    with pytest.raises(TransitionRefused) as caught:
        move(site, "bora", case, "drop")
    assert [(each.pointer, each.code) for each in caught.value.violations] == [("/reason", "required")]
    with pytest.raises(TransitionRefused) as caught:
        move(site, "bora", case, "drop", reason="other")
    assert [(each.pointer, each.code) for each in caught.value.violations] == [("/reason", "unfit_reason")]
    assert place(site, case) == ("long", "opened")
    move(site, "bora", case, "drop", reason="price")
    assert site.get("bora", "case", case)["reason"] == "price"


def test_closing_asks_how_it_ended(site: Site) -> None:
    """L02"""
    case = opened(site)
    command = ApplyTransition("case", case, "drop")
    plan = site.act("bora", lambda work: transition_plan(work, command), write=False)
    assert str(plan.question) == "How did it end?"
    assert [each.target for each in plan.endings] == ["dropped"]
    assert plan.asked[0].name == "reason"
    plan = site.act("bora", lambda work: transition_plan(work, ApplyTransition("case", case, "examine")), write=False)
    assert not plan.question


def test_when_it_was_closed_and_how_likely_it_is_follow_the_stage(site: Site) -> None:
    """L04"""
    case = opened(site)
    assert (site.get("bora", "case", case)["closed_on"], site.get("bora", "case", case)["chance"]) == (None, "20")
    move(site, "bora", case, "examine", amount="5")
    assert site.get("bora", "case", case)["chance"] == "50"
    site.save("bora", "case", {"chance": "90", "note": "x"}, case)
    move(site, "bora", case, "drop", reason="time")
    record = site.get("bora", "case", case)
    assert (record["closed_on"], record["chance"]) == ("2026-11-24", "0")
    move(site, "bora", case, "reopen")
    record = site.get("bora", "case", case)
    assert (record["closed_on"], record["chance"]) == (None, "20")


def test_a_record_is_overdue_after_working_time(site: Site) -> None:
    """BX7: Tuesday 12:00, eight working hours of 9 to 17 on."""
    case = opened(site)
    assert site.get("bora", "case", case)["stage_due"] == "2026-11-25T12:00:00Z"
    overdue = ListRecords("case", fields=("name",), filter="stage_due < now()")
    assert not site.act("bora", lambda work: list_records(work, overdue), write=False).items
    site.clock.move(hours=25)
    assert len(site.act("bora", lambda work: list_records(work, overdue), write=False).items) == 1
    move(site, "bora", case, "examine", amount="5")
    assert site.get("bora", "case", case)["stage_due"] == "2026-11-27T13:00:00Z"
    site.save("bora", "case", {"note": "x"}, case)
    move(site, "bora", case, "drop", reason="time")
    assert site.get("bora", "case", case)["stage_due"] is None


def test_stays_are_kept_with_the_moves(site: Site) -> None:
    """DY3"""
    case = opened(site, amount="5", note="x")
    site.clock.move(hours=2)
    move(site, "bora", case, "examine")
    site.clock.move(hours=1)
    move(site, "bora", case, "back")
    site.clock.move(hours=3)
    change(site, "bora", case, "short")
    site.clock.move(hours=5)
    stays = site.act("bora", lambda work: stage_history(work, "case", case), write=False)
    told = [(each.pipeline, each.stage, each.duration.total_seconds() / 3600, each.until is None) for each in stays]
    assert told == [
        ("long", "opened", 2, False),
        ("long", "examined", 1, False),
        ("long", "opened", 3, False),
        ("short", "asked", 5, True),
    ]
    times = site.act("bora", lambda work: times_in_stages(work, "case", "long"), write=False)
    assert [(each.stage, each.ended, each.seconds, each.going) for each in times] == [
        ("opened", 2, 9000.0, 0),
        ("examined", 1, 3600.0, 0),
    ]
    with pytest.raises(NotFound):
        site.act("bora", lambda work: times_in_stages(work, "case", "nothing"), write=False)


def test_times_are_those_of_records_that_one_sees(site: Site) -> None:
    for who in ("ada", "bora", "ada"):
        site.save(who, "follow_up", {"name": "x"})
    for who, count in (("ada", 3), ("bora", 1)):
        times = site.act(who, lambda work: times_in_stages(work, "follow_up", "calls"), write=False)
        assert [(each.stage, each.going) for each in times] == [("waiting", count)]


def test_a_refused_move_leaves_no_stay(site: Site) -> None:
    case = opened(site)
    refused(site, "bora", case, "examine")
    assert len(site.act("bora", lambda work: stage_history(work, "case", case), write=False)) == 1


# --- queues ---


def test_records_are_taken_from_a_queue_once(site: Site) -> None:
    """SB2"""
    case = opened(site, kind="question")
    assert site.get("bora", "case", case)["owner"] is None
    take = TakeRecord("case", case)
    with pytest.raises(AccessDenied, match="Only Viewer may do this"):
        site.act("bora", lambda work: take_record(work, take))
    with pytest.raises(NotFound):
        site.act("deniz", lambda work: take_record(work, take))
    assert site.act("cem", lambda work: standing_of(work, "case", case), write=False).takeable
    site.act("cem", lambda work: take_record(work, take))
    assert site.get("ada", "case", case)["owner"] == site.actors["cem"].id
    with pytest.raises(Conflict, match="Cem has taken the record already"):
        site.act("ada", lambda work: take_record(work, take))
    site.act("cem", lambda work: take_record(work, take))  # one's own stays one's own
    assert not site.act("bora", lambda work: standing_of(work, "case", case), write=False).takeable


def test_a_record_goes_back_into_its_queue(site: Site) -> None:
    case = opened(site, kind="question", owner=site.actors["bora"].id)
    assert site.get("ada", "case", case)["owner"] == site.actors["bora"].id
    move(site, "bora", case, "answer")
    move(site, "bora", case, "ask_again")
    assert site.get("ada", "case", case)["owner"] is None


def test_only_queues_are_taken_from(site: Site) -> None:
    case = opened(site)
    with pytest.raises(TransitionRefused, match="not taken from a queue"):
        site.act("bora", lambda work: take_record(work, TakeRecord("case", case)))


# --- tunnels ---


def settled(site: Site, who: str = "bora") -> str:
    case = opened(site, who, amount="5", note="x")
    move(site, who, case, "examine")
    tick(site, who, case, "call")
    tick(site, who, case, "report")
    move(site, who, case, "settle", refund="1")
    return case


def test_a_tunnel_begins_a_record_elsewhere_once(site: Site) -> None:
    """BX2"""
    case = settled(site)
    command = ListRecords("follow_up", fields=("name", "case", "amount", "owner", "stage", "created_by"))
    (made,) = site.act("ada", lambda work: list_records(work, command), write=False).items
    assert (made["name"], made["case"], made["amount"], made["stage"]) == ("After x", case, "5.00", "waiting")
    assert made["owner"] == site.actors["bora"].id
    move(site, "bora", case, "reopen")
    move(site, "bora", case, "examine")
    move(site, "bora", case, "settle", refund="2")
    assert len(site.act("ada", lambda work: list_records(work, command), write=False).items) == 1


def test_a_tunnel_copies_a_record(site: Site) -> None:
    """BX2"""
    case = opened(site, "ada", pipeline="archive", code="C-1", amount="7", kind="loop")
    move(site, "ada", case, "copy")
    command = ListRecords("case", fields=("name", "code", "amount", "note", "stage", "origin"), sort=("created_at",))
    found = site.act("ada", lambda work: list_records(work, command), write=False).items
    copy = next(each for each in found if each["id"] != case)
    assert (copy["name"], copy["code"], copy["amount"], copy["note"]) == ("x", None, "7.00", "copy of x")
    assert (copy["stage"], copy["origin"]) == ("kept", case)
    assert place(site, case) == ("archive", "copied")


def test_a_tunnel_moves_a_record_on(site: Site) -> None:
    """BX2"""
    case = opened(site, "ada", pipeline="archive")
    saved = move(site, "ada", case, "send")
    assert place(site, case) == ("long", "opened")
    assert saved.version == site.get("ada", "case", case)["version"] == 3
    stays = site.act("ada", lambda work: stage_history(work, "case", case), write=False)
    assert [(each.pipeline, each.stage) for each in stays] == [
        ("archive", "kept"),
        ("archive", "sent"),
        ("long", "opened"),
    ]


def test_a_tunnel_is_open_only_where_its_condition_holds(site: Site) -> None:
    case = opened(site, "ada", pipeline="archive", kind="loop")
    move(site, "ada", case, "send")
    assert place(site, case) == ("archive", "sent")


def test_tunnels_in_a_circle_are_explained_and_undone(site: Site) -> None:
    case = opened(site, "ada", pipeline="archive")
    with pytest.raises(TransitionRefused) as caught:
        move(site, "ada", case, "turn")
    assert caught.value.message == "Tunnels lead in a circle: Archive: Turning → Archive: Turning."
    assert place(site, case) == ("archive", "kept")
    found = site.act("ada", lambda work: list_records(work, ListRecords("case", fields=("id",))), write=False).items
    assert len(found) == 1


def test_what_a_tunnel_makes_and_is_refused_undoes_the_move(database_url: str) -> None:
    pack = case_pack()
    stages = pack.documents["entities/case/pipelines/long.json"]["stages"]
    stages["settled"]["tunnels"]["follow"]["values"]["name"] = "note == 'x' ? null : name"
    with a_site(database_url, pack) as strict, pytest.raises(TransitionRefused) as caught:
        settled(strict)
    assert caught.value.message == (
        "From 'Settled' a tunnel leads to 'Calls', where this is refused: Name is required."
    )
