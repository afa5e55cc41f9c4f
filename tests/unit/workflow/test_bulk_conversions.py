"""What a job converted is taken back by another, by the rules of single conversions. L58"""

from pathlib import Path
from typing import Any

from kalip.records import SaveRecord, save_record
from kalip.records.bulk_jobs import BulkCommand, enqueue_bulk
from kalip.records.bulk_undo import enqueue_undo
from kalip.records.job_desk import job_of
from kalip.storage import StoredConversion, StoredJob, conversions_of_record
from kalip.workflow.bulk_jobs import INVERSES
from kalip.workflow.conversions import undo_conversion
from kalip.workflow.conversions.many import BULK_CONVERT, JOB_HANDLERS
from tests.support.background import Yard
from tests.support.converting import EVERYTHING, SalesSite, a_sales_site


def undone(sales: SalesSite, job_id: str) -> str:
    return sales.act(sales.rep, lambda work: enqueue_undo(work, job_id, INVERSES))


def job(sales: SalesSite, job_id: str) -> StoredJob:
    return sales.act(sales.rep, lambda work: job_of(work, job_id), write=False)


def stages(sales: SalesSite, leads: list[str]) -> list[object]:
    return [sales.get("lead", each)["stage"] for each in leads]


def made_of(sales: SalesSite, lead: str) -> StoredConversion:
    return sales.act(None, lambda work: conversions_of_record(work.session, "lead", lead)[0], write=False)


def test_it_works(database_url: str, tmp_path: Path) -> None:
    with a_sales_site(database_url, tmp_path) as sales:
        site: Any = sales.site
        yard = Yard(site, JOB_HANDLERS)
        names = ("Ak", "Boz", "Çam", "Dal")
        leads = [sales.lead(company_name=name, email=f"{name}@x.example", mobile=None) for name in names]
        # The first was begun by hand, the last was converted by hand.
        assert sales.convert(leads[0], targets=EVERYTHING, steps="next").state == "open"
        arguments = {"conversion": "qualify", "duplicates": "create"}
        command = BulkCommand("lead", leads, "convert", arguments, BULK_CONVERT)
        job_id = sales.act(sales.rep, lambda work: enqueue_bulk(work, command))
        yard.run_all()
        assert stages(sales, leads) == ["qualified"] * 4
        made = {each.entity: each.record_id for each in made_of(sales, leads[1]).results}
        worked_on = SaveRecord("deal", {"name": "Ours"}, made["deal"])
        sales.act(sales.rep, lambda work: save_record(work, worked_on))
        by_hand = made_of(sales, leads[2]).id
        sales.act(sales.rep, lambda work: undo_conversion(work, by_hand))
        taken = undone(sales, job_id)
        assert undone(sales, job_id) == taken
        yard.run_all()
        assert stages(sales, leads) == ["qualified", "qualified", "qualifying", "qualifying"]
        refused = (job(sales, taken).result or {})["refused"]
        assert [each["id"] for each in refused] == leads[:2]
        assert [each["message"] for each in refused] == [
            "This conversion was begun before, by itself; undo it by itself.",
            "Somebody has worked on what was made: {target}.",
        ]
