"""Applies a plan: every step or none, in the transaction of a publisher."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from kalip.base.clock import system_clock
from kalip.storage.catalogue import change_column
from kalip.storage.clashes import clashes
from kalip.storage.errors import PlanRefused, ReadOnlySession
from kalip.storage.index_steps import CreateIndex
from kalip.storage.plan import Plan
from kalip.storage.session import Session
from kalip.storage.step import Step


def apply(session: Session, plan: Plan, now: datetime | None = None, *, background: bool = False) -> None:
    """Run the steps of a plan in a session of `database.publish()`, which commits them or undoes them all.

    With `background` those that go on are only begun: the caller sees to it that they are done.

    Make the plan in the same session, so that nothing changes in between. Raises PlanRefused when what a step writes
    breaks a unique key.
    """
    if not session.writable:
        raise ReadOnlySession("a plan needs a session that writes")
    moment = now or system_clock()
    if session.dialect == "sqlite":
        session.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for step in plan.steps:
        try:
            with session.savepoint():
                if background and step.goes_on:
                    step.begin(session, moment)
                else:
                    step.run(session, moment)
        except IntegrityError as error:
            raise PlanRefused(_breaches(session, step)) from error
    for column in plan.notes:
        change_column(session, column.name, column)


def _breaches(session: Session, step: Step) -> tuple[str, ...]:
    """What a step that a unique key stopped would have done."""
    found = tuple(clashes(session, step.spec)) if isinstance(step, CreateIndex) else ()
    return found or (f"{step.describe()}: records would break a unique key; correct them first",)
