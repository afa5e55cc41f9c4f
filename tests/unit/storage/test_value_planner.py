"""Choices, stages and pipelines that are renamed, merged or removed: records follow, and going back brings all back."""

from collections.abc import Callable
from typing import Any

import pytest

from kalip.runtime import Served
from kalip.storage import Database, Plan, PlanRefused, plan
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.kept import Kept

Publish = Callable[[Served], Plan]
Stages = dict[str, dict[str, Any]]


def offering(**choices: Any) -> Served:
    """Two fields of one list, one of them for several values; a value maps to the names it had."""
    data = {value: {"was": list(was)} if was else {} for value, was in choices.items()}
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("result", "choice", choices="results")
        .with_field("all", "choices", choices="results")
    )
    return a_served(a_pack().with_choices("results", **data).with_entity(deal))


def staged(**pipelines: dict[str, Any]) -> Served:
    """An entity with pipelines; `was` among the stages is that of the pipeline."""
    deal = an_entity("deal").with_field("name", "text")
    for name, stages in pipelines.items():
        keys = {"was": list(stages["was"])} if "was" in stages else {}
        data = {stage: {"was": list(was)} if was else {} for stage, was in stages.items() if stage != "was"}
        deal.with_document(f"pipelines/{name}", {"stages": data, **keys})
    return a_served(a_pack().with_entity(deal))


def moves(steps: Plan) -> list[str]:
    return [step.describe() for step in steps.steps if "Index" not in type(step).__name__]


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def test_a_renamed_choice_is_renamed_in_every_field_of_its_list(publish: Publish, kept: Kept) -> None:
    """U11"""
    before = offering(open=(), success=())
    publish(before)
    one = kept.put(before, "deal", result="success", all=("open", "success"))
    two = kept.put(before, "deal", result="open")
    sum_before = kept.everything()
    after = offering(open=(), won=("success",))
    steps = publish(after)
    assert moves(steps) == [
        "change values of deal.result in 1 rows: success → won (1)",
        "change values of deal.all in 1 rows: open, success → open, won (1)",
    ]
    assert {step.kind for step in steps.steps} == {"slow"}
    assert kept.values(after, "deal", one, "result", "all") == ("won", ("open", "won"))
    assert kept.values(after, "deal", two, "result", "all") == ("open", None)
    publish(before)
    assert kept.everything() == sum_before


def test_merged_choices_come_apart_again_when_it_is_taken_back(publish: Publish, kept: Kept) -> None:
    """U6"""
    before = offering(won=(), success=(), victory=())
    publish(before)
    held = [
        kept.put(before, "deal", result=each, all=tuple({each: 1, "won": 1})) for each in ("won", "success", "victory")
    ]
    sum_before = kept.everything()
    after = offering(won=("success", "victory"))
    steps = publish(after)
    assert "change values of deal.result in 2 rows: success → won (1), victory → won (1)" in moves(steps)
    assert [kept.values(after, "deal", each, "result", "all") for each in held] == [("won", ("won",))] * 3
    publish(before)
    assert kept.everything() == sum_before
    publish(after)
    publish(before)
    assert kept.everything() == sum_before


def test_what_people_changed_after_a_merge_is_not_changed_back(publish: Publish, kept: Kept) -> None:
    before = offering(won=(), success=(), lost=())
    publish(before)
    first, second = (kept.put(before, "deal", result="success") for _ in range(2))
    after = offering(won=("success",), lost=())
    publish(after)
    kept.set(after, "deal", first, result="lost")
    third = kept.put(after, "deal", result="won")
    publish(before)
    assert [kept.values(before, "deal", each, "result") for each in (first, second, third)] == [
        ("lost",),
        ("success",),
        ("won",),
    ]


def test_a_removed_choice_is_kept_by_its_records_and_counted(publish: Publish, kept: Kept) -> None:
    """U11"""
    before = offering(open=(), won=())
    publish(before)
    one = kept.put(before, "deal", result="won", all=("won", "open"))
    sum_before = kept.everything()
    after = offering(open=())
    steps = publish(after)
    assert [(step.kind, step.rows) for step in steps.steps] == [("lossy", 1), ("lossy", 1)]
    assert "deal.result no longer offers won; 1 rows keep it until they are changed" in moves(steps)
    assert kept.values(after, "deal", one, "result") == ("won",)
    publish(before)
    assert kept.everything() == sum_before


def test_a_choice_removed_first_can_be_taken_over_later(publish: Publish, kept: Kept) -> None:
    before = offering(open=(), success=())
    publish(before)
    one = kept.put(before, "deal", result="success")
    publish(offering(open=()))
    after = offering(open=(), won=("success",))
    assert moves(publish(after)) == ["change values of deal.result in 1 rows: success → won (1)"]
    assert kept.values(after, "deal", one, "result") == ("won",)


def test_a_renaming_is_undone_even_when_the_earlier_name_was_struck_out(publish: Publish, kept: Kept) -> None:
    before = offering(success=())
    publish(before)
    kept.put(before, "deal", result="success")
    sum_before = kept.everything()
    publish(offering(won=("success",)))
    assert moves(publish(offering(won=()))) == []
    publish(before)
    assert kept.everything() == sum_before


