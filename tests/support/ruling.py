"""A site whose deals have the rules that a test writes, with its background work run when the test says so."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kalip.base.text import Text
from kalip.jobs.handlers import all_background
from kalip.jobs.reading import read_events
from kalip.jobs.schedule import fire_due
from kalip.runtime import Action, ActionContext, ActionResult
from kalip.storage.rule_runs import StoredRun, list_runs
from kalip.workflow import ApplyTransition, apply_transition
from tests.support.background import QUICK, Yard
from tests.support.ruled import a_ruled_pack
from tests.support.site import Site, a_site


def _remind(context: ActionContext) -> ActionResult:
    return ActionResult({"note": f"reminded after {context.arguments['days']} days"})


REMIND = Action("remind", Text.of("Remind"), _remind, {"days": {"type": "integer"}}, ("days",))


@dataclass
class Ruling:
    """A site with rules. `work` runs everything that is due, however much that leads to."""

    site: Site
    yard: Yard

    def work(self, *, hours: float = 0) -> None:
        """Move the clock on, then read events, fire what recurs and run jobs until there is nothing left."""
        self.site.clock.moment += timedelta(hours=hours)
        office = self.yard.office
        for _ in range(60):
            fired = fire_due(self.site.services, office.background.recurring)
            read = read_events(self.site.services, office.background.consumers)
            if not (fired or read or self.yard.run_all()):
                return
            self.yard.run_all()

    def make(self, who: str = "ada", /, **values: Any) -> str:
        """Make a deal; its id."""
        return self.site.save(who, "deal", {"name": "Bolts", **values}).id

    def change(self, record_id: str, who: str = "ada", /, **values: Any) -> None:
        """Change a deal."""
        self.site.save(who, "deal", values, record_id)

    def move(self, record_id: str, stage: str, who: str = "ada") -> None:
        """Move a deal to a stage."""
        self.site.act(who, lambda work: apply_transition(work, ApplyTransition("deal", record_id, target=stage)))

    def deal(self, record_id: str) -> dict[str, Any]:
        """A deal as it is."""
        return self.site.get("ada", "deal", record_id)

    def runs(self, rule: str = "", record_id: str | None = None) -> list[StoredRun]:
        """The run log, oldest first."""
        address = f"deal.{rule}" if rule else None
        with self.site.services.database.read() as session:
            return list_runs(session, rule=address, record_id=record_id, limit=500)[::-1]

    def states(self, rule: str = "") -> list[str]:
        """What became of the runs of a rule, oldest first."""
        return [run.state for run in self.runs(rule)]


@contextmanager
def a_ruling(url: str, document: Mapping[str, Any]) -> Iterator[Ruling]:
    """A site with this rules.json of deals; what was there before its jobs begin starts nothing."""
    pack = a_ruled_pack(dict(document)).with_role("boss", administrator=True)
    with a_site(url, pack, actions={"remind": REMIND}) as site:
        background = all_background()
        ruling = Ruling(site, Yard(site, background.handlers, background.consumers, background.recurring, QUICK))
        # The second time recurring work is due for the first time, and rules of time begin.
        ruling.work()
        ruling.work(hours=0.01)
        yield ruling
