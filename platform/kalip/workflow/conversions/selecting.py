"""Which targets of a conversion are to be made: what stands already, what is chosen, in which pipeline it may start."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kalip.base.errors import Violation
from kalip.base.names import did_you_mean
from kalip.model import Conversion, ConversionTarget
from kalip.records import Work
from kalip.storage import StoredConversion, StoredResult, conversions_of_record
from kalip.workflow.conversions.commands import Converted, ConvertRecord, MadeRecord, Standing, TargetChoice
from kalip.workflow.conversions.sources import SourceReading

OPEN, DONE = "open", "done"


@dataclass(frozen=True, slots=True)
class Selected:
    """A target that is to be made. `existing` is the record that is taken in place of a new one."""

    target: ConversionTarget
    choice: TargetChoice
    existing: str | None


@dataclass(slots=True)
class Past:
    """What was made of a record by one conversion before. `open` is begun and not finished."""

    open: StoredConversion | None = None
    done: list[StoredConversion] = field(default_factory=list)

    def result(self, target: str) -> StoredResult | None:
        """What a target came to: in the conversion that is open, else in the latest one."""
        for each in (self.open, *reversed(self.done)):
            found = next((result for result in each.results if result.target == target), None) if each else None
            if found is not None:
                return found
        return None


@dataclass(slots=True)
class Selection:
    """What is to be made, in order, and what is wrong with the choice. `standings` are those of all targets."""

    now: list[Selected]
    later: list[str]
    standings: Mapping[str, Standing]
    violations: list[Violation]

    def chosen(self, name: str) -> Selected | None:
        """A target of the present step."""
        return next((each for each in self.now if each.target.name == name), None)


def past_of(work: Work, entity: str, record_id: str, conversion: str) -> Past:
    """What a conversion has made of a record; undone ones don't count."""
    past = Past()
    for each in conversions_of_record(work.session, entity, record_id):
        if each.name == conversion and each.state == OPEN:
            past.open = each
        elif each.name == conversion and each.state == DONE:
            past.done.append(each)
    return past


def select_targets(reading: SourceReading, past: Past) -> Selection:
    """Work out what a command wants made; faults of the choice are violations on `/targets`."""
    conversion, command = reading.conversion, reading.command
    standings = {name: _standing(reading, past, each) for name, each in conversion.targets.items()}
    violations = list(_faults(conversion, command, standings, past))
    wanted = _wanted(reading, past, standings)
    selected = [
        Selected(target, choice, _existing(reading, target, choice))
        for name, target in conversion.targets.items()
        if (choice := wanted.get(name)) is not None
    ]
    if not selected and not violations:
        names = ", ".join(name for name, each in standings.items() if each in ("offered", "linked"))
        template = "Choose at least one of: {names}." if names else "Nothing is left to be made of this record."
        violations.append(Violation("/targets", "required", template, {"names": names}))
    if command.steps == "all":
        return Selection(selected, [], standings, violations)
    first = min((each.target.step for each in selected), default=0)
    now = [each for each in selected if each.target.step == first]
    later = [each.target.name for each in selected if each.target.step != first]
    return Selection(now, later, standings, violations)


def links_of(reading: SourceReading, past: Past, made: Mapping[str, str]) -> dict[str, str]:
    """The record that stands for each target when another one refers to it."""
    found = dict(reading.known)
    for name in reading.conversion.targets:
        result = past.result(name)
        if result is not None:
            found[name] = result.record_id
    return {**found, **made}


def as_converted(stored: StoredConversion, version: int | None = None) -> Converted:
    """A conversion as callers see it."""
    results = tuple(
        MadeRecord(each.target, each.entity, each.record_id, each.made, each.version) for each in stored.results
    )
    return Converted(
        stored.id,
        stored.entity,
        stored.record_id,
        stored.name,
        stored.state,
        results,
        tuple(stored.pending),
        stored.version if version is None else version,
        stored.correlation,
        stored.actor,
        stored.finished_at or stored.started_at,
    )


def _standing(reading: SourceReading, past: Past, target: ConversionTarget) -> Standing:
    if past.open is not None and any(each.target == target.name for each in past.open.results):
        return "made"
    if target.name not in reading.offered:
        return "closed"
    if past.result(target.name) is not None and not target.again:
        return "made"
    return "linked" if target.name in reading.known else "offered"


def _wanted(reading: SourceReading, past: Past, standings: Mapping[str, Standing]) -> Mapping[str, TargetChoice]:
    said = reading.command.targets
    if said is not None:
        return {name: each for name, each in said.items() if standings.get(name) in ("offered", "linked")}
    if past.open is not None:
        return {name: TargetChoice() for name in past.open.pending if standings.get(name) in ("offered", "linked")}
    if past.done and reading.decision is None:
        return {}
    return {name: TargetChoice() for name in reading.chosen if standings[name] == "offered"}


def _existing(reading: SourceReading, target: ConversionTarget, choice: TargetChoice) -> str | None:
    if choice.existing is not None:
        return choice.existing
    return None if choice.new else reading.known.get(target.name)


def _faults(
    conversion: Conversion, command: ConvertRecord, standings: Mapping[str, Standing], past: Past
) -> Iterable[Violation]:
    resumed: Sequence[str] = [each.target for each in past.open.results] if past.open is not None else ()
    for name, choice in (command.targets or {}).items():
        target = conversion.targets.get(name)
        if target is None:
            hint = did_you_mean(name, conversion.targets)
            template = "There is no target '{name}'" + (f": {hint}" if hint else ".")
            yield Violation(f"/targets/{_escaped(name)}", "unknown_field", template, {"name": name[:60]})
        elif standings[name] == "closed":
            yield Violation(f"/targets/{name}", "not_offered", "This can't be made of this record.")
        elif standings[name] == "made" and name not in resumed:
            yield Violation(f"/targets/{name}", "already_made", "This was made of the record already.")
        elif choice.existing is not None and choice.new:
            yield Violation(f"/targets/{name}", "ambiguous", "Take an existing record or make a new one.")
        elif choice.existing is not None and not target.choose:
            yield Violation(f"/targets/{name}/existing", "not_wanted", "A new record is made here always.")
        elif choice.pipeline is not None and (choice.existing is not None):
            yield Violation(f"/targets/{name}/pipeline", "not_wanted", "An existing record stays in its pipeline.")


def _escaped(name: str) -> str:
    return name[:60].replace("~", "~0").replace("/", "~1")
