"""What was kept for a time is forgotten, once a night."""

import os
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from kalip.base.ids import new_id
from kalip.jobs import all_background
from kalip.jobs.tidying import COLLECT, RECURRING, TIDY, Keeping
from kalip.records import Job
from kalip.storage import Blobs, FileInfo, Mail, add_file, add_mail, count_jobs, get_files, get_mails
from kalip.storage.receipts import Receipt, add_receipt, get_receipt
from tests.support.background import Yard, noting
from tests.support.site import Site

KEPT = timedelta(days=30)


def test_jobs_that_are_done_are_forgotten_in_time(site: Site) -> None:
    handlers = {**all_background(Keeping(KEPT)).handlers, "note": noting([])}
    yard = Yard(site, handlers)
    ada = site.actors["ada"].id
    yard.put(Job("note", {}, "mine", actor=ada))
    yard.put(Job("note", {}, "nobodys"))
    assert yard.run_all() == 2
    for days, left in ((3, {"done": 2}), (30, {"done": 1})):
        site.clock.move(days=days)
        yard.put(Job(TIDY, {}, f"tidy {days}"))
        assert yard.run_all() == 1
        with site.services.database.read() as session:
            assert count_jobs(session) == left


def test_every_kind_that_recurs_has_a_handler() -> None:
    background = all_background()
    assert {each.kind for each in background.recurring} <= background.handlers.keys()
    assert set(RECURRING) <= set(background.recurring)
    for names in ([each.name for each in background.recurring], [each.name for each in background.consumers]):
        assert len(set(names)) == len(names)


def test_what_came_in_is_emptied_and_old_mails_go(site: Site) -> None:
    """What failed, and what a record's field names, stays."""
    now = site.clock.moment
    files = {name: a_file(site, field=field) for name, field in (("raw", None), ("came", None), ("own", "plan"))}
    receipt = Receipt("r1", "mail", "sales", "<a@x> 1", now, "deal", "made", sender="a@x", raw_file=files["raw"])
    failed = replace(receipt, id="r2", identity="<b@x> 1", state="failed", raw_file=None, payload={"uid": 1})
    mail = Mail("m1", "in", "received", "<a@x>", "m1", "a@x", (), "Hi", "", now, files=(files["came"], files["own"]))
    with site.services.database.beside() as session:
        for each in (receipt, failed):
            add_receipt(session, each)
        add_mail(session, mail)
        add_mail(session, replace(mail, id="m2", direction="out", state="queued", files=()))
    keeping = Keeping(receipts=timedelta(days=10), mails=timedelta(days=20))
    yard = Yard(site, all_background(keeping).handlers)
    told = []
    for days in (5, 10, 10):
        site.clock.move(days=days)
        yard.put(Job(TIDY, {}, f"tidy {days} {site.clock.moment}"))
        yard.run_all()
        with site.services.database.read() as session:
            found = (get_receipt(session, "r1"), get_receipt(session, "r2"))
            left = sorted(name for name, each in files.items() if get_files(session, [each]))
            told.append(([each.sender for each in found if each], sorted(get_mails(session, ["m1", "m2"])), left))
    assert told == [
        (["a@x", "a@x"], ["m1", "m2"], ["came", "own", "raw"]),
        (["", "a@x"], ["m1", "m2"], ["came", "own"]),
        (["", "a@x"], ["m2"], ["own"]),
    ]


def test_contents_that_nothing_names_are_removed(site: Site, tmp_path: Path) -> None:
    """In two nights: the first notes them. A site without files has nothing to do."""
    blobs = Blobs(tmp_path / "files")
    told = []
    for night, services in enumerate((site.services, replace(site.services, blobs=blobs))):
        yard = Yard(replace(site, services=services), all_background().handlers)
        sha256 = blobs.write(BytesIO(b"hello")).sha256
        for turn in range(2):
            yard.put(Job(COLLECT, {}, f"{night} {turn}"))
            assert yard.run_all() == 1
            told.append(yard.job(f"{night} {turn}").result)
            for path in (blobs.path(sha256), *(blobs.root / "unnamed").glob("*")):
                os.utime(path, (0, 0)) if path.exists() else None
    nothing = {"removed": 0, "bytes": 0, "waiting": 0}
    assert told == [nothing, nothing, {**nothing, "waiting": 1}, {"removed": 1, "bytes": 5, "waiting": 0}]


def a_file(site: Site, field: str | None) -> str:
    """A file's row; nobody reads its bytes here."""
    info = FileInfo(new_id(), "a.txt", "text/plain", 1, "0" * 64, site.clock.moment, None, "deal", new_id(), field)
    with site.services.database.beside() as session:
        add_file(session, info)
    return info.id
