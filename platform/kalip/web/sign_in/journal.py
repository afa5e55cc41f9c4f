"""The administrators' journal of sign-ins: who came in, who didn't, from where."""

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for

from kalip.records.accounts.journal import address_key
from kalip.records.accounts.watching import all_sign_ins
from kalip.storage.sign_ins import SignInQuery
from kalip.web.inputs import whole_number
from kalip.web.locale import gettext
from kalip.web.render import View, render
from kalip.web.session import administrating, reading
from kalip.web.shell import Crumb, shell_of
from kalip.web.sign_in.showing import ShownSignIn, shown_sign_in

blueprint = Blueprint("sign_ins", __name__, url_prefix="/admin/sign-ins")
_PAGE = View("sign_in/journal.html")
_MOST = 50
_LARGEST = 10**18 - 1
_OUTCOMES = {"failed": False, "succeeded": True}


@dataclass(frozen=True, slots=True)
class Journal:
    """Some of the journal, and what was asked for."""

    entries: tuple[ShownSignIn, ...]
    who: str
    outcome: str
    older: str


@blueprint.get("")
def show() -> Response:
    """The journal, latest first."""
    who, outcome, before = (request.args.get(name, "").strip() for name in ("who", "outcome", "before"))
    query = SignInQuery(
        email=address_key(who) if who else "",
        succeeded=_OUTCOMES.get(outcome),
        before=whole_number(before, _LARGEST),
        limit=_MOST,
    )
    with reading() as work:
        found = all_sign_ins(administrating(work), query)
        last = str(found[-1].id) if len(found) == _MOST else ""
        older = url_for("sign_ins.show", before=last, who=who or None, outcome=outcome or None) if last else ""
        page = Journal(tuple(shown_sign_in(work, each) for each in found), who, outcome, older)
        title = gettext("Sign-ins")
        return render(_PAGE, shell_of(work, title, [Crumb(gettext("Administration")), Crumb(title)]), page)
