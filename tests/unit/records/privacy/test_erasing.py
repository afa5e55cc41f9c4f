"""Erasing a person: planned, done as planned, proven, and nothing left in the database, the index or the files."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from kalip.base.errors import AccessDenied, Conflict, NotFound, RecordRejected
from kalip.records import archive_record, get_record, record_events, search_records
from kalip.records.privacy import (
    EraseSubject,
    candidates,
    erase,
    find_proof,
    plan_erasure,
    proof_digest,
    put_hold,
    settle_erasures,
)
from kalip.storage import Database
from kalip.storage.privacy import Erasure
from tests.support.personal import CANARY, MAIL, PHONE
from tests.support.site import Site


def erase_person(site: Site, contact: str, who: str = "ada") -> Erasure:
    command = EraseSubject((("contact", contact),), "They asked for it")
    plan = site.act(who, lambda work: plan_erasure(work, command), write=False)
    also = tuple((each.entity, each.id) for each in plan.person.mentions)
    command = EraseSubject((("contact", contact),), "They asked for it", also=also)
    plan = site.act(who, lambda work: plan_erasure(work, command), write=False)
    command = EraseSubject((("contact", contact),), "They asked for it", also=also, plan=plan.token)
    done = site.act(who, lambda work: erase(work, command))
    settle_erasures(site.services, spared=timedelta(seconds=-1))
    return done


def dumped(database: Database) -> str:
    """Every value of every table as text: folded, so that indexed words are found too."""
    with database.read() as session:
        if session.dialect == "sqlite":
            raw = session.connection.connection.driver_connection
            assert raw is not None
            return "\n".join(raw.iterdump()).casefold()
        names = session.run(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
        rows = [session.run(text(f'SELECT t::text FROM "{name}" t')).scalars() for name in list(names)]  # noqa: S608
        return "\n".join(each for some in rows for each in some).casefold()


def traces_of(site: Site, folder: Path) -> list[str]:
    """Which of the person's texts are left anywhere."""
    found = dumped(site.services.database)
    files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and "sqlite3" not in path.name)
    hexed = CANARY.casefold().encode().hex()
    wanted = (CANARY, "zumrutkanarya", MAIL, PHONE)
    left = [each for each in wanted if each.casefold() in found or each.encode() in files]
    return [*left, *([hexed] if hexed in found else [])]


def test_it_works(both: Site, ids: dict[str, str], tmp_path: Path) -> None:
    """Five entities with children, files, events and index: no trace but the proof."""
    assert set(traces_of(both, tmp_path)) >= {CANARY, MAIL, PHONE}
    proof = erase_person(both, ids["contact"])
    assert traces_of(both, tmp_path) == []
    assert (proof.counts["records emptied"], proof.counts["records deleted"]) == (4, 2)
    assert (proof.counts["files"], proof.counts["accounts"]) == (3, 1)
    kept = both.act("ada", lambda work: find_proof(work, proof.id), write=False)
    assert kept.digest == proof_digest(kept)
    assert kept.pending == []
    row = both.get("ada", "contact", ids["contact"])
    assert (row["sector"], row["phone"], row["photo"], row["notes"]) == ("steel", None, None, None)
    assert row["email"].endswith("@erased.invalid")
    with pytest.raises(NotFound):
        both.get("ada", "lead", ids["lead"])
    assert both.get("ada", "order", ids["order"])["remark"] is None
    assert both.act("ada", lambda work: search_records(work, CANARY), write=False) == ()
    events = both.act("ada", lambda work: record_events(work, "contact", ids["contact"]), write=False).items
    assert events[0].kind == "record.erased"
    assert len(events) == 5


def test_what_a_plan_says(site: Site, ids: dict[str, str]) -> None:
    command = EraseSubject((("contact", ids["contact"]),))
    plan = site.act("ada", lambda work: plan_erasure(work, command), write=False)
    said = {each.found.entity: (each.found.how, each.action, each.fields) for each in plan.steps}
    assert said["contact"] == ("chosen", "empty", ("name", "email", "phone", "notes", "photo"))
    assert said["place"] == ("part", "empty", ("street",))
    assert said["lead"] == ("same", "delete", ())
    assert said["ticket"] == ("about", "empty", ("text",))
    assert said["call"] == ("about", "delete", ())
    assert [each.id for each in plan.person.mentions] == [ids["order"]]
    assert plan.beside["files"] == 2
    assert site.get("ada", "contact", ids["contact"])["email"] == MAIL


