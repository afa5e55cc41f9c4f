"""Many changes at once: batches, and bulk changes of a selection."""

import pytest

from kalip.base.errors import BadRequest, RecordRejected
from kalip.records import (
    BatchOperation,
    BatchRejected,
    ListRecords,
    Selection,
    batch,
    bulk_archive,
    bulk_assign,
    bulk_update,
    list_records,
)
from tests.support.site import Site


def count(site: Site, who: str = "bora") -> int:
    return len(site.act(who, lambda work: list_records(work, ListRecords("deal", fields=("name",))), write=False).items)


OPERATIONS = [
    BatchOperation("create", values={"name": "A"}),
    BatchOperation("create", values={"name": ""}),
    BatchOperation("create", values={"name": "B", "lines": [{"quantity": 1}]}),
]


def test_an_atomic_batch_is_all_or_nothing(site: Site) -> None:
    with pytest.raises(BatchRejected) as caught:
        site.act("bora", lambda work: batch(work, "deal", OPERATIONS))
    assert [result.error is None for result in caught.value.results] == [True, False, True]
    assert count(site) == 0
    results = site.act("bora", lambda work: batch(work, "deal", [OPERATIONS[0], OPERATIONS[2]]))
    assert [result.saved is not None for result in results] == [True, True]
    assert count(site) == 2


def test_a_batch_by_items_keeps_what_is_sound(site: Site) -> None:
    results = site.act("bora", lambda work: batch(work, "deal", OPERATIONS, atomic=False))
    assert [type(result.error) for result in results] == [type(None), RecordRejected, type(None)]
    assert count(site) == 2
    changes = [
        BatchOperation("update", results[0].id, 1, {"name": "A2"}),
        BatchOperation("update", results[0].id, 1, {"name": "A3"}),
        BatchOperation("archive", results[2].id),
        BatchOperation("restore", results[2].id),
        BatchOperation("update", None, None, {"name": "x"}),
    ]
    codes = [
        each.error and each.error.code
        for each in site.act("bora", lambda work: batch(work, "deal", changes, atomic=False))
    ]
    assert codes == [None, "R112", None, None, "R101"]


def test_a_unique_clash_harms_only_its_own_item(site: Site) -> None:
    operations = [BatchOperation("create", values={"name": name, "vat": "1"}) for name in "AB"]
    operations.append(BatchOperation("create", values={"name": "C"}))
    results = site.act("ada", lambda work: batch(work, "company", operations, atomic=False))
    assert [result.error is None for result in results] == [True, False, True]


def test_too_many_operations(site: Site) -> None:
    with pytest.raises(BadRequest):
        site.act("bora", lambda work: batch(work, "deal", OPERATIONS * 400))


def test_bulk_changes_answer_for_each_row(site: Site) -> None:
    ids = [site.save("bora", "deal", {"name": f"D{number}", "secret": "s"}).id for number in range(3)]
    site.save("bora", "deal", {"locked": True}, ids[1])
    services, bora = site.services, site.actors["bora"]
    result = bulk_update(services, bora, Selection("deal", tuple(ids)), {"secret": "t"})
    assert [item.error is None for item in result.items] == [True, False, True]
    assert (result.done, result.refused) == (2, 1)
    result = bulk_update(services, bora, Selection("deal", filter="name != 'D0'"), {"discount": "5"})
    assert result.done == 2
    assert bulk_assign(services, bora, Selection("deal", tuple(ids[:1])), site.actors["ada"].id or "").refused == 1
    told: list[tuple[int, int]] = []
    result = bulk_archive(services, bora, Selection("deal", tuple(ids)), lambda *figures: told.append(figures))
    assert (result.done, told, count(site)) == (3, [(3, 3)], 0)


def test_a_selection_says_what_it_selects(site: Site) -> None:
    with pytest.raises(BadRequest):
        bulk_archive(site.services, site.actors["bora"], Selection("deal"))


def test_a_selection_by_filter_reaches_only_what_may_be_seen(site: Site) -> None:
    site.save("ada", "deal", {"name": "other"})
    result = bulk_archive(site.services, site.actors["bora"], Selection("deal", filter="name == 'other'"))
    assert result.items == ()
