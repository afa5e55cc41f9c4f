from kalip.base.text import Text
from kalip.model import Outcome, Pipeline, Stage, Transition

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


def test_outcomes_are_the_words_of_metadata() -> None:
    assert [str(outcome) for outcome in Outcome] == ["open", "won", "lost"]
