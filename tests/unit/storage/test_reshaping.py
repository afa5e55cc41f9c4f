"""Random sequences of metadata changes over tables with records: U6 and what the issue asks to be true after each."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from kalip.runtime import Served
from kalip.storage import Database, PlanRefused, apply, make_database, plan, upgrade_own_tables
from kalip.storage.catalogue import live_columns, live_tables
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.kept import NOON, Kept
from tests.support.postgres import fresh_database

NAMES = ("size", "code", "kind", "extra")
TYPES: dict[str, dict[str, Any]] = {
    "text": {},
    "integer": {},
    "choice": {"choices": "kinds"},
    "money": {"currency": "TRY"},
    "boolean": {},
    "date": {},
}
CHOICES = ("red", "green", "blue", "black")
STAGES = ("new", "talk", "won", "lost")
TEXTS = st.sampled_from(("1", "007", "red", "Red", "12.50", "yes", "2026-02-28", "x"))

Shape = dict[str, Any]


def served_of(shape: Shape) -> Served:
    """The model that a shape describes."""
    thing = an_entity("thing").with_field("name", "text")
    for name, said in shape["fields"].items():
        options = dict(said)
        thing.with_field(name, options.pop("type"), **options)
    stages = {stage: {"was": list(was)} if was else {} for stage, was in shape["stages"].items()}
    thing.with_document("pipelines/flow", {"stages": stages})
    choices = {value: {"was": list(was)} if was else {} for value, was in shape["choices"].items()}
    return a_served(a_pack().with_choices("kinds", **choices).with_entity(thing))


class Reshaping(RuleBasedStateMachine):
    """A database, the shape published in it, and the state before the last publish."""

    database: Database

    @initialize()
    def begin(self) -> None:
        """An entity with a field, a list of two choices, a pipeline of two stages."""
        self.shape: Shape = {
            "fields": {"size": {"type": "text"}},
            "choices": {"red": (), "green": ()},
            "stages": {"new": (), "talk": ()},
        }
        self.kept = Kept(self.database)
        self.published = served_of(self.shape)
        self._apply(self.published)
        self.before: tuple[Shape, dict[str, Any]] | None = None

    @rule(texts=st.lists(TEXTS, min_size=1, max_size=3), data=st.data())
    def fill(self, texts: list[str], data: st.DataObject) -> None:
        """Records come, with a value in each field that takes it."""
        for text in texts:
            values: dict[str, Any] = {
                "pipeline": "flow",
                "stage": data.draw(st.sampled_from(list(self.shape["stages"]))),
            }
            for name, field in self.published.model.entities["thing"].fields.items():
                kind = self.published.types[field.type]
                try:
                    value = kind.parse_text(field, text)
                except Exception:  # noqa: BLE001, S112 - what the type can't read is left out
                    continue
                values[name] = value if not kind.validate(field, value) else None
            self.kept.put(self.published, "thing", **values)
        self.before = None

    @rule(name=st.sampled_from(NAMES), type_=st.sampled_from(sorted(TYPES)))
    def add_or_retype(self, name: str, type_: str) -> None:
        """A field comes, comes back, or gets another type."""
        said = {key: value for key, value in self.shape["fields"].get(name, {}).items() if key == "was"}
        self._publish(fields={**self._without(name), name: {"type": type_, **TYPES[type_], **said}})

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        """A field goes."""
        self._publish(fields={key: said for key, said in self.shape["fields"].items() if key != name})

    @rule(data=st.data(), new=st.sampled_from(NAMES))
    def rename(self, data: st.DataObject, new: str) -> None:
        """A field gets a free name."""
        if not self.shape["fields"] or new in self.shape["fields"]:
            return
        old = data.draw(st.sampled_from(list(self.shape["fields"])))
        fields = {key: said for key, said in self._without(new).items() if key != old}
        self._publish(fields={**fields, new: {**self.shape["fields"][old], "was": [old]}})

    @rule(data=st.data(), backfill=st.booleans())
    def require(self, data: st.DataObject, backfill: bool) -> None:
        """A field becomes required or optional, with a back-fill or without."""
        texts = [name for name, said in self.shape["fields"].items() if said["type"] == "text"]
        if not texts:
            return
        name = data.draw(st.sampled_from(texts))
        said = {key: each for key, each in self.shape["fields"][name].items() if key not in ("required", "backfill")}
        if "required" not in self.shape["fields"][name]:
            said |= {"required": True, **({"backfill": "'filled'"} if backfill else {})}
        self._publish(fields={**self.shape["fields"], name: said})

    @rule(part=st.sampled_from(("choices", "stages")), data=st.data())
    def offer(self, part: str, data: st.DataObject) -> None:
        """A choice or stage comes, goes, or takes others over."""
        known = CHOICES if part == "choices" else STAGES
        offered = data.draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
        held = dict(self.shape[part])
        gone = [value for value in (*held, *(was for each in held.values() for was in each)) if value not in offered]
        taken = data.draw(st.sampled_from(("first", "nobody"))) == "first"
        names = {value: tuple(was for was in held.get(value, ()) if was not in offered) for value in offered}
        if taken:
            others = {was for value, each in names.items() if value != offered[0] for was in each}
            names[offered[0]] = tuple(dict.fromkeys(value for value in gone if value not in others))
        self._publish(**{part: names})

    @precondition(lambda self: self.before is not None)
    @rule()
    def take_back(self) -> None:
        """The last publish is taken back: everything is as it was."""
        assert self.before is not None
        shape, everything = self.before
        self.shape, self.published = shape, served_of(shape)
        self._apply(self.published)
        assert self.kept.everything() == everything
        self.before = None

    def _without(self, name: str) -> Shape:
        """The fields, none of which says that it had this name."""
        fields: Shape = deepcopy(self.shape["fields"])
        for said in fields.values():
            if name in said.get("was", ()):
                del said["was"]
        return fields

    def _publish(self, **changed: Any) -> None:
        shape = {**deepcopy(self.shape), **changed}
        served, everything = served_of(shape), self.kept.everything()
        held = self._held()
        try:
            lossy = self._apply(served)
        except PlanRefused:
            assert self.kept.everything() == everything
            return
        now = self._held()
        assert set(now) == set(held)
        assert lossy or all(now[key] >= count for key, count in held.items()), "a value is gone"
        self.before = (self.shape, everything)
        self.shape, self.published = shape, served

    def _apply(self, served: Served) -> bool:
        """Publish; the database fits the model then. Gives whether a step was lossy."""
        with self.database.publish() as session:
            steps = plan(session, served, NOON)
            apply(session, steps, NOON)
        with self.database.read() as session:
            assert plan(session, served, NOON).describe() == ()
            columns = {(column.field, column.part) for column in live_columns(session) if column.retired_at is None}
            assert {table.entity for table in live_tables(session) if table.retired_at is None} == {"thing"}
        wanted = served.model.entities["thing"].attributes
        assert {field for field, _part in columns} == set(wanted)
        return bool(steps.lossy)

    def _held(self) -> dict[str, int]:
        """How much each row shows."""
        rows = self.kept.everything().get("thing", {})
        return {key: sum(value is not None for value in row.values()) for key, row in rows.items()}


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'kalip.sqlite3'}"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_any_sequence_of_changes(kind: str, request: pytest.FixtureRequest) -> None:
    """U6, U7"""
    open_: Callable[[], Any] = _sqlite
    if kind == "postgresql":
        server, worker = request.getfixturevalue("postgres_server"), request.getfixturevalue("worker_name")
        open_ = lambda: fresh_database(server, f"reshaping_{worker}")  # noqa: E731 - the counterpart of _sqlite

    class Machine(Reshaping):
        @initialize()
        def begin(self) -> None:
            self.opened = open_()
            self.database = make_database(self.opened.__enter__())
            upgrade_own_tables(self.database)
            super().begin()

        def teardown(self) -> None:
            if hasattr(self, "opened"):
                self.database.dispose()
                self.opened.__exit__(None, None, None)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=12 if kind == "sqlite" else 6,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        ),
    )
