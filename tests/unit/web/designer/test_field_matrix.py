"""The designer says which fields are closed, opens them by one button, and gives rights in a table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.builders import a_pack, an_entity
from tests.support.forms import form_at
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

PAGE = "/designer/access/deal/fields"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    deal = an_entity("deal").with_field("name", "text").with_field("amount", "money").with_access(rep="all", boss="all")
    line = an_entity("line").with_keys(owned_by="deal").with_field("deal", "reference", to="deal", required=True)
    shop = a_pack().with_role("rep", "boss", "guest").with_entity(deal, line.with_field("cost", "text"))
    with a_site(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path, shop, config={"WTF_CSRF_ENABLED": False}) as running:
        yield running


@pytest.fixture
def page(site: Site) -> FlaskClient:
    return client_of(site, site.admin)


def add_field(page: FlaskClient, name: str) -> None:
    added = page.post(
        "/designer/at/entities/deal/entity?at=", data={"do": "add", "map": "/fields", "label": name, "type": "text"}
    )
    assert added.status_code == 302, added.text


def test_it_works(site: Site, page: FlaskClient) -> None:
    form = form_at(page, PAGE)
    assert form.values["rep/amount"] == [""]
    assert "guest/amount" not in form.values  # who may do nothing with a deal needs no rights on its fields
    assert form.send(page, {"rep/amount": "read", "boss/name": "mask"}).status_code == 302
    assert form_at(page, PAGE).values["rep/amount"] == ["read"]
    assert form_at(page, PAGE).send(page, {"rep/amount": ""}).status_code == 302
    again = form_at(page, PAGE).values
    assert (again["rep/amount"], again["boss/name"]) == ([""], ["mask"])


def test_money_can_not_be_masked_and_a_wrong_word_is_refused(page: FlaskClient) -> None:
    text = page.get(PAGE).text
    assert text.count('value="mask"') == 2  # of the name, for either role
    assert form_at(page, PAGE).send(page, {"rep/amount": "peep"}).status_code == 400


def test_a_new_field_is_closed_until_it_is_opened(page: FlaskClient) -> None:
    add_field(page, "Salary")
    assert "closed until granted" in page.get(PAGE).text
    assert "closed until granted" in page.get("/designer/at/entities/deal/entity?at=/fields/salary").text
    assert PAGE in page.get("/designer/review").text
    opened = page.post(PAGE, data={"open": ""})
    assert opened.status_code == 302, opened.text
    values = form_at(page, PAGE).values
    assert (values["rep/salary"], values["boss/salary"]) == (["write"], ["write"])
    for address in (PAGE, "/designer/at/entities/deal/entity?at=/fields/salary"):
        assert "closed until granted" not in page.get(address).text
    assert page.post(PAGE, data={"open": "salary"}).status_code == 400


def test_lines_are_asked_of_the_roles_of_their_parent(page: FlaskClient) -> None:
    address = "/designer/access/line/fields"
    values = form_at(page, address).values
    assert set(values) >= {"rep/cost", "boss/cost"}
    assert "rep/deal" not in values
    assert form_at(page, address).send(page, {"rep/cost": "none"}).status_code == 302
    assert form_at(page, address).values["rep/cost"] == ["none"]
