"""Marks of personal data: what sorts and grounds there are."""

import json
from pathlib import Path

import kalip
from kalip.model.personal import BASES, KINDS, SPECIAL


def test_it_works() -> None:
    """The schema knows the same sorts and grounds as the model."""
    schema = json.loads((Path(kalip.__file__).parent / "metadata" / "schemas" / "entity.json").read_text("utf-8"))
    mark = schema["$defs"]["field"]["properties"]["personal"]["properties"]
    assert set(mark["kind"]["enum"]) == set(KINDS)
    assert tuple(mark["basis"]["enum"]) == BASES
    assert set(KINDS) > SPECIAL
