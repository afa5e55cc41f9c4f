"""Runs one rule on one occasion: its effects and its row of the run log in one transaction, so both are there once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal

from kalip.access import SYSTEM, Actor
from kalip.base.errors import KalipError, NotFound
from kalip.base.ids import new_id
from kalip.model import On, Repeat, Rule, Step, moved
from kalip.records import Job, JobLost, Overtaken, Services, Work, actor_of_user, enqueue, nothing, run
from kalip.records.saving import Draft, evaluate
from kalip.storage import Event, RevisionChanged, Unavailable, event_with_id
from kalip.storage.rule_runs import StoredRun, add_run, begin_run, causes_of, end_run_of_rule, find_run
from kalip.workflow.notifications import Notice, notify
from kalip.workflow.rules.actions import PERFORMERS
from kalip.workflow.rules.matching import rule_at
from kalip.workflow.rules.scene import Scene, told_as_json

RUN: Final = "rules.run"
DEEPEST: Final = 12
"""How many rules may start each other in a chain before the next one is stopped."""
MOST_ROUNDS: Final = 3
"""How often a chain may come back to the same rule for the same record."""
TRANSIENT: Final = (Overtaken, RevisionChanged, Unavailable)
"""What `run` tries again by itself, and what a job that is run later may not meet again."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule's occasion. `round` counts its repeats; `resumed`: it has waited; `answers` are what was asked for.

    With `since` the rule falls away once the record has come into another stage than it was in since then. A `trial`
    is undone by its caller: it runs a rule that is switched off too, waits for nothing and asks nothing.
    """

    rule: str
    occasion: str
    record_id: str
    event: int | None = None
    round: int = 0
    resumed: bool = False
    since: str | None = None
    answers: Mapping[str, Any] | None = None
    trial: bool = False

    @property
    def key(self) -> str:
        """What makes this firing one: `event:rule`."""
        return f"{self.occasion}:{self.rule}"

    def json(self) -> dict[str, Any]:
        """As a job carries it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def job(self, run_at: datetime | None = None, suffix: str = "") -> Job:
        """The job that runs it."""
        return Job(RUN, self.json(), f"rules:{self.key}{suffix}", run_at=run_at)


class StepFailed(KalipError):
    """An action that can't be done, which undoes all that its rule did."""

    code = "W210"

    def __init__(self, step: str, error: KalipError) -> None:
        faults = "; ".join(
            f"{fault.pointer.lstrip('/')}: {fault.message}" for fault in getattr(error, "violations", ())
        )
        reason = f"{error.message} {faults}".strip()
        super().__init__("The action '{action}' failed: {reason}", params={"action": step, "reason": reason})


@dataclass(slots=True)
class _End:
    """What becomes of a run."""

    state: Literal["done", "skipped", "waiting", "asking", "stopped"]
    reason: str
    params: Mapping[str, Any] = field(default_factory=nothing)
    steps: Sequence[Mapping[str, Any]] = ()
    due_at: datetime | None = None


def fire(services: Services, firing: Firing, finish: Callable[[Work], None] | None = None) -> StoredRun | None:
    """Run a rule, in a transaction of its own that `finish` may use too; None when it has come to an end before.

    Raises what made it fail, after the run log has it.
    """

    def command(work: Work) -> StoredRun | None:
        done = fire_in(work, firing)
        if finish is not None:
            finish(work)
        return done

    correlation = new_id()
    try:
        actor = actor_of(services, firing)
        return run(services, actor, command, correlation=correlation)
    except JobLost:
        # Another runner has the job: what it does is what counts.
        raise
    except KalipError as error:
        run(services, SYSTEM, partial(_note_failure, firing=firing, error=error), correlation=correlation)
        raise
    except Exception as error:
        told = KalipError("{kind}: {error}", params={"kind": type(error).__name__, "error": str(error)})
        run(services, SYSTEM, partial(_note_failure, firing=firing, error=told), correlation=correlation)
        raise


def fire_in(work: Work, firing: Firing) -> StoredRun | None:
    """The same in the caller's work: commits nothing, and raises what makes it fail."""
    event = event_with_id(work.session, firing.event) if firing.event is not None else None
    begun = begin_run(work.session, _new_run(work, firing, event))
    if begun is None:
        return None
    rule = rule_at(work.model.entities, firing.rule)
    chain = causes_of(work.session, event.correlation if event is not None else None, DEEPEST + 1)
    begun = replace(begun, depth=len(chain))
    if rule is None or not (rule.active or firing.trial):
        end = _End("skipped", "The rule is gone or switched off.")
    else:
        end = _circle(begun, chain) or _run(work, rule, firing, event)
    done = replace(
        begun,
        state=end.state,
        reason=end.reason,
        params=end.params,
        steps=end.steps,
        due_at=end.due_at,
        finished_at=work.now if end.state not in ("waiting", "asking") else None,
        correlation=work.correlation,
        given=firing.answers,
        revision=work.model.revision,
    )
    end_run_of_rule(work.session, done)
    return done


