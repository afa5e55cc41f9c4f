"""The editor validates each metadata file by the schema of its kind."""

import json
from pathlib import Path

from kalip.metadata.kinds import Kind
from tests.support.source import ROOT

# Those with the options of the field types built in; the sources lie in platform/kalip/metadata/schemas.
SCHEMAS = ROOT / "docs" / "reference" / "schemas"


def test_every_kind_is_bound_to_its_schema() -> None:
    bound = [(ROOT / str(binding["url"])).resolve() for binding in _bindings()]
    assert sorted(bound) == sorted(SCHEMAS / f"{kind}.json" for kind in Kind)
    assert [path for path in bound if not path.is_file()] == []


def test_every_shipped_document_has_one_schema() -> None:
    documents = [path.relative_to(ROOT) for path in (ROOT / "metadata").rglob("*.json")]
    bound = {document.as_posix(): _schemas_of(document) for document in documents}
    assert documents != []
    assert {name: schemas for name, schemas in bound.items() if len(schemas) != 1} == {}


def _schemas_of(document: Path) -> list[str]:
    return [
        str(binding["url"])
        for binding in _bindings()
        if any(document.match(pattern.lstrip("/")) for pattern in binding["fileMatch"])
    ]


def _bindings() -> list[dict[str, list[str] | str]]:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text())
    bindings: list[dict[str, list[str] | str]] = settings["json.schemas"]
    return bindings
