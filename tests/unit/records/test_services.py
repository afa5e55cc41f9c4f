"""Units of work: one commit, retries, and two writers of one version."""

import threading

import pytest

from kalip.base.errors import KalipError, StaleVersion
from kalip.records import SaveRecord, Services, Work, run, save_record, unit_of_work
from kalip.storage import Event
from tests.support.site import Site


def test_an_error_undoes_everything(site: Site) -> None:
    def command(work: Work) -> None:
        save_record(work, SaveRecord("company", {"name": "A", "vat": "1"}))
        raise KeyError

    with pytest.raises(KeyError):
        site.act("ada", command)
    site.save("ada", "company", {"name": "B", "vat": "1"})


def test_two_writers_of_one_version(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "x"})
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def change(name: str) -> None:
        together.wait()
        try:
            site.act("bora", lambda work: save_record(work, SaveRecord("deal", {"name": name}, deal.id, version=1)))
            outcomes.append("saved")
        except StaleVersion:
            outcomes.append("stale")

    threads = [threading.Thread(target=change, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", "stale"]
    assert site.get("bora", "deal", deal.id)["version"] == 2


def test_changes_without_a_version_are_all_kept(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "x"})

    def change(number: int) -> None:
        for round_ in range(5):
            site.save("bora", "deal", {("reference", "secret", "lost_reason")[number]: f"{round_}"}, deal.id)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = site.get("bora", "deal", deal.id)
    assert (record["reference"], record["secret"], record["lost_reason"], record["version"]) == ("4", "4", "4", 16)


def test_numbers_given_by_several_writers_have_no_gap(site: Site) -> None:
    def make() -> None:
        for _ in range(5):
            site.save("bora", "deal", {"name": "x"})

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = site.save("bora", "deal", {"name": "x"})
    assert site.get("bora", "deal", last.id)["number"] == "D-2026-0016"


def test_listeners_hear_what_was_committed(site: Site) -> None:
    heard: list[object] = []

    def listen(event: object) -> None:
        heard.append(event)
        raise RuntimeError("a bad listener")

    services = Services(site.services.database, site.services.runtime, announce=listen)
    run(services, site.actors["bora"], lambda work: save_record(work, SaveRecord("deal", {"name": "x"})))
    with pytest.raises(KalipError):
        run(services, site.actors["bora"], lambda work: save_record(work, SaveRecord("deal", {})))
    assert [event["kind"] for event in heard if isinstance(event, dict)] == ["record.created"]


def test_a_reading_work_writes_nothing(site: Site) -> None:
    with (
        pytest.raises(KalipError),
        unit_of_work(site.services, site.actors["ada"]) as work,
    ):
        save_record(work, SaveRecord("company", {"name": "A"}))


def test_all_events_of_a_command_share_a_correlation(site: Site) -> None:
    def command(work: Work) -> list[Event]:
        save_record(work, SaveRecord("deal", {"name": "x", "lines": [{"quantity": 1}]}))
        return work.events

    events = site.act("bora", command)
    assert [event.entity for event in events] == ["deal", "deal_line"]
    assert len({event.correlation for event in events}) == 1
