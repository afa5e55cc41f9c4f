"""Whatever is sent, nothing breaks, and nobody is shown what is another's: canaries, which only their owner may see.

A few hundred requests every day; with KALIP_NIGHTLY=1 ten thousand, on PostgreSQL too, from another seed each night.
"""

import gzip
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from tests.support.fuzzing import Fuzzer
from tests.support.house import House, a_house
from tests.support.nightly import NIGHTLY
from tests.support.routing import routes_of

REQUESTS = 10_000 if NIGHTLY else 350
CANARY = "Kanarya7d1e"
NAMES = {"entity": "matter", "board": "default", "calendar": "default", "pipeline": "flow", "path": "name"}
LEFT_OUT = ("/logout", "/static/")
"""Whoever signs out sees nothing any more."""
WHO = ("owner", "owner", "owner", "outsider", "anonymous", "administrator")


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = request.getfixturevalue("postgres_url") if NIGHTLY else f"sqlite:///{tmp_path / 'x.db'}"
    with a_house(url, tmp_path, WTF_CSRF_ENABLED=False) as house:
        _let_canaries_in(house)
        yield house


def _let_canaries_in(house: House) -> None:
    bird, ids = house.site.person("worker", name="Stranger"), house.ids
    for entity in ("company", "case"):
        ids[f"canary_{entity}"] = bird.make(entity, name=f"{CANARY} {entity}")["id"]
    matter = bird.make("matter", name=f"{CANARY} matter", note=f"{CANARY} note", company=ids["canary_company"])["id"]
    ids["canary_matter"] = matter
    path = f"/api/records/matter/{matter}"
    comment = bird.call("POST", f"{path}/comments", {"text": f"{CANARY} comment"}).json or {}
    mail = {"to": ["b@example.org"], "subject": f"{CANARY} subject", "body": f"{CANARY} body"}
    mailed = bird.call("POST", f"{path}/mails", mail).json or {}
    task = {"title": f"{CANARY} task", "entity": "matter", "record_id": matter, "user": bird.user_id}
    given = bird.call("POST", "/api/tasks", task).json or {}
    ids |= {"canary_comment": str(comment["id"]), "canary_mail": mailed["id"], "canary_task": given["id"]}


def fuzzer(house: House, number: int) -> Fuzzer:
    rules = [rule for _, rule in routes_of(house.site.app) if not rule.rule.startswith(LEFT_OUT)]
    return Fuzzer(random.Random(number), rules, tuple(house.ids.values()), NAMES)  # noqa: S311 - to be repeated


@pytest.mark.slow
def test_nothing_breaks_and_no_canary_is_heard(house: House) -> None:
    number = time.time_ns() if NIGHTLY else 20261127
    fuzz, faults = fuzzer(house, number), []
    for at in range(REQUESTS):
        who = fuzz.chance.choice(WHO)
        method, path, given = fuzz.request(house)
        if who == "administrator" and method != "GET":
            continue  # who may give rights to others would give them the canaries
        answer = ask(house, fuzz, who, method, path, given)
        heard = who != "administrator" and CANARY.encode() in said(answer)
        if answer.status_code >= 500 or heard:
            faults.append(f"{number}/{at} {who} {method} {path} {given}: {answer.status_code}, {heard=}")
    assert faults == []


def ask(house: House, fuzz: Fuzzer, who: str, method: str, path: str, given: dict[str, Any]) -> Any:
    client = house.client(who)
    if path.startswith("/api/") and who != "anonymous":
        given["headers"]["Authorization"] = f"Bearer {house.callers[who].token}"
        client = house.client("anonymous")
    if who == "anonymous" and fuzz.chance.random() < 0.3:
        client = house.site.app.test_client()
        for name, text in fuzz.cookies().items():
            client.set_cookie(name, text)
    return client.open(path, method=method, **given)


def said(answer: Any) -> bytes:
    """The bytes of an answer, unpacked."""
    data: bytes = answer.get_data()
    return gzip.decompress(data) if answer.headers.get("Content-Encoding") == "gzip" and data else data


@pytest.mark.slow
def test_the_document_of_the_api_leads_to_no_canary(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.callers['owner'].token}"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", house.site.app, headers=headers)
    ids, faults = [text for name, text in house.ids.items() if name.startswith("canary")], []
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # a fault of the document is another test's
        if not NIGHTLY and "{" not in operation.path:
            continue

        @seed(1)
        @settings(
            database=None,
            deadline=None,
            max_examples=25 if NIGHTLY else 1,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def run(case: Case[Any]) -> None:
            entity = next((each for each in ("company", "case") if f"/records/{each}" in case.path), "matter")
            if "id" in case.path_parameters:
                case.path_parameters["id"] = house.ids[f"canary_{entity}"]
            answer = case.call(headers=headers)
            if answer.status_code >= 500 or CANARY in answer.text:
                faults.append(f"{case.method} {case.path} {case.query}: {answer.status_code} {answer.text[:300]}")

        try:
            run()
        except Unsatisfiable:
            continue
    assert faults == []
    assert len(ids) == 6


def test_a_canary_is_heard_by_its_owner(house: House) -> None:
    """The fuzz would find it: an administrator does."""
    page = house.client("administrator").get(f"/matter/{house.ids['canary_matter']}")
    assert CANARY in page.text
    assert house.client("owner").get(f"/matter/{house.ids['canary_matter']}").status_code == 404
