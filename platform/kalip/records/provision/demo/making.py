"""Makes demo data: believable records from a pack's demo documents, the same for the same seed and moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random

from faker import Faker

from kalip.access import SYSTEM
from kalip.base.errors import KalipError
from kalip.base.ids import new_id
from kalip.fields import FieldFault
from kalip.records.commands import Record, SaveRecord
from kalip.records.naming import find_entity
from kalip.records.provision.demo.documents import Data, EntityDocument, read_demo
from kalip.records.provision.demo.generators import generate
from kalip.records.provision.demo.moments import moment_json
from kalip.records.provision.demo.organisation import make_organisation, make_shares
from kalip.records.provision.demo.people import make_users
from kalip.records.provision.demo.world import DemoError, Made, Making, Values, World
from kalip.records.rules import EntityRules, rules_of
from kalip.records.saving import Draft, Grounds, make_draft, save_drafts
from kalip.records.services import Services, Work, run
from kalip.storage import Query, select_page

AT_ONCE = 500
FORCED = ("created_at", "created_by", "updated_at", "updated_by", "archived_at", "pipeline", "stage", "stage_since")
MOST_SEEDS = 1_000

Progress = Callable[[str, int, int], None]
"""Called with the entity, the records made and how many it will be."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`scale` multiplies every count but those of catalogues.

    `password` is given to all demo users; with None they can't sign in.
    """

    seed: int = 1
    scale: float = 1.0
    password: str | None = None
    now: datetime | None = None


@dataclass(slots=True)
class DemoResult:
    """How many records were made by entity, and the demo users as (name, e-mail, roles)."""

    counts: dict[str, int] = field(default_factory=dict)
    logins: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)


def make_demo(
    services: Services,
    pack: str,
    documents: Mapping[str, Data],
    options: DemoOptions = DemoOptions(),
    progress: Progress | None = None,
) -> DemoResult:
    """Make the demo data of a pack, 500 records to a transaction, through the save pipeline as the system.

    DemoError names the document and the record that is refused; what was made before it stays.
    """
    read = read_demo(documents)
    world = World(options.now or services.clock(), tables=dict(read.tables))
    result = DemoResult()
    world.users, result.logins = run(services, SYSTEM, partial(make_users, users=read.users, password=options.password))
    ids = {key: user_id for key, (user_id, _) in zip(read.users, world.users, strict=True)}
    world.groups = run(services, SYSTEM, partial(make_organisation, said=read.organisation, users=ids))
    for document in read.entities:
        _seeds(services, world, document)
    for document in read.entities:
        maker = _Maker(services, world, pack, document, options)
        made = maker.make(progress)
        result.counts[document.entity] = result.counts.get(document.entity, 0) + made
    make_shares(services, read.organisation["shares"], ids, world)
    services.database.learn()
    return result


class _Maker:
    """Makes the records of one document."""

    def __init__(
        self, services: Services, world: World, pack: str, document: EntityDocument, options: DemoOptions
    ) -> None:
        self._services = services
        self._world = world
        self._document = document
        scale = 1.0 if document.is_catalogue else options.scale
        self._count = max(1, round(document.count * scale))
        text = f"{options.seed}/{pack}/{document.file}"
        self._random = Random(text)  # noqa: S311 - demo data is to be the same again
        self._fakers = _fakers(document, world, text)
        self._seen: dict[str, set[str]] = {}

    def make(self, progress: Progress | None) -> int:
        """Generate all records, then save them in the order of their creation."""
        made = [self._generate(index) for index in range(1, self._count + 1)]
        made.sort(key=lambda each: str(each[1].get("created_at", "")))
        done = 0
        for start in range(0, len(made), AT_ONCE):
            batch = made[start : start + AT_ONCE]
            run(self._services, SYSTEM, partial(self._save, batch=batch))
            for record, _ in batch:
                self._world.add(record)
            done += len(batch)
            if progress is not None:
                progress(self._document.entity, done, len(made))
        return done

    def _generate(self, index: int) -> tuple[Made, Values]:
        document = self._document
        locale = self._random.choices(list(document.locales), weights=[float(w) for w in document.locales.values()])[0]
        built_in: Values = {
            "locale": locale,
            "language": locale.split("_")[0],
            "now": moment_json(self._world.now),
            "index": index,
        }
        making = Making(self._world, self._random, self._fakers, document.file, built_in, locale, self._seen)
        fields: Values = {}
        for group, kept in ((document.let, False), (document.fields, True)):
            for name, said in group.items():
                value = generate(making, said, name)
                making.values[name] = value
                if kept and value is not None:
                    fields[name] = value
                if name == document.locale_of:
                    self._follow(making, value)
        return Made(document.entity, new_id(), making.values, making.locale), fields

    def _follow(self, making: Making, value: object) -> None:
        target = self._world.by_id.get(str(value))
        if target is not None:
            making.locale = target.locale
            making.values["locale"] = target.locale
            making.values["language"] = target.locale.split("_")[0]

    def _save(self, work: Work, batch: Sequence[tuple[Made, Values]]) -> None:
        entity = find_entity(work, self._document.entity)
        rules = rules_of(work.served, entity.name)
        drafts = [self._draft(rules, record, fields) for record, fields in batch]
        for (_, fields), draft, outcome in zip(batch, drafts, save_drafts(work, drafts), strict=True):
            if isinstance(outcome, KalipError):
                raise self._refused(draft, fields, outcome)

    def _draft(self, rules: EntityRules, record: Made, fields: Values) -> Draft:
        forced: Record = {}
        values: Values = {}
        for name, value in fields.items():
            if name in FORCED and name in rules.attributes:
                forced[name] = self._parsed(rules, name, value)
            else:
                values[name] = value
        _place_in_pipeline(rules, forced)
        if "created_at" in forced:
            forced.setdefault("updated_at", forced["created_at"])
        draft = make_draft(rules, SaveRecord(rules.entity.name, values), Grounds(forced=forced))
        draft.id = record.id
        return draft

    def _parsed(self, rules: EntityRules, name: str, value: object) -> object:
        try:
            return rules.types[name].parse(rules.attributes[name], value)
        except FieldFault as fault:
            raise DemoError(
                "{file}: {field}: {fault}", params={"file": self._document.file, "field": name, "fault": fault.message}
            ) from fault

    def _refused(self, draft: Draft, fields: Values, error: KalipError) -> DemoError:
        faults = "; ".join(f"{fault.pointer} {fault.message}" for fault in draft.faults()) or error.message
        shown = {name: fields[name] for name in list(fields)[:6]}
        return DemoError(
            "{file}: a generated record is refused: {reason} (it begins {values})",
            params={"file": self._document.file, "reason": faults, "values": shown},
        )


def _place_in_pipeline(rules: EntityRules, forced: Record) -> None:
    """Complete what a document says of pipeline and stage: their pipeline, and since when."""
    entity = rules.entity
    if not entity.pipelines or not {"pipeline", "stage"} & set(forced):
        return
    if "pipeline" not in forced:
        owners = [each for each in entity.pipelines.values() if forced["stage"] in each.stages]
        owner = next((each for each in owners if each is entity.default_pipeline), owners[0] if owners else None)
        forced["pipeline"] = owner.name if owner is not None else None
    pipeline = entity.pipelines.get(str(forced["pipeline"]))
    stage = forced.get("stage") or (pipeline.first.name if pipeline is not None else None)
    if pipeline is None or stage not in pipeline.stages:
        raise DemoError("There is no stage '{stage}' in '{entity}'.", params={"stage": stage, "entity": entity.name})
    forced["stage"] = stage
    if "stage_since" not in forced and "created_at" in forced:
        forced["stage_since"] = forced["created_at"]


def _fakers(document: EntityDocument, world: World, seed: str) -> dict[str, Faker]:
    names = dict.fromkeys((*document.locales, *(made.locale for group in world.records.values() for made in group)))
    fakers = {}
    for name in names:
        fakers[name] = Faker(name)
        fakers[name].seed_instance(f"{seed}/{name}")
    return fakers


def _seeds(services: Services, world: World, document: EntityDocument) -> None:
    """Let generators pick the seeds, and whatever else is there already, of the entities that a document picks from."""
    for entity in sorted(document.picks_from - set(world.records)):
        world.records[entity] = []
        for row in run(services, SYSTEM, partial(_stored, entity=entity), write=False):
            world.add(Made(entity, str(row["id"]), row, next(iter(document.locales))))


def _stored(work: Work, entity: str) -> Sequence[Record]:
    name = find_entity(work, entity).name
    query = Query(entity=name, limit=MOST_SEEDS)
    return select_page(work.session, work.served, query, work.context, form="json").rows
