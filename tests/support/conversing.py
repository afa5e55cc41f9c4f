"""The dialogue of conversions as a browser without JavaScript goes through it, for tests."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.converting import SalesSite
from tests.support.forms import Form
from tests.support.signed_in import client_of

TARGETS = ("company", "contact", "deal")


def rep(sales: SalesSite) -> FlaskClient:
    """A client of the representative."""
    return client_of(sales.site, sales.rep)


def address(lead: str) -> str:
    """Where a lead is qualified."""
    return f"/lead/{lead}/convert/qualify"


def go(client: FlaskClient, form: Form, page: str, **values: object) -> TestResponse:
    """Press one of the form's buttons."""
    return form.send(client, {"_go": page, **{name.replace("__", "~"): each for name, each in values.items()}})


def stands(sales: SalesSite, lead: str) -> tuple[str, list[int]]:
    """The stage of a lead, and how many companies, contacts and deals there are."""
    return str(sales.get("lead", lead)["stage"]), [sales.count(name) for name in TARGETS]


def plain(text: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())