def test_what_is_renamed_while_its_field_is_away_is_renamed_when_it_comes_back(publish: Publish, kept: Kept) -> None:
    before = offering(success=())
    publish(before)
    one = kept.put(before, "deal", result="success")
    bare = an_entity("deal").with_field("name", "text")
    publish(a_served(a_pack().with_choices("results", "success").with_entity(bare)))
    after = offering(won=("success",))
    publish(after)
    assert kept.values(after, "deal", one, "result") == ("won",)


def test_a_choice_renamed_with_its_field_and_entity(publish: Publish, kept: Kept) -> None:
    before = offering(won=(), success=())
    publish(before)
    one = kept.put(before, "deal", result="success")
    sum_before = kept.everything()
    sale = (
        an_entity("sale")
        .with_keys(was=["deal"])
        .with_field("name", "text")
        .with_field("outcome", "choice", choices="results", was=["result"])
        .with_field("all", "choices", choices="results")
    )
    after = a_served(a_pack().with_choices("results", won={"was": ["success"]}).with_entity(sale))
    publish(after)
    assert kept.values(after, "sale", one, "outcome") == ("won",)
    deal = (
        an_entity("deal")
        .with_keys(was=["sale"])
        .with_field("name", "text")
        .with_field("result", "choice", choices="results", was=["outcome"])
        .with_field("all", "choices", choices="results")
    )
    publish(a_served(a_pack().with_choices("results", "won", "success").with_entity(deal)))
    assert kept.everything() == sum_before


def test_stages_are_renamed_and_merged_by_pipeline(publish: Publish, kept: Kept) -> None:
    """U6, U11"""
    before = staged(inbound={"new": (), "talk": (), "won": ()}, outbound={"new": (), "talk": (), "done": ()})
    publish(before)
    places = (("inbound", "talk"), ("inbound", "won"), ("outbound", "talk"), ("outbound", "done"))
    held = [kept.put(before, "deal", pipeline=pipeline, stage=stage) for pipeline, stage in places]
    sum_before = kept.everything()
    after = staged(inbound={"new": ("talk",), "closed": ("won",)}, outbound={"new": (), "talk": ("done",)})
    assert moves(publish(after)) == [
        "change values of deal.stage in 3 rows: done → talk (1), talk → new (1), won → closed (1)"
    ]
    found = [kept.values(after, "deal", each, "pipeline", "stage") for each in held]
    assert found == [("inbound", "new"), ("inbound", "closed"), ("outbound", "talk"), ("outbound", "talk")]
    publish(before)
    assert kept.everything() == sum_before


def test_a_stage_with_records_must_be_taken_over(database: Database, publish: Publish, kept: Kept) -> None:
    """U11"""
    before = staged(inbound={"new": (), "won": ()})
    publish(before)
    kept.put(before, "deal", pipeline="inbound", stage="won")
    with database.read() as session, pytest.raises(PlanRefused) as refused:
        plan(session, staged(inbound={"new": ()}))
    (reason,) = refused.value.reasons
    assert reason.startswith("deal: 1 records are in the stage 'won' of the pipeline 'inbound', which is to go; ")
    assert reason.endswith('"was": ["won"]')
    kept.execute("DELETE FROM deal")
    assert moves(publish(staged(inbound={"new": ()}))) == []


def test_pipelines_are_renamed_and_merged_with_their_stages(database: Database, publish: Publish, kept: Kept) -> None:
    before = staged(inbound={"new": (), "won": ()}, outbound={"cold": (), "done": ()})
    publish(before)
    places = (("inbound", "won"), ("outbound", "cold"), ("outbound", "done"))
    held = [kept.put(before, "deal", pipeline=pipeline, stage=stage) for pipeline, stage in places]
    sum_before = kept.everything()
    with database.read() as session, pytest.raises(PlanRefused, match="2 records are in the pipeline 'outbound'"):
        plan(session, staged(inbound={"new": (), "won": ()}))
    after = staged(sales={"was": ("inbound", "outbound"), "new": ("cold",), "won": ("done",)})
    publish(after)
    found = [kept.values(after, "deal", each, "pipeline", "stage") for each in held]
    assert found == [("sales", "won"), ("sales", "new"), ("sales", "won")]
    publish(before)
    assert kept.everything() == sum_before


def test_what_was_made_before_there_were_terms_follows_too(database: Database, publish: Publish, kept: Kept) -> None:
    before = offering(open=(), success=())
    publish(before)
    one = kept.put(before, "deal", result="success", all=("gone_long_ago",))

    kept.execute("UPDATE kalip_column SET terms = NULL")
    assert moves(publish(before)) == ["deal.all no longer offers gone_long_ago; 1 rows keep it until they are changed"]
    kept.execute("UPDATE kalip_column SET terms = NULL")
    after = offering(open=(), won=("success",))
    publish(after)
    assert kept.values(after, "deal", one, "result") == ("won",)
