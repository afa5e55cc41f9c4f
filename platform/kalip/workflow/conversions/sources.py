"""The source of a conversion, read once: what its maps give, before its own move changes anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kalip.access import denied
from kalip.base.errors import AccessDenied, KalipError, NotFound
from kalip.base.names import did_you_mean
from kalip.expressions import Expression
from kalip.fields import AnyReference
from kalip.model import Conversion, ConversionTarget, Entity, Field, FieldMap, LineMap, Verb
from kalip.records import Grounds, SaveRecord, Work, visible_entity
from kalip.records.rules import EntityRules, rules_of
from kalip.records.saving import Draft, as_value, draft_commands, evaluate, prepare
from kalip.storage import children
from kalip.workflow.commands import ApplyTransition
from kalip.workflow.conversions.commands import ConvertRecord
from kalip.workflow.moving import Decision, find_decision

RECORD = "id"
Values = dict[str, object]
Lines = list[dict[str, object]]


@dataclass(slots=True)
class MappedTarget:
    """What the maps give for one target: Python values of fields, ids of many-to-many ones, values of lines.

    `linked` are the fields that refer to other targets, with what stands in when there is no record; `used` the
    source's fields that gave something.
    """

    values: Values = field(default_factory=dict)
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: dict[str, Lines] = field(default_factory=dict)
    linked: dict[str, FieldMap] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


@dataclass(slots=True)
class SourceReading:
    """A source record as a conversion reads it. After `read_source` all is known; `draft` is the record with its move.

    `converted`: it has been before. Then it moves only when somebody moved it back meanwhile.
    """

    entity: Entity
    conversion: Conversion
    command: ConvertRecord
    decision: Decision | None
    converted: bool = False
    draft: Draft | None = None
    possible: bool = True
    offered: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)
    mapped: dict[str, MappedTarget] = field(default_factory=dict)
    filled: Values = field(default_factory=dict)
    lines: dict[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)

    @property
    def before(self) -> Draft:
        """The draft of the source. NotFound when it wasn't read."""
        if self.draft is None:
            raise NotFound("There is no {entity}.", params={"entity": self.entity.name})
        return self.draft

    def save_command(self) -> SaveRecord:
        """The save of the source's own values."""
        command = self.command
        return SaveRecord(self.entity.name, command.values, command.id, command.version, command.source)

    def grounds(self) -> Grounds:
        """The grounds on which the source is prepared: those of its move, and what the maps read."""
        own = self.decision.grounds() if self.decision is not None else Grounds()
        reads = (*own.reads, *_expressions(self.conversion))
        fields = tuple(dict.fromkeys((*own.fields, *self._names())))
        named = self.conversion.name
        return replace(
            own, verb=Verb.CONVERT, named=named, reads=reads, fields=fields, decide=self._decide, placed=False
        )

    def _names(self) -> Iterable[str]:
        declared = (name for name, each in self.entity.fields.items() if each.computed is None)
        yield from (name for name in declared if self.entity.fields[name].type != "rollup")
        yield from (name for name in ("owner", "pipeline", "stage", "stage_since") if name in self.entity.system)

    def _decide(self, work: Work, draft: Draft) -> None:
        self._evaluate(work, draft)
        if self.decision is not None and self.converted and self.decision.leads_to(draft):
            # It made its move when it was converted first, and nobody has moved it back since.
            self.decision = None
        if self.decision is not None:
            self.decision.decide(work, draft)

    def _evaluate(self, work: Work, draft: Draft) -> None:
        when = self.conversion.when
        self.possible = when is None or evaluate(work, draft, when) is True
        self.filled = {name: value for name in self._names() if not _empty(value := value_of(draft, name))}
        for name, target in self.conversion.targets.items():
            if target.when is None or evaluate(work, draft, target.when) is True:
                self.offered.add(name)
                if target.chosen_when is None or evaluate(work, draft, target.chosen_when) is True:
                    self.chosen.add(name)
            known = _record_named(value_of(draft, target.existing), target) if target.existing else None
            if known is not None:
                self.known[name] = known
            self.mapped[name] = self._map(work, draft, target)

    def _map(self, work: Work, draft: Draft, target: ConversionTarget) -> MappedTarget:
        rules = rules_of(work.served, target.entity)
        found = MappedTarget()
        for name, each in target.fields.items():
            if each.lines is not None:
                found.lines[name] = self._map_lines(work, rules.attributes[name], each.lines)
                found.used.add(each.lines.name)
                continue
            if each.target:
                found.linked[name] = each
            value = _first(work, draft, rules, each, found)
            if _empty(value):
                continue
            if name in rules.links:
                found.links[name] = tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)
            else:
                found.values[name] = value
        return found

    def _map_lines(self, work: Work, known: Field, lines: LineMap) -> Lines:
        target = rules_of(work.served, str(known.target))
        source = rules_of(work.served, lines.entity)
        made: Lines = []
        for row in self.lines.get(lines.name, ()):
            values: dict[str, object] = {}
            for name, each in lines.fields.items():
                for origin in each.sources:
                    value: object = None
                    if origin.expression is not None:
                        value = as_value(target, name, origin.expression.evaluate(row, work.context))
                    elif origin.name != RECORD:
                        value = source.value_of(origin.name, row)
                    if not _empty(value):
                        values[name] = value
                        break
            made.append(values)
        return made


