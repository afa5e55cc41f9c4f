"""The editor validates each metadata file by the schema of its kind."""

import json
from fnmatch import fnmatch

from tests.support.source import KALIP, ROOT

SCHEMAS = KALIP / "metadata" / "schemas"


def test_every_schema_is_bound() -> None:
    bound = {(ROOT / binding["url"]).resolve() for binding in _bindings()}
    assert bound == {path.resolve() for path in SCHEMAS.glob("*.json")}


def test_every_shipped_document_is_bound_once() -> None:
    patterns = [pattern.lstrip("/") for binding in _bindings() for pattern in binding["fileMatch"]]
    documents = [path.relative_to(ROOT).as_posix() for path in (ROOT / "metadata").rglob("*.json")]
    bound = {name: sum(fnmatch(name, pattern) for pattern in patterns) for name in documents}
    assert documents != []
    assert {name: count for name, count in bound.items() if count != 1} == {}


def _bindings() -> list[dict[str, object]]:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text())
    bindings: list[dict[str, object]] = settings["json.schemas"]
    return bindings
