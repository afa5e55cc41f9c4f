"""Ids of records and files inside values."""

from typing import Any

from kalip.base.ids import is_id
from kalip.fields.fault import FieldFault, wrong_type

ID_SCHEMA = {"type": "string", "format": "uuid"}
SAMPLE_IDS = (
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "01890a5d-ac96-7ab2-80e2-4536629c90de",
    "ffffffff-ffff-7fff-bfff-ffffffffffff",
)
ANY_CASE = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


def parse_id(raw: Any) -> str | None:
    """Read an id, None when empty. Raises FieldFault; whether it exists is not asked."""
    if not isinstance(raw, str):
        raise wrong_type("an id as text", raw)
    text = raw.strip().lower()
    if not text:
        return None
    if not is_id(text):
        raise FieldFault("not_an_id", "'{text}' is not an id.", {"text": text[:60]})
    return text


def id_schema(*, write: bool) -> dict[str, Any]:
    """JSON Schema of an id; capitals are read too."""
    return {"type": "string", "pattern": ANY_CASE} if write else dict(ID_SCHEMA)
