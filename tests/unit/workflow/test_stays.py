"""Stays in stages: kept with the moves, the same as the event log tells, and kept apart by two who write at once."""

import importlib
import threading
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select

from kalip.base.errors import Conflict
from kalip.storage.migrating import MIGRATIONS
from kalip.storage.own import KalipStay, table_of
from kalip.workflow import (
    ApplyTransition,
    ChangePipeline,
    TakeRecord,
    apply_transition,
    change_pipeline,
    stage_history,
    take_record,
)
from tests.support.cases import case_pack
from tests.support.site import Site, a_site

STAYS = table_of(KalipStay)
COLUMNS = ("entity", "record_id", "pipeline", "stage", "since", "until", "seconds", "actor")


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_site(database_url, case_pack()) as site:
        yield site


def kept(site: Site) -> list[tuple[object, ...]]:
    with site.services.database.read() as session:
        rows = session.run(select(STAYS).order_by(STAYS.c.entity, STAYS.c.record_id, STAYS.c.id))
        return [tuple(getattr(row, name) for name in COLUMNS) for row in rows]


def walked(site: Site) -> None:
    """Two records, one of which goes through two pipelines."""
    first = site.save("bora", "case", {"name": "x", "amount": "5", "note": "x"}).id
    site.save("ada", "case", {"name": "y"})
    for transition in ("examine", "back"):
        site.clock.move(hours=1)
        move = ApplyTransition("case", first, transition)
        site.act("bora", lambda work, move=move: apply_transition(work, move))  # type: ignore[misc]
    site.clock.move(hours=2)
    site.act("bora", lambda work: change_pipeline(work, ChangePipeline("case", first, "short")))


def test_the_event_log_tells_the_same(site: Site) -> None:
    """DY3: what was kept with the moves is worked out from the events of a site that had no such table."""
    walked(site)
    before = kept(site)
    assert len(before) == 5
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with site.services.database.publish() as session:
        config.attributes["connection"] = session.connection
        command.downgrade(config, "0007")
    with site.services.database.publish() as session:
        config.attributes["connection"] = session.connection
        command.upgrade(config, "head")
    assert kept(site) == before


def test_the_migration_has_its_place() -> None:
    migration = importlib.import_module("kalip.storage.migrations.versions.0008_pipelines")
    assert (migration.revision, migration.down_revision) == ("0008", "0007")


def at_once(site: Site, *acts: object) -> list[BaseException | None]:
    """Have several act in threads of their own, as near to each other as can be; what each was told."""
    gate = threading.Barrier(len(acts))
    told: list[BaseException | None] = [None] * len(acts)

    def act(place: int, deed: object) -> None:
        gate.wait()
        try:
            deed()  # type: ignore[operator]
        except Conflict as error:
            told[place] = error

    threads = [threading.Thread(target=act, args=(place, deed)) for place, deed in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_two_drop_the_same_card_at_once_and_one_is_told_why(site: Site) -> None:
    case = site.save("bora", "case", {"name": "x", "amount": "5", "note": "x", "reason": "time"}).id

    def drop(who: str, target: str) -> object:
        move = ApplyTransition("case", case, target=target, leaving="opened")
        return lambda: site.act(who, lambda work: apply_transition(work, move))

    told = at_once(site, drop("bora", "examined"), drop("ada", "dropped"))
    assert [each is None for each in told].count(True) == 1
    loser = next(each for each in told if each is not None)
    stage = site.get("ada", "case", case)["stage"]
    assert "has moved the record meanwhile: it is in" in str(loser)
    assert {"examined": "Examined", "dropped": "Dropped"}[str(stage)] in str(loser)
    stays = site.act("ada", lambda work: stage_history(work, "case", case), write=False)
    assert [each.until is None for each in stays] == [False, True]


def test_two_take_the_same_record_at_once_and_one_has_it(site: Site) -> None:
    """SB2"""
    case = site.save("bora", "case", {"name": "x", "kind": "question"}).id

    def take(who: str) -> object:
        return lambda: site.act(who, lambda work: take_record(work, TakeRecord("case", case)))

    told = at_once(site, take("cem"), take("ada"))
    assert [each is None for each in told].count(True) == 1
    winner = ("cem", "ada")[told.index(None)]
    assert site.get("ada", "case", case)["owner"] == site.actors[winner].id
    assert f"{winner.capitalize()} has taken the record already." in str(told)
