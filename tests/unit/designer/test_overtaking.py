"""A write that publishers overtake again and again gets through: they wait for it once."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from kalip.access import SYSTEM
from kalip.designer import SetValue, Site, load_served
from kalip.records import SaveRecord, get_record, run, save_record
from kalip.runtime import Runtime, Served
from kalip.storage import current_revision
from tests.unit.designer.conftest import LEAD, Publish

pytestmark = pytest.mark.usefixtures("crm")


class Overtaken(Runtime):
    """A runtime where somebody publishes right after each pin."""

    publish: Callable[[], None]

    def pin(self) -> Served:
        """The model, which is the published one no longer."""
        served = super().pin()
        self.publish()
        return served


def test_it_works(site: Site, published: Publish) -> None:
    def probe() -> str | None:
        with site.services.database.read() as session:
            return current_revision(session)

    numbers = count()
    runtime = Overtaken(lambda revision: load_served(site.services.database, site.extensions, revision), probe)
    runtime.publish = lambda: published(SetValue(LEAD, "/label", f"Lead {next(numbers)}"))
    services = replace(site.services, runtime=runtime)
    saved = run(services, SYSTEM, lambda work: save_record(work, SaveRecord("lead", {"name": "Ayşe"})))
    assert next(numbers) == 2
    site.services.runtime.refresh()
    assert run(site.services, SYSTEM, lambda work: get_record(work, "lead", saved.id))["name"] == "Ayşe"