def _circle(begun: StoredRun, chain: Sequence[StoredRun]) -> _End | None:
    """The end of rules that start each other, or themselves, over and over."""
    here = [each for each in chain if (each.rule, each.record_id) == (begun.rule, begun.record_id)]
    path = " → ".join(each.rule for each in reversed(chain[:DEEPEST]))
    if len(here) >= MOST_ROUNDS:
        text = "Stopped: the rule is started by its own change, {count} times already. The chain: {chain}."
        return _End("stopped", text, {"count": len(here), "chain": f"{path} → {begun.rule}"})
    if len(chain) >= DEEPEST:
        text = "Stopped: {count} rules have started each other. The chain: {chain}."
        return _End("stopped", text, {"count": len(chain), "chain": f"{path} → {begun.rule}"})
    return None


def _run(work: Work, rule: Rule, firing: Firing, event: Event | None) -> _End:
    scene = make_scene(work, rule, firing, event)
    end = _refused(scene, firing) if scene.record_id else _refused_bare(scene)
    if end is not None:
        return end
    missing = [name for name, each in rule.parameters.items() if each.required and name not in (firing.answers or {})]
    if missing and not firing.trial:
        ask(scene)
        return _End("asking", "Asks for {fields}.", {"fields": missing})
    if rule.wait is not None and not firing.resumed and not firing.trial:
        return _wait(scene, firing)
    steps = rule.repeat.steps if firing.round and rule.repeat is not None and rule.repeat.steps else rule.steps
    done = perform(scene, steps)
    if rule.repeat is not None and firing.round < rule.repeat.times:
        _repeat(scene, firing, rule.repeat)
    return _End("done", "Done.", {}, done)


