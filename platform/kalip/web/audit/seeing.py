"""“See as”: an administrator looks with another's eyes, changes nothing, and the event log tells it."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from kalip.records.accounts import start_acting
from kalip.web.session import services, token

blueprint = Blueprint("seeing", __name__)


@blueprint.post("/people/<user_id>/see")
def see_as(user_id: str) -> Response:
    """See what a person sees, from the next page on until it is stopped."""
    start_acting(services(), token(), user_id, "see")
    return redirect(url_for("home.show_home"))
