"""A list's state in its address."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from kalip.web.lists.state import ColumnState, ListState, columns_of, state_of


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/<entity>", "lists.show_list", lambda entity: entity)
    return app


def test_it_works(app: Flask) -> None:
    state = ListState("lead", columns=(ColumnState("name", 220, frozen=True), ColumnState("amount")), sort=("-amount",))
    with app.test_request_context():
        address = state.address()
    assert address == "/lead?columns=name%3A220%21%2Camount&sort=-amount"
    with app.test_request_context(address):
        from_address = state_of("lead", MultiDict([("columns", "name:220!,amount"), ("sort", "-amount")]))
    assert from_address == state


def test_clicks_on_a_head_go_up_down_and_off() -> None:
    state = ListState("lead")
    assert state.sorted_by("name", ()).sort == ("name",)
    assert state.sorted_by("name", ("name",)).sort == ("-name",)
    assert state.sorted_by("name", ("-name",)).sort == ()


def test_a_click_with_shift_keeps_the_other_keys() -> None:
    state = ListState("lead")
    assert state.sorted_by("amount", ("name",), more=True).sort == ("name", "amount")
    assert state.sorted_by("amount", ("amount", "name"), more=True).sort == ("name", "-amount")


def test_a_changed_order_starts_again_at_the_first_row() -> None:
    assert ListState("lead", cursor="abc").sorted_by("name", ()).cursor == ""


@pytest.mark.parametrize("text", ["name:9", "name:99999", "name:x", "name:"])
def test_a_width_out_of_bounds_is_left_out(text: str) -> None:
    assert columns_of(text) == (ColumnState("name"),)


def test_a_column_is_shown_once() -> None:
    assert columns_of("a,b,a:300") == (ColumnState("a"), ColumnState("b"))


def test_nonsense_in_the_address_is_left_out() -> None:
    state = state_of("lead", MultiDict([("archived", "maybe"), ("sort", "a,b,c,d,e,f,g"), ("columns", ",,")]))
    assert state.archived == "exclude"
    assert len(state.sort) == 5
    assert state.columns == ()
