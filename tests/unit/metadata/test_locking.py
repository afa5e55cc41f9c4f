"""Lock files: which versions belong together, to the byte."""

import pytest

from kalip.base.errors import MetadataError
from kalip.metadata.locking import lock_faults, lock_of, lock_text, pack_hash, parse_lock
from tests.support.builders import a_pack


def test_it_works() -> None:
    packs = [a_pack("base").build(), a_pack("shop", "1.2.0").build()]
    lock = lock_of(packs)
    assert parse_lock(lock_text(lock), "packs.lock") == lock
    assert lock["shop"].version == "1.2.0"
    assert lock["shop"].sha256 == pack_hash(packs[1])
    assert lock_faults(packs, lock) == []


def test_differences_are_told() -> None:
    lock = lock_of([a_pack("base").build(), a_pack("shop").build()])
    packs = [a_pack("base", "1.0.1"), a_pack("shop").with_role("clerk"), a_pack("till")]
    first, second, third = lock_faults([each.build() for each in packs], lock)
    assert first == "base is 1.0.0 there, not 1.0.1"
    assert second.startswith("shop 1.0.0 has other contents")
    assert third == "till 1.0.0 is not in it"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"packs": []}', '{"packs": {"a": {}}}', '{"packs": {"a": {"version": "1", "sha256": "x"}}}'],
)
def test_what_is_no_lock_is_refused(text: str) -> None:
    with pytest.raises(MetadataError) as caught:
        parse_lock(text, "packs.lock")
    assert [each.code for each in caught.value.diagnostics] == ["M117"]
