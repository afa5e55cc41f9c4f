from dataclasses import replace

from kalip.base.text import Text
from kalip.model import Acceptance, Outcome, Pipeline, Stage, Transition

STAGES = {
    name: Stage(name, Text.of(name), outcome)
    for name, outcome in (("new", Outcome.OPEN), ("won", Outcome.WON), ("lost", Outcome.LOST))
}
WIN = Transition("win", Text.of("Win"), "won", ("new",))
LOSE = Transition("lose", Text.of("Lose"), "lost")
WIN_AGAIN = Transition("win_again", Text.of("Win again"), "won", ("new", "lost"))
PIPELINE = Pipeline("sales", "deal", Text.of("Sales"), STAGES, {each.name: each for each in (WIN, LOSE, WIN_AGAIN)})


def test_records_start_at_the_first_stage() -> None:
    assert PIPELINE.first.name == "new"


def test_moves_from_a_stage_in_the_order_written() -> None:
    assert PIPELINE.moves_from("new") == (WIN, LOSE, WIN_AGAIN)


def test_a_move_without_sources_starts_anywhere_but_at_its_target() -> None:
    assert PIPELINE.moves_from("lost") == (WIN_AGAIN,)
    assert PIPELINE.moves_from("won") == (LOSE,)


def test_the_first_move_between_two_stages() -> None:
    assert PIPELINE.move("new", "won") is WIN
    assert PIPELINE.move("lost", "won") is WIN_AGAIN
    assert PIPELINE.move("won", "new") is None


def test_a_stage_is_found_by_an_earlier_name() -> None:
    stages = {"new": Stage("new", Text.of("New"), was=("fresh",))}
    pipeline = replace(PIPELINE, stages=stages)
    assert pipeline.stage("new") is pipeline.stage("fresh") is stages["new"]
    assert pipeline.stage("gone") is None


def test_records_arrive_as_mapped_or_by_name_or_at_the_start() -> None:
    accepting = replace(PIPELINE, accepts={"old": Acceptance("old", {"done": "won"})})
    assert [accepting.arrival("old", stage).name for stage in ("done", "lost", "else")] == ["won", "lost", "new"]
    assert accepting.is_open_to("old")
    assert not accepting.is_open_to("other")
    assert PIPELINE.is_open_to("other")
    assert not PIPELINE.is_open_to("sales")


def test_closing_moves_lead_from_open_stages_to_each_final_one() -> None:
    """L02"""
    assert [move.name for move in PIPELINE.closing("new")] == ["win", "lose"]
    assert PIPELINE.closing("lost") == ()
    assert PIPELINE.closing("nowhere") == ()


def test_going_on_means_to_a_later_stage_that_is_not_lost() -> None:
    """CR2"""
    assert PIPELINE.is_advance("new", "won")
    assert not PIPELINE.is_advance("new", "lost")
    assert not PIPELINE.is_advance("won", "new")
    assert not PIPELINE.is_advance("new", "nowhere")


def test_what_a_new_record_is_looked_at_for() -> None:
    assert PIPELINE.start_conditions == ()
