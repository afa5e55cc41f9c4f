"""Whatever is sent to a page, it answers: no address, input or number breaks it, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import url_for
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

LONG = "9" * 5000  # more digits than Python reads as a number
JUNK = ("", LONG, "9" * 25, "a\0b", "\" || true || '", "²", "NaN", "\U0010ffff")
DEAL = {"name": "Barley", "amount": {"amount": "10", "currency": "EUR"}}
PARAMETERS = (
    "filter", "sort", "columns", "view", "cursor", "archived", "path", "operator", "value", "q", "stage", "skip", "id",
    "field", "owner", "name", "tab", "add", "remove", "join", "expression", "_version", "_add", "_remove", "_touched",
    "amount", "amount.currency", "company", "close_date",
)  # fmt: skip

NUMBERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/deal", {"columns": f"name:{LONG}"}),
    ("GET", "/deal/board/default/cards", {"skip": "-50"}),
    ("POST", "/deal/filter", {"c.0.0.path": "created_at", "c.0.0.operator": "last_days", "c.0.0.value": LONG}),
    ("POST", "/deal/filter", {"c.0.0.path": "name", "c.0.0.value": "x", "remove": f"{LONG}.{LONG}"}),
    ("POST", "/deal/preview", {"lines~lines": "", f"lines.{LONG}.quantity": "1", "_remove": f"lines.{LONG}"}),
    ("POST", "/deal/preview", {"lines~lines": "", "lines.0.quantity": LONG, "_tab": "lines"}),
)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, "crm", config={"WTF_CSRF_ENABLED": False}) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.admin)


@pytest.fixture
def deal(site: Site) -> str:
    """The id of a deal."""
    company = site.admin.make("company", name="Mill")["id"]
    return str(site.admin.make("deal", company=company, **DEAL)["id"])


def asked(
    client: FlaskClient, method: str, address: str, sent: dict[str, str], headers: dict[str, str] | None = None
) -> TestResponse:
    """The answer to values sent in the address or in a form."""
    if method == "GET":
        return client.get(address, query_string=sent, headers=headers)
    return client.post(address, data=sent, headers=headers)


def pages(site: Site) -> list[Rule]:
    """Every rule of a page; signing out would end the test."""
    rules = site.app.url_map.iter_rules()
    return [rule for rule in rules if not rule.rule.startswith(("/api", "/static", "/login", "/logout", "/metrics"))]


def address_of(site: Site, rule: Rule, record_id: str, junk: str) -> str:
    """An address of the rule, with junk where there is nothing better to name."""
    given = {"entity": "deal", "board": "default", "name": "activity.deal", "path": "name", "field": "company"}
    given["record_id"] = record_id
    values: dict[str, Any] = {each: given.get(each, junk or "-") for each in rule.arguments}
    for each, converter in rule._converters.items():
        if isinstance(converter, AnyConverter):
            values[each] = min(converter.items)
    with site.app.test_request_context():
        return url_for(rule.endpoint, **values)


def test_it_works(site: Site, client: FlaskClient, deal: str) -> None:
    for at, junk in enumerate(JUNK):
        sent = dict.fromkeys(PARAMETERS, junk)
        headers = {"HX-Request": "true"} if at % 2 else {}
        record_id = (junk or "-") if at % 3 else deal
        for rule in pages(site):
            address = address_of(site, rule, record_id, junk)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = asked(client, method, address, sent, headers)
                assert answer.status_code < 500, (junk[:20], method, address, answer.text[:300])


def test_a_number_that_means_nothing_is_passed_over(client: FlaskClient) -> None:
    for method, address, sent in NUMBERS:
        answer = asked(client, method, address, sent)
        assert answer.status_code == 200, (address, answer.text[:300])


def test_a_change_of_many_rows_that_is_not_known_changes_nothing(site: Site, client: FlaskClient, deal: str) -> None:
    answer = client.post("/deal/bulk/rename", data={"id": deal, "field": "name", "name": "Changed"})
    assert answer.status_code == 404
    assert (site.admin.get(f"/api/records/deal/{deal}").json or {})["name"] == "Barley"


def test_an_id_is_no_condition(site: Site, client: FlaskClient, deal: str) -> None:
    assert client.get(f"/deal/{deal}/cells/name").status_code == 200
    assert client.get('/deal/x" || name != "x/cells/name').status_code == 404
    company = (site.admin.get(f"/api/records/deal/{deal}").json or {})["company"]
    assert "Barley" in client.get(f"/company/{company}/related/deal").text
    assert "Barley" not in client.get('/company/x" || name != "x/related/deal').text
