"""Whatever the files of another system hold, the pack that is made of them has no fault and installs."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from kalip.compiler import compile_packs
from kalip.runtime import Served
from kalip.runtime.importing.finishing import Finished
from kalip.storage import apply, make_database, plan, upgrade_own_tables
from tests.support.foreign_metadata import any_files, doctype_files, entity_files
from tests.support.importing import extensions, imported

pytestmark = pytest.mark.slow
often = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
seldom = settings(often, max_examples=15)


@often
@given(doctype_files)
def test_doctypes(files: dict[str, Any]) -> None:
    imported("frappe", files)


@often
@given(entity_files)
def test_entity_definitions(files: dict[str, Any]) -> None:
    imported("espocrm", files)


@often
@given(any_files)
def test_anything_at_all(files: dict[str, Any]) -> None:
    good = {"x/entityDefs/Good.json": {"doctype": "DocType", "name": "Good", "fields": {}}}
    for system in ("espocrm", "frappe"):
        imported(system, {**files, **good})


@seldom
@given(doctype_files, entity_files)
def test_what_is_made_installs(
    tmp_path_factory: pytest.TempPathFactory, ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    for number, made in enumerate((imported("frappe", ours), imported("espocrm", theirs))):
        installs(made, tmp_path_factory.mktemp("random") / f"{number}.sqlite3")


def installs(made: Finished, file: Path) -> None:
    """The pack gets its tables, and nothing is left to do."""
    found = extensions()
    model = compile_packs([made.pack], found.types, functions=found.functions, actions=found.actions).required()
    served = Served(model, found.types, actions=found.actions)
    database = make_database(f"sqlite:///{file}")
    try:
        upgrade_own_tables(database)
        with database.publish() as session:
            apply(session, plan(session, served))
        with database.read() as session:
            assert plan(session, served).steps == ()
    finally:
        database.dispose()