def test_nothing_is_done_that_was_not_planned(site: Site, ids: dict[str, str]) -> None:
    roots = (("contact", ids["contact"]),)
    with pytest.raises(RecordRejected):
        site.act("ada", lambda work: erase(work, EraseSubject(roots)))
    plan = site.act("ada", lambda work: plan_erasure(work, EraseSubject(roots)), write=False)
    site.save("ada", "contact", {"sector": "food"}, ids["contact"])
    with pytest.raises(Conflict):
        site.act("ada", lambda work: erase(work, EraseSubject(roots, "asked", plan=plan.token)))
    with pytest.raises(NotFound):
        site.act("ada", lambda work: plan_erasure(work, EraseSubject((("contact", ids["lead"]),))), write=False)


@pytest.mark.parametrize("who", ["bora", "cem"])
def test_only_officers_may(site: Site, ids: dict[str, str], who: str) -> None:
    with pytest.raises(AccessDenied):
        site.act(who, lambda work: plan_erasure(work, EraseSubject((("contact", ids["contact"]),))), write=False)
    with pytest.raises(AccessDenied):
        site.act(who, lambda work: candidates(work, MAIL), write=False)


def test_what_is_held_stays(site: Site, ids: dict[str, str]) -> None:
    """R14: erasure is blocked by a hold, which is named."""
    site.act("ada", lambda work: put_hold(work, [("ticket", ids["ticket"])], "Lawsuit 7", person=False))
    proof = erase_person(site, ids["contact"])
    assert proof.kept == [["ticket", ids["ticket"], "Lawsuit 7"]]
    assert CANARY in site.get("ada", "ticket", ids["ticket"])["text"]
    assert site.get("ada", "contact", ids["contact"])["notes"] is None


def test_a_person_on_hold_stays_wherever_found(site: Site, ids: dict[str, str]) -> None:
    site.act("ada", lambda work: put_hold(work, [("contact", ids["contact"])], "Audit", person=True))
    command = EraseSubject((("lead", ids["lead"]),), "asked")
    plan = site.act("ada", lambda work: plan_erasure(work, command), write=False)
    done = {each.found.entity: each.action for each in plan.steps}
    assert (done["lead"], done["contact"]) == ("stay", "stay")


def test_who_is_somebody_else_is_left_out(site: Site, ids: dict[str, str]) -> None:
    other = site.save("ada", "lead", {"topic": "Shared box", "email": MAIL}).id
    roots, without = (("contact", ids["contact"]),), (("lead", other),)
    plan = site.act("ada", lambda work: plan_erasure(work, EraseSubject(roots, without=without)), write=False)
    assert ("lead", other) not in plan.person.keys
    assert ("lead", ids["lead"]) in plan.person.keys


def test_a_record_that_others_need_is_emptied_instead(site: Site, ids: dict[str, str]) -> None:
    site.save("ada", "order", {"from_lead": ids["lead"]}, ids["order"])
    plan = site.act("ada", lambda work: plan_erasure(work, EraseSubject((("lead", ids["lead"]),))), write=False)
    step = next(each for each in plan.steps if each.found.entity == "lead")
    assert (step.action, step.fields) == ("empty", ("email", "topic"))


def test_archived_ones_are_found_too(site: Site, ids: dict[str, str]) -> None:
    site.act("ada", lambda work: archive_record(work, "contact", ids["contact"]))
    for said in (MAIL, "0532 111 22 33", CANARY, f"nil {CANARY.lower()}"):
        found = site.act("ada", lambda work, said=said: candidates(work, said), write=False)  # type: ignore[misc]
        assert ids["contact"] in {each.id for each in found}, said
    assert site.act("ada", lambda work: get_record(work, "contact", ids["contact"]), write=False)["archived_at"]
