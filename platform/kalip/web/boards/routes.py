"""Routes of boards."""

from flask import Blueprint, Response, jsonify, request, url_for

from kalip.fields.literals import text_literal
from kalip.records import BoardQuery, Work, visible_entity
from kalip.web.boards.page import PER_STAGE, BoardContext, board_context, totals_of
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading
from kalip.web.shell import Crumb, Shell, plural_of, shell_of

blueprint = Blueprint("boards", __name__)
_BOARD = View("boards/page.html", "boards/_board.html")
_MOST = 200


@blueprint.get("/<entity>/board", defaults={"board": None})
@blueprint.get("/<entity>/board/<board>")
def show_board(entity: str, board: str | None) -> Response:
    """A board."""
    with reading() as work:
        page = board_context(work, BoardQuery(entity, board, request.args.get("filter"), PER_STAGE))
        return render(_BOARD, _shell(work, page), page)


@blueprint.get("/<entity>/board/<board>/cards")
def show_cards(
    entity: str,
    board: str,
) -> Response:
    """More cards of a column; those already shown are left out."""
    skip = max(0, min(request.args.get("skip", 0, int), _MOST))
    with reading() as work:
        query = BoardQuery(
            entity, board, request.args.get("filter"), PER_STAGE + skip,
            request.args.get("stage"), request.args.get("cursor") or None,
        )  # fmt: skip
        page = board_context(work, query)
        lane = page.lanes[0]
        return render_fragment("boards/_cards.html", page, lane=lane, cards=lane.cards[skip:])


@blueprint.get("/<entity>/board/<board>/card")
def show_card(entity: str, board: str) -> Response:
    """One card as it is now; nothing where it is not on the board."""
    only = f"id == {text_literal(request.args.get('id', ''))}"
    shown = request.args.get("filter")
    with reading() as work:
        page = board_context(work, BoardQuery(entity, board, f"({shown}) && {only}" if shown else only, 1))
        card = next((card for lane in page.lanes for card in lane.cards), None)
        return render_fragment("boards/_card.html", page, card=card) if card else Response()


@blueprint.get("/<entity>/board/<board>/totals")
def show_totals(entity: str, board: str) -> Response:
    """Count and sum of each column."""
    with reading() as work:
        return jsonify(totals_of(work, BoardQuery(entity, board, request.args.get("filter"), 1)))


def _shell(work: Work, page: BoardContext) -> Shell:
    entity = visible_entity(work, page.entity)
    plural = plural_of(entity)
    crumbs = [Crumb(plural, url_for("lists.show_list", entity=entity.name)), Crumb(page.title)]
    return shell_of(work, f"{page.title} · {plural}", crumbs)