def perform(scene: Scene, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Do actions in their order and say what each did; StepFailed names the one that can't be done."""
    done = []
    for step in steps:
        try:
            if not scene.holds(step.condition):
                done.append({"action": step.name, "text": "Left out: its condition isn't true.", "params": {}})
                continue
            done.append(PERFORMERS[type(step.action)](scene, step.action, step.name).json(step.name))
        except StepFailed:
            raise
        except KalipError as error:
            if isinstance(error, TRANSIENT):
                raise
            raise StepFailed(step.name, error) from error
    return done


def make_scene(work: Work, rule: Rule, firing: Firing, event: Event | None) -> Scene:
    """What a rule acts upon on an occasion."""
    roots: dict[str, object] = {}
    if rule.when.on is On.HOOK:
        roots["message"] = ((event.after if event is not None else None) or {}).get("message")
    for name, parameter in rule.parameters.items():
        raw = (firing.answers or {}).get(name)
        kind = work.served.types[parameter.type]
        roots[f"given.{name}"] = None if raw is None else kind.parse(parameter, raw)
    return Scene(work, rule, firing.key, firing.record_id, event, roots)


def _refused(scene: Scene, firing: Firing) -> _End | None:
    """Why the rule has nothing to do with the record as it is."""
    rule, work = scene.rule, scene.work
    condition = rule.condition
    reads = (condition,) if condition is not None else ()
    first = not firing.resumed and not firing.round
    try:
        draft = scene.look(reads, as_of_event=first)
    except NotFound:
        return _End("skipped", "The record is gone, or may not be seen by whom the rule acts for.")
    if draft.before.get("archived_at") is not None:
        return _End("skipped", "The record is archived.")
    if rule.when.pipeline and draft.before.get("pipeline") != rule.when.pipeline:
        return _End("skipped", "The record is in another pipeline.")
    if firing.since is not None and told_as_json(draft.before.get("stage_since")) != firing.since:
        return _End("stopped", "Fell away: the stage has changed meanwhile.")
    if condition is not None and not (firing.resumed and any(path.startswith("old.") for path in condition.paths)):
        value = evaluate(work, draft, condition)
        if value is not True:
            return _untrue(draft, rule)
    return None


def _refused_bare(scene: Scene) -> _End | None:
    condition, hook = scene.rule.condition, scene.work.entity(scene.entity).hooks.get(scene.rule.when.hook)
    if hook is not None and hook.find:
        return _End("skipped", "No record is what the message is about.")
    if condition is None or scene.holds(condition):
        return None
    return _End("skipped", "Its condition isn't true: {condition}", {"condition": condition.source})


def _untrue(draft: Draft, rule: Rule) -> _End:
    condition = rule.condition
    source = condition.source if condition is not None else ""
    paths = sorted(condition.paths) if condition is not None else []
    values = {path: told_as_json(draft.after.get(path)) for path in paths if path != "message"}
    told = ", ".join(f"{path} = {value}" for path, value in values.items())
    return _End("skipped", "Its condition isn't true: {condition} ({values})", {"condition": source, "values": told})


def ask(scene: Scene) -> None:
    """Tell who caused the event that a rule asks something of them."""
    caused_by = scene.event.actor if scene.event is not None else None
    if caused_by is None:
        return
    notice = Notice(
        [caused_by],
        "rule",
        "The rule {rule} asks you something about {record}.",
        f"{scene.key}:ask",
        {"rule": dict(scene.rule.label.pairs)},
        scene.entity if scene.record_id else None,
        scene.record_id or None,
    )
    notify(scene.work, notice)


def _wait(scene: Scene, firing: Firing) -> _End:
    work, rule = scene.work, scene.rule
    calendar = work.model.calendars.get(rule.wait_calendar)
    due = moved(work.now, rule.wait, calendar) if rule.wait is not None else work.now
    if due is None:
        return _End("stopped", "The calendar '{calendar}' has no working time.", {"calendar": rule.wait_calendar})
    enqueue(work, replace(firing, resumed=True, since=_since(scene)).job(due, ":wait"))
    return _End("waiting", "Waits until its time has come.", {}, due_at=due)


def _repeat(scene: Scene, firing: Firing, repeat: Repeat) -> None:
    work, rule = scene.work, scene.rule
    due = moved(work.now, repeat.every, work.model.calendars.get(rule.wait_calendar))
    if due is None:
        return
    base = firing.occasion.partition("#")[0]
    following = Firing(
        rule.address,
        f"{base}#{firing.round + 1}",
        firing.record_id,
        firing.event,
        firing.round + 1,
        resumed=True,
        since=firing.since or _since(scene),
        answers=firing.answers,
    )
    enqueue(work, following.job(due))


def _since(scene: Scene) -> str | None:
    """Since when the record is in its stage, for a rule that falls away once it leaves it."""
    rule = scene.rule
    if not scene.record_id or not (rule.stops or (rule.when.on in (On.STUCK, On.ENTERED) and rule.repeat is not None)):
        return None
    since = told_as_json(scene.look(()).before.get("stage_since"))
    return None if since is None else str(since)


def actor_of(services: Services, firing: Firing) -> Actor:
    """Whose rights count."""
    rule = rule_at(services.runtime.pin().model.entities, firing.rule)
    if rule is None or rule.run_as == "system":
        return SYSTEM
    event_id = firing.event
    if rule.run_as == "actor":
        event = (
            services.database.glance(lambda session: event_with_id(session, event_id)) if event_id is not None else None
        )
        if event is None:
            return SYSTEM
        return actor_of_user(services, event.actor, event.on_behalf, or_own=True)
    owner = run(services, SYSTEM, partial(_owner, rule=rule, record_id=firing.record_id), write=False)
    return actor_of_user(services, owner)


def _owner(work: Work, rule: Rule, record_id: str) -> str | None:
    draft = Scene(work, rule, "", record_id).look((), fields=("owner",))
    return None if draft.before.get("owner") is None else str(draft.before["owner"])


def _new_run(work: Work, firing: Firing, event: Event | None) -> StoredRun:
    return StoredRun(
        id=new_id(),
        occasion=firing.occasion,
        rule=firing.rule,
        entity=firing.rule.partition(".")[0],
        record_id=firing.record_id,
        state="running",
        created_at=work.now,
        correlation=work.correlation,
        revision=work.model.revision,
        event_id=firing.event,
        actor=work.actor.id,
        cause=event.correlation if event is not None else None,
    )


def _note_failure(work: Work, firing: Firing, error: KalipError) -> None:
    event = event_with_id(work.session, firing.event) if firing.event is not None else None
    made = replace(_new_run(work, firing, event), state="failed", reason=error.template, params=dict(error.params))
    if add_run(work.session, made):
        return
    known = find_run(work.session, firing.occasion, firing.rule)
    begun = begin_run(work.session, made)
    if known is not None and begun is not None:
        end_run_of_rule(work.session, replace(begun, state="failed", reason=error.template, params=dict(error.params)))
