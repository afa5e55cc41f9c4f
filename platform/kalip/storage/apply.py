"""Applies a plan: every step or none, in the transaction of a publisher."""

from datetime import datetime

from kalip.base.clock import system_clock
from kalip.storage.catalogue import change_column
from kalip.storage.errors import ReadOnlySession
from kalip.storage.plan import Plan
from kalip.storage.session import Session


def apply(session: Session, plan: Plan, now: datetime | None = None) -> None:
    """Run the steps of a plan in a session of `database.publish()`, which commits them or undoes them all.

    Make the plan in the same session, so that nothing changes in between.
    """
    if not session.writable:
        raise ReadOnlySession("a plan needs a session that writes")
    moment = now or system_clock()
    if session.dialect == "sqlite":
        session.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for step in plan.steps:
        step.run(session, moment)
    for column in plan.notes:
        change_column(session, column.name, column)
