"""The pack that one begins with."""

import pytest

from kalip.base.errors import MetadataError
from kalip.fields import builtin_types
from kalip.metadata import check, format_at, new_pack


def test_it_works() -> None:
    pack = new_pack("clinic", ("patient", "home_visit"), builtin_types())
    assert check(pack, builtin_types()) == ()
    assert pack.documents["entities/home_visit/entity.json"].data["label"] == "Home visit"
    assert set(pack.files) == {"README.md"}


def test_it_is_canonical() -> None:
    types = builtin_types()
    pack = new_pack("clinic", ("patient",), types)
    assert all(format_at(path, each.data, types) == each.text for path, each in pack.documents.items())


@pytest.mark.parametrize("name", ["Clinic", "2nd", "a b", "a__b", "../up", ""])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(MetadataError, match="can't be a name"):
        new_pack(name, ("patient",), builtin_types())
    with pytest.raises(MetadataError, match="can't be a name"):
        new_pack("clinic", (name,), builtin_types())
