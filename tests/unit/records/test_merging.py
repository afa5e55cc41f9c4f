"""Merges: values chosen, what named the others moved, ids that lead on, undone while nobody built on them."""

import threading
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, BadRequest, Conflict, KalipError, NotFound, RecordRejected, StaleVersion
from kalip.records import (
    SaveRecord,
    archive_record,
    comment,
    get_record,
    record_events,
    remove_comment,
    restore_record,
    save_record,
)
from kalip.records.duplicates import find_duplicates_of
from kalip.records.files import attach, find_slot, open_file, receive
from kalip.records.merging import (
    ALL,
    Merged,
    MergeNotUndone,
    MergePlan,
    MergeRecords,
    merge_plan,
    merge_records,
    merges_of,
    resolve,
    undo_blockers,
    undo_merge,
)
from kalip.storage import Blobs
from tests.support.site import Site, a_site
from tests.support.twins import twins_pack

Values = Mapping[str, Any]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """People who are the same."""
    with a_site(database_url, twins_pack()) as site:
        object.__setattr__(site.services, "blobs", Blobs(tmp_path / "blobs"))
        yield site


def make(site: Site, entity: str, values: Values, who: str = "ada") -> str:
    command = SaveRecord(entity, dict(values), accept_duplicates=True)
    return site.act(who, lambda work: save_record(work, command)).id


def change(site: Site, entity: str, record_id: str, values: Values) -> None:
    command = SaveRecord(entity, dict(values), record_id, accept_duplicates=True)
    site.act("ada", lambda work: save_record(work, command))


def merge(site: Site, survivor: str, *others: str, who: str = "ada", **more: Any) -> Merged:
    return site.act(who, lambda work: merge_records(work, MergeRecords("person", survivor, others, **more)))


def planned(site: Site, survivor: str, *others: str, who: str = "ada", **more: Any) -> MergePlan:
    command = MergeRecords("person", survivor, others, **more)
    return site.act(who, lambda work: merge_plan(work, command), write=False)


def undo(site: Site, merge_id: str, who: str = "ada") -> Merged:
    return site.act(who, lambda work: undo_merge(work, merge_id))


def everything(site: Site, *places: tuple[str, str]) -> list[Any]:
    return [plain(site.get("ada", entity, record_id)) for entity, record_id in places]