def read_source(work: Work, command: ConvertRecord, *, converted: bool = False) -> SourceReading:
    """Read a record as its conversion sees it; its move is worked out too, not made.

    Raises NotFound for an unknown conversion or record, AccessDenied for one that the actor may not convert,
    StaleVersion and Conflict as a save does. A refused move is left on the draft.
    """
    # The maps read all of the record, whatever the actor sees of it.
    entity = work.entity(visible_entity(work, command.entity).name)
    conversion = find_conversion_of(entity, command.conversion)
    decision = None
    if conversion.transition:
        move = ApplyTransition(
            entity.name, command.id, conversion.transition, None, command.values, command.version, command.source
        )
        decision = find_decision(entity, move, by=conversion.name)
    reading = SourceReading(entity, conversion, command, decision, converted)
    for name in _line_fields(conversion):
        reading.lines[name] = _lines_of(work, entity, command.id, name, conversion)
    (draft,) = draft_commands(work, [reading.save_command()], reading.grounds())
    prepare(work, [draft])
    reading.draft = draft
    error = draft.error
    if error is not None and not reading.mapped:
        raise _in_words(error, entity)
    return reading


def find_conversion_of(entity: Entity, name: str) -> Conversion:
    """A conversion of an entity by name; NotFound with a hint."""
    found = entity.conversions.get(name)
    if found is None:
        raise NotFound(
            "There is no conversion '{name}'.", hint=did_you_mean(name, entity.conversions), params={"name": name[:60]}
        )
    return found


def value_of(draft: Draft, name: str) -> object:
    """The value of a field of a draft as it will be; ids of many-to-many references as a tuple."""
    if name in draft.rules.links:
        return draft.links.get(name, draft.old_links.get(name, ()))
    if name in draft.rules.children:
        return tuple(row["id"] for row in draft.lines[name].rows()) if name in draft.lines else ()
    return draft.rules.value_of(name, draft.after)


def _in_words(error: KalipError, entity: Entity) -> KalipError:
    return denied(Verb.CONVERT, entity.name) if isinstance(error, AccessDenied) else error


def _first(work: Work, draft: Draft, rules: EntityRules, each: FieldMap, found: MappedTarget) -> object:
    known = rules.attributes[each.field]
    for origin in each.sources:
        if origin.expression is not None:
            value = as_value(rules, known.name, evaluate(work, draft, origin.expression))
            read = {path.partition(".")[0] for path in (*origin.expression.paths, *origin.expression.element_paths)}
        else:
            value, read = _whole(draft, origin.name, known), {origin.name}
        if not _empty(value):
            found.used |= read
            return value
    return None


def _whole(draft: Draft, name: str, known: Field) -> object:
    """A field's whole value, in the shape that the target's field has it."""
    entity = draft.entity if name == RECORD else str(draft.rules.attributes[name].target)
    value: object = draft.id if name == RECORD else value_of(draft, name)
    if _empty(value):
        return None
    own = "reference" if name == RECORD else draft.rules.attributes[name].type
    if known.type == "any_reference" and own == "reference":
        return AnyReference(entity, str(value))
    if known.type in ("references", "files") and isinstance(value, str):
        return (value,)
    return value


def _record_named(value: object, target: ConversionTarget) -> str | None:
    if isinstance(value, AnyReference):
        return value.id if value.entity == target.entity else None
    return None if _empty(value) else str(value)


def _lines_of(
    work: Work, entity: Entity, record_id: str, name: str, conversion: Conversion
) -> Sequence[Mapping[str, object]]:
    line = rules_of(work.served, str(entity.fields[name].target))
    paths: dict[str, None] = {"id": None}
    for target in conversion.targets.values():
        for each in target.fields.values():
            if each.lines is None or each.lines.name != name:
                continue
            for inner in each.lines.fields.values():
                for origin in inner.sources:
                    if origin.expression is not None:
                        paths |= dict.fromkeys(sorted(origin.expression.paths))
                    elif origin.name in line.attributes:
                        paths[origin.name] = None
    found = children(work.session, work.served, entity.name, name, [record_id], tuple(paths), work.context, "parts")
    return found.get(record_id, [])


def _line_fields(conversion: Conversion) -> list[str]:
    maps = (each.lines for target in conversion.targets.values() for each in target.fields.values())
    return list(dict.fromkeys(lines.name for lines in maps if lines is not None))


def _expressions(conversion: Conversion) -> Iterable[Expression]:
    if conversion.when is not None:
        yield conversion.when
    for target in conversion.targets.values():
        yield from (each for each in (target.when, target.chosen_when) if each is not None)
        for made in target.fields.values():
            yield from (each.expression for each in made.sources if each.expression is not None)


def _empty(value: object) -> bool:
    return value is None or value in ("", (), [])
