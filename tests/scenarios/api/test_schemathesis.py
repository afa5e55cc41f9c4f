"""The OpenAPI document is truthful: whatever its own schemas give to call, no answer is a 5xx or outside of them."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    not_a_server_error,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.web_site import Caller, Site, a_site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SETTINGS = settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=3,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.parametrize(("pack", "only"), [("tiny", ""), ("port", "/records/"), ("crm", "/records/deal")])
def test_no_answer_is_outside_of_the_document(tmp_path: Path, pack: str, only: str) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, pack) as site:
        records = tuple(some_records(site))
        faults = list(faults_of(site, site.admin, records, only))
        assert not faults, "\n\n".join(faults[:20])


def faults_of(site: Site, caller: Caller, records: tuple[tuple[str, str], ...], only: str) -> Iterator[str]:
    """What was wrong with each operation whose path holds `only`."""
    headers = {"Authorization": f"Bearer {caller.token}"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", site.app, headers=headers)
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # a fault of the document fails here
        if only not in operation.path:
            continue
        ids = itertools.cycle(record_id for entity, record_id in records if f"/records/{entity}/" in operation.path)
        for mode in GenerationMode:
            run = runner(operation, mode, headers, ids)
            try:
                run()
            except Unsatisfiable:
                pass  # nothing can be said wrongly to this operation
            except (Exception, FailureGroup) as error:  # noqa: BLE001 - whatever it is, it is a fault of this operation
                yield f"{operation.method.upper()} {operation.path} ({mode.value}): {error!s:.1500}"


def runner(operation: Any, mode: GenerationMode, headers: dict[str, str], ids: Iterator[str]) -> Callable[[], None]:
    """Calls of one operation; every other one is steered towards a record that is there."""
    turn = itertools.count()

    @seed(1)
    @SETTINGS
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case[Any]) -> None:
        known = next(ids, None)
        if next(turn) % 2 == 0:
            steer(case, known)
        case.call_and_validate(headers=headers, checks=CHECKS)

    return run


def steer(case: Case[Any], known: str | None) -> None:
    """Take out what chance never says rightly: paths, filters, cursors, tags and ids."""
    if known and "id" in case.path_parameters:
        case.path_parameters["id"] = known
    for name in ("filter", "sort", "fields", "cursor"):
        case.query.pop(name, None)
    for name in ("If-Match", "If-None-Match"):
        case.headers.pop(name, None)


def some_records(site: Site) -> Iterator[tuple[str, str]]:
    """Two records of each entity, as far as required fields alone make them."""
    made: dict[str, str] = {}
    for entity in (*site.served.model.entities, *site.served.model.entities):
        fields = site.served.model.entities[entity].fields
        values = {
            name: made.get(str(field.target)) if field.type == "reference" else _VALUES.get(field.type, "Text")
            for name, field in fields.items()
            if field.required and field.default is None and field.default_expression is None
        }
        about = {"about": {"entity": "vessel", "id": made.get("vessel")}} if "about" in values else {}
        answer = site.admin.call("POST", f"/api/records/{entity}", {**values, **_MORE.get(entity, {}), **about})
        if answer.status_code == 201:
            made[entity] = (answer.json or {})["id"]
            yield entity, made[entity]


_VALUES: dict[str, Any] = {
    "integer": 1,
    "decimal": "1.50",
    "money": {"amount": "1.50", "currency": "TRY"},
    "date": "2026-01-31",
    "datetime": "2026-01-31T08:30:00Z",
}
_MORE: dict[str, dict[str, Any]] = {
    "lead": {"email": "lead@example.com", "company_name": "Acme"},
    "contact": {"name": {"first": "Ada", "last": "Lovelace"}},
    "customer": {"name": "Ada"},
    "berth": {"code": "A-12", "length": "180", "depth": "9"},
    "vessel": {"imo": "9074729", "length": "180", "draught": "9"},
    "incident": {"severity": 1},
}