def plain(value: Any) -> Any:
    """Without what every change counts up."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items() if name not in ("version", "updated_at")}
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def test_it_works(site: Site) -> None:
    """L52: conflicts are shown, one side wins for each field, what is empty is filled in."""
    first = make(site, "person", {"name": "Ada", "mail": "a@example.com", "labels": ["vip"]})
    second = make(site, "person", {"name": "Ada L.", "mail": "l@example.com", "city": "İzmir", "labels": ["new"]})
    plan = planned(site, first, second)
    chosen = {each.field.name: (each.chosen, each.conflict) for each in plan.choices if any(each.values.values())}
    assert chosen["name"] == (first, True)
    assert chosen["mail"] == (first, True)
    assert chosen["city"] == (second, False)
    assert chosen["labels"] == (ALL, True)
    assert "code" not in chosen
    assert not any(each.open for each in plan.choices if each.field.name == "locked")
    assert (plan.titles, plan.refusals, plan.moving) == ({first: "Ada", second: "Ada L."}, (), ())
    done = merge(site, first, second, take={"mail": second})
    row = site.get("ada", "person", first)
    assert (row["name"], row["mail"], row["city"], row["labels"]) == ("Ada", "l@example.com", "İzmir", ["vip", "new"])
    assert (row["version"], done.version, done.merged) == (2, 2, (second,))
    assert site.get("ada", "person", second)["archived_at"] is not None


def a_household(site: Site) -> dict[str, str]:
    """Two who are one, and all that names the second."""
    found = {"first": make(site, "person", {"name": "Ada", "vat": None})}
    found["second"] = make(
        site, "person", {"name": "Ada L.", "vat": "7", "calls": [{"subject": "Hello"}], "boss": found["first"]}
    )
    found["third"] = make(site, "person", {"name": "Bora", "boss": found["second"]})
    change(site, "person", found["third"], {"friends": [found["second"], found["first"]]})
    change(site, "person", found["first"], {"boss": found["second"], "friends": [found["second"], found["third"]]})
    found["deal"] = make(site, "deal", {"name": "Winter", "buyer": found["second"], "others": [found["second"]]})
    found["note"] = make(site, "note", {"about": {"entity": "person", "id": found["second"]}})
    return found


def test_what_named_the_others_names_the_survivor(site: Site) -> None:
    """L52: children, references, lists of references and references to anything are moved; each leaves its event."""
    at = a_household(site)
    first, second = at["first"], at["second"]
    moving = {(each.entity.name, each.field.name): each.count for each in planned(site, first, second).moving}
    assert moving == {
        ("person", "boss"): 2, ("person", "friends"): 2, ("call", "person"): 1, ("deal", "buyer"): 1,
        ("deal", "others"): 1, ("note", "about"): 1,
    }  # fmt: skip
    merge(site, first, second)
    row = site.get("ada", "person", first)
    assert [line["subject"] for line in row["calls"]] == ["Hello"]
    assert (row["boss"], row["friends"], row["vat"]) == (None, [at["third"]], "7")
    third = site.get("ada", "person", at["third"])
    assert (third["boss"], third["friends"], third["version"]) == (first, [first], 4)
    deal = site.get("ada", "deal", at["deal"])
    assert (deal["buyer"], deal["others"]) == (first, [first])
    assert site.get("ada", "note", at["note"])["about"] == {"entity": "person", "id": first}
    events = site.act("ada", lambda work: record_events(work, "deal", at["deal"]), write=False).items
    assert [(c.name, c.old, c.new) for e in events[:2] for c in e.changes] == [
        ("others", [second], [first]), ("buyer", second, first)
    ]  # fmt: skip
    again = {"name": "WINTER", "buyer": first}
    assert site.act("ada", lambda work: find_duplicates_of(work, "deal", again))[0].id == at["deal"]


def test_a_merge_is_undone(site: Site) -> None:
    """L52: merge can be undone: all is as it was."""
    at = a_household(site)
    first, second = at["first"], at["second"]
    places = [(name if name in ("deal", "note") else "person", record_id) for name, record_id in at.items()]
    before = everything(site, *places)
    done = merge(site, first, second, take={"name": second})
    assert [each.id for each in site.act("ada", lambda work: merges_of(work, "person", first))] == [done.id]
    change(site, "person", first, {"notes": "What is changed otherwise does not matter"})
    change(site, "person", first, {"notes": None})
    undo(site, done.id)
    assert everything(site, *places) == before
    assert site.act("ada", lambda work: merges_of(work, "person", first)) == ()
    with pytest.raises(Conflict):
        undo(site, done.id)
    merge(site, second, first)
    assert site.get("ada", "person", second)["calls"][0]["subject"] == "Hello"


def test_what_was_built_on_a_merge_stands_in_the_way_of_its_undoing(site: Site) -> None:
    """L52: blockers are listed, all of them."""
    at = a_household(site)
    first, second = at["first"], at["second"]
    done = merge(site, first, second, take={"name": second})
    change(site, "person", first, {"name": "Somebody else"})
    change(site, "deal", at["deal"], {"buyer": at["third"]})
    with pytest.raises(MergeNotUndone) as caught:
        undo(site, done.id)
    assert [(each.template, each.entity, each.record_id) for each in caught.value.blockers] == [
        ("{label} was changed since.", "person", first),
        ("{label} of a {entity} was changed since.", "deal", at["deal"]),
    ]
    assert len(site.act("ada", lambda work: undo_blockers(work, done.id))) == 2
    told = site.act("bora", lambda work: undo_blockers(work, done.id), write=False)
    assert [(each.template, each.record_id) for each in told] == [
        ("{label} was changed since.", first),
        ("Something that you may not see was changed since.", first),
    ]
    change(site, "person", first, {"name": "Ada L."})
    change(site, "deal", at["deal"], {"buyer": first})
    undo(site, done.id)


def test_a_plan_counts_what_the_actor_sees(site: Site) -> None:
    at = a_household(site)
    counted = [(each.entity.name, each.count) for each in planned(site, at["first"], at["second"]).moving]
    assert ("deal", 1) in counted
    theirs = planned(site, at["first"], at["second"], who="bora").moving
    assert "deal" not in {each.entity.name for each in theirs}


def test_a_survivor_that_was_merged_on_or_a_restored_record_blocks(site: Site) -> None:
    first, second, third = (make(site, "person", {"name": name}) for name in "abc")
    earlier = merge(site, first, second)
    later = merge(site, third, first)
    with pytest.raises(MergeNotUndone):
        undo(site, earlier.id)
    undo(site, later.id)
    site.act("ada", lambda work: restore_record(work, "person", second))
    with pytest.raises(MergeNotUndone):
        undo(site, earlier.id)


def test_a_merged_id_leads_on(site: Site) -> None:
    """L52: through several merges, and back after an undoing; references by an old id name the survivor."""
    first, second, third = (make(site, "person", {"name": name}) for name in "abc")

    def ends() -> list[str]:
        return [site.act("ada", lambda work, each=each: resolve(work, each)) for each in (first, second, third)]  # type: ignore[misc]

    merge(site, second, first)
    later = merge(site, third, second)
    assert ends() == [third, third, third]
    deal = make(site, "deal", {"name": "x", "buyer": first, "others": [second, third]})
    row = site.get("ada", "deal", deal)
    assert (row["buyer"], row["others"]) == (third, [third])
    note = make(site, "note", {"about": {"entity": "person", "id": first}})
    assert site.get("ada", "note", note)["about"] == {"entity": "person", "id": third}
    undo(site, later.id)
    assert ends() == [second, second, third]


def test_comments_and_history_are_the_survivors(site: Site) -> None:
    first, second = make(site, "person", {"name": "a"}), make(site, "person", {"name": "b"})
    said = site.act("ada", lambda work: comment(work, "person", second, "Called her"))
    done = merge(site, first, second)
    events = site.act("ada", lambda work: record_events(work, "person", first), write=False).items
    assert {"record.commented", "record.merged", "record.absorbed", "record.created"} <= {each.kind for each in events}
    site.act("ada", lambda work: remove_comment(work, "person", first, said.id))
    undo(site, done.id)
    events = site.act("ada", lambda work: record_events(work, "person", first), write=False).items
    assert [each.kind for each in events] == [
        "record.merge_undone", "record.comment_removed", "record.absorbed", "record.created"
    ]  # fmt: skip


def test_files_move(site: Site) -> None:
    first, second = make(site, "person", {"name": "a"}), make(site, "person", {"name": "b"})

    def put(person: str, field: str) -> str:
        slot = site.act("ada", lambda work: find_slot(work, "person", person, field), write=False)
        received = receive(site.services, slot, "x.txt", BytesIO(f"{person}{field}".encode()))
        return site.act("ada", lambda work: attach(work, slot, received))[0].id

    photo, paper, other = put(second, "photo"), put(second, "papers"), put(first, "papers")
    done = merge(site, first, second)
    row = site.get("ada", "person", first)
    assert (row["photo"], row["papers"]) == (photo, [other, paper])
    infos = [site.act("ada", lambda work, each=each: open_file(work, each))[0] for each in (photo, paper)]  # type: ignore[misc]
    assert {each.record_id for each in infos} == {first}
    undo(site, done.id)
    assert site.get("ada", "person", second)["papers"] == [paper]
    assert site.get("ada", "person", first)["photo"] is None
    info, _ = site.act("ada", lambda work: open_file(work, photo))
    assert info.record_id == second


def test_rights_are_asked(site: Site) -> None:
    """L52: change the one that stays, archive those that go; what one can't see isn't there."""
    mine, other = make(site, "person", {"name": "a"}, "bora"), make(site, "person", {"name": "b"})
    hidden = make(site, "person", {"name": "c", "city": "Gizli"})
    for survivor, goes in ((mine, other), (other, mine)):
        assert [each.code for each in planned(site, survivor, goes, who="bora").refusals] == ["denied"]
        with pytest.raises(AccessDenied):
            merge(site, survivor, goes, who="bora")
    with pytest.raises(NotFound):
        merge(site, mine, hidden, who="bora")
    with pytest.raises(AccessDenied):
        merge(site, mine, other, who="cem")
    also = make(site, "person", {"name": "d"}, "bora")
    done = merge(site, mine, also, who="bora")
    with pytest.raises(AccessDenied):
        undo(site, done.id, who="cem")
    undo(site, done.id, who="bora")


def test_what_was_seen_must_still_be_so(site: Site) -> None:
    first, second = make(site, "person", {"name": "a"}), make(site, "person", {"name": "b"})
    with pytest.raises(StaleVersion):
        merge(site, first, second, versions={first: 1, second: 7})
    merge(site, first, second, versions={first: 1, second: 1})
    with pytest.raises(Conflict):
        merge(site, first, second)


@pytest.mark.parametrize(
    "more",
    [{"take": {"name": "x"}}, {"take": {"name": ALL}}, {"take": {"code": "x"}}, {"take": {"nothing": "x"}}],
    ids=["nobody", "no-list", "number", "unknown"],
)
def test_what_makes_no_sense_is_refused(site: Site, more: Any) -> None:
    first, second = make(site, "person", {"name": "a"}), make(site, "person", {"name": "b"})
    with pytest.raises(BadRequest):
        merge(site, first, second, **more)
    with pytest.raises(BadRequest):
        merge(site, first, first)
    with pytest.raises(BadRequest):
        merge(site, first)


def test_values_are_checked_as_in_any_save(site: Site) -> None:
    first, second = make(site, "person", {"name": "a", "vat": "1"}), make(site, "person", {"name": "b", "vat": "2"})
    merge(site, first, second, take={"vat": second})
    assert site.get("ada", "person", first)["vat"] == "2"
    third = make(site, "person", {"name": "c"})
    gone = make(site, "person", {"name": "d"})
    site.act("ada", lambda work: archive_record(work, "person", gone))
    with pytest.raises(Conflict):
        merge(site, third, gone)
    with pytest.raises(RecordRejected):
        make(site, "person", {"name": "e", "vat": "2"})


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_merges_at_once_one_wins(site: Site, attempt: int) -> None:
    """L52: crosswise at that; nothing is lost, nobody is archived twice."""
    first, second = (make(site, "person", {"name": f"{name}{attempt}"}) for name in "ab")
    deals = [make(site, "deal", {"name": "x", "buyer": each}) for each in (first, second)]
    start = threading.Barrier(2)
    outcomes: list[object] = []

    def go(survivor: str, other: str) -> None:
        start.wait()
        try:
            outcomes.append(merge(site, survivor, other))
        except KalipError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=go, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [each for each in outcomes if isinstance(each, Merged)]
    (lost,) = [each for each in outcomes if not isinstance(each, Merged)]
    assert isinstance(lost, Conflict)
    assert {site.get("ada", "deal", each)["buyer"] for each in deals} == {won.survivor}
    assert site.act("ada", lambda work: get_record(work, "person", won.survivor))["archived_at"] is None
