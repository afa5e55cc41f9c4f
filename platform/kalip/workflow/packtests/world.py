"""The little world of one case: its moment, its users and its records by key, inside one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from kalip.access import SYSTEM, Actor, Identity, hash_secret, make_actor
from kalip.base.errors import KalipError
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
from kalip.records import SaveRecord, Work, archive_record, find_entity, save_record
from kalip.records.rules import rules_of
from kalip.records.saving import Grounds
from kalip.storage import User, add_user
from kalip.workflow.rules.rehearsing import Rehearsal

Data = Mapping[str, object]
SYSTEM_NAME = "system"


class CaseError(KalipError):
    """A test that can't be run as it is written."""

    code = "W190"


@dataclass(slots=True)
class CaseWorld:
    """What the steps of a case act on. `keys` are the ids of records by key, `entities` their entities."""

    work: Work
    now: datetime
    actors: dict[str, Actor] = field(default_factory=lambda: {SYSTEM_NAME: SYSTEM})
    keys: dict[str, str] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)
    rehearsal: Rehearsal | None = None

    def run_rules(self, after: timedelta) -> Rehearsal:
        """Let time go by, and do all that rules and clocks do meanwhile."""
        if self.rehearsal is None:
            raise CaseError("Rules run in 'when' alone.")
        before, self.now = self.now, self.now + after
        self.rehearsal.run(before, self.now)
        return self.rehearsal

    def open_rules(self) -> None:
        """From now on rules see what happens: what is given starts none."""
        self.rehearsal = Rehearsal(self._work_as)
        self.rehearsal.skip()

    def _work_as(self, user_id: str | None, now: datetime | None) -> Work:
        actor = next((each for each in self.actors.values() if user_id is not None and each.id == user_id), SYSTEM)
        return work_of(self.work, actor, now or self.now)

    def as_actor(self, name: str) -> Work:
        """The unit of work as it looks to an actor: same transaction, own rights."""
        if name not in self.actors:
            raise CaseError("There is no actor '{name}'.", hint=did_you_mean(name, self.actors), params={"name": name})
        return work_of(self.work, self.actors[name], self.now)

    def record(self, key: object) -> tuple[str, str]:
        """Entity and id of a record by its key."""
        if key not in self.keys:
            hint = did_you_mean(str(key), self.keys)
            raise CaseError("There is no record '{key}'.", hint=hint, params={"key": str(key)})
        return self.entities[str(key)], self.keys[str(key)]

    def key_of(self, record_id: str) -> str:
        """The key of a record by its id, or the id itself."""
        return next((key for key, known in self.keys.items() if known == record_id), record_id)

    def resolved(self, value: object) -> object:
        """A JSON value with `{"record": …}` and `{"actor": …}` replaced by ids."""
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        if not isinstance(value, Mapping):
            return value
        if set(value) == {"record"}:
            return self.record(value["record"])[1]
        if set(value) == {"actor"}:
            return self.as_actor(str(value["actor"])).actor.id
        return {key: self.resolved(each) for key, each in value.items()}

    def values(self, said: object) -> dict[str, object]:
        """The values of a step."""
        return {name: self.resolved(value) for name, value in cast("Data", said or {}).items()}

    def remember(self, key: str, entity: str, record_id: str) -> None:
        """Name a record."""
        self.keys[key] = record_id
        self.entities[key] = entity

    def add_actors(self, said: Data) -> None:
        """Make the users of the tests."""
        for name, data in said.items():
            told = cast("Data", data)
            roles = tuple(cast("Data", told.get("roles", {})))
            email = f"{name}@{hash_secret(name)[:8]}.example"
            person = Identity(new_id(), name.capitalize(), email, str(told.get("locale", "en")))
            user = User(person.id, person.name, email, roles, person.locale, "UTC", True, None, self.now)
            add_user(self.work.session, user)
            self.actors[name] = make_actor(self.work.model, person, roles)

    def add_given(self, said: Data) -> None:
        """Make the given records as the system, in the order written."""
        for key, data in said.items():
            self._give(key, cast("Data", data))

    def _give(self, key: str, data: Data) -> None:
        work = self.as_actor(SYSTEM_NAME)
        entity = find_entity(work, str(data["entity"])).name
        values = self.values(data.get("values"))
        if "owner" in data:
            values["owner"] = self.as_actor(str(data["owner"])).actor.id
        grounds = _placed(work, entity, data)
        saved = save_record(work, SaveRecord(entity, values), grounds)
        self.remember(key, entity, saved.id)
        if data.get("archived"):
            archive_record(work, entity, saved.id)


def work_of(work: Work, actor: Actor, now: datetime) -> Work:
    """A unit of work for another actor and moment, in the same transaction."""
    today = now.astimezone(ZoneInfo(actor.timezone)).date()
    return replace(work, actor=actor, now=now, context=replace(work.context, now=now, today=today, actor=actor.context))


def _placed(work: Work, entity: str, data: Data) -> Grounds:
    """Put a record straight into a stage: no guard, no effects, nothing demanded."""
    pipelines = rules_of(work.served, entity).entity.pipelines
    if "stage" not in data and "pipeline" not in data:
        return Grounds()
    stage, name = data.get("stage"), data.get("pipeline")
    fitting = [each for each in pipelines.values() if name in (None, each.name) and stage in (None, *each.stages)]
    chosen = next((each for each in fitting if each.default), fitting[0] if fitting else None)
    if chosen is None:
        params = {"entity": entity, "stage": stage, "pipeline": name}
        raise CaseError("'{entity}' has no stage '{stage}' in a pipeline '{pipeline}'.", params=params)
    forced = {"pipeline": chosen.name, "stage": stage or chosen.first.name, "stage_since": work.now}
    return Grounds(forced=forced, placed=True)
