"""Keeps people in step with a directory: found by what it knows them by, else by e-mail, and brought as by a file.

Whom the directory has no more, or keeps out, is kept out here; that is taken back when the directory lets the person in
again. Whom an administrator kept out stays out. Roles and groups that don't come from the directory stay as they are.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from kalip.access import SYSTEM, Actor
from kalip.base.errors import Conflict, KalipError, NotFound, RecordRejected
from kalip.base.names import did_you_mean
from kalip.base.text import LANGUAGES
from kalip.records.accounts.mine import administering
from kalip.records.accounts.people import find_person, set_user_active
from kalip.records.jobs import Hopeless, JobHandler, JobRun, Recurring
from kalip.records.organisation.importing import ImportedRow, Outcome, bring_person, rehearse, settle_row
from kalip.records.organisation.matching import Match, Matched, Names, match_people
from kalip.records.organisation.mirroring import bring_groups, bring_unit
from kalip.records.organisation.told import changes_told
from kalip.records.services import Services, Work, run
from kalip.runtime.directories import Directory, DirectoryContents, DirectoryFailed, DirectoryPerson
from kalip.storage.groups import external_id, groups_of, people_in_groups, set_external_id

KIND: Final = "people.sync"
_AT_ONCE: Final = 50
"""People or groups of one transaction: who is refused harms only itself, by a savepoint of its own."""
_BROUGHT: Final = frozenset({"created", "updated"})
_ATTEMPTS: Final = 3
"""Runs after which a directory that fails is left to the next time."""

Watch = Callable[[int, int], bool]
"""Told how many of how many are done; says whether to stop."""


class TooManyGone(Conflict):
    """So many can't have gone at once: rather something is wrong with the directory or its settings."""

    code = "R121"


@dataclass(frozen=True, slots=True)
class SyncPeople:
    """Bring people to what a directory says. `let_go` keeps out any number; `dry_run` keeps nothing."""

    directory: str
    dry_run: bool = False
    let_go: bool = False


@dataclass(frozen=True, slots=True)
class SyncedPerson:
    """What became of a person: `changes` in words, `faults` when it was refused."""

    email: str
    outcome: Outcome
    changes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeopleSynced:
    """How many there were of each outcome, all people who are not as before, and what else is to be known."""

    counts: Mapping[str, int] = field(default_factory=dict)
    people: tuple[SyncedPerson, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done: people with whom they were matched to, and the ids of those who are kept out."""

    matched: Matched
    contents: DirectoryContents
    roles: Mapping[str, tuple[str, ...]]
    managed: frozenset[str]
    notes: tuple[str, ...]


def _never(_done: int, _total: int) -> bool:
    return False


def sync_people(services: Services, actor: Actor, command: SyncPeople, watch: Watch = _never) -> PeopleSynced:
    """Bring people, their units, groups and roles to what a directory says. Administrators only.

    DirectoryFailed when it can't be read, TooManyGone when too many would be kept out: then nothing is changed.
    Otherwise people are brought a few to a transaction, and one who is refused harms nobody else.
    """
    run(services, actor, administering, write=False)
    directory = _directory(services, command.directory)
    contents = directory.read()
    plan = run(services, actor, partial(_planned, directory, contents, let_go=command.let_go), write=False)
    bring = _rehearsed if command.dry_run else _kept
    return _summed(plan, bring(services, actor, directory, plan, watch))


def handlers_of(directories: Mapping[str, Directory]) -> Mapping[str, JobHandler]:
    """What brings people to what each directory says."""
    return {f"{KIND}.{name}": partial(_job, name) for name in directories}


def recurring_of(directories: Mapping[str, Directory]) -> Sequence[Recurring]:
    """When each directory is read, unless it is by hand."""
    names = [(f"{KIND}.{each.name}", each.schedule) for each in directories.values() if each.schedule]
    return [Recurring(name, name, cron=schedule, queue="long") for name, schedule in names]


def _job(name: str, services: Services, job: JobRun) -> Mapping[str, Any]:
    def watch(done: int, total: int) -> bool:
        job.progress(done, total)
        return job.cancelled()

    try:
        done = sync_people(services, SYSTEM, SyncPeople(name), watch)
    except DirectoryFailed as error:
        if job.attempt < _ATTEMPTS:
            raise
        raise _hopeless(error) from error
    except (Conflict, NotFound) as error:
        raise _hopeless(error) from error
    refused = [{"email": each.email, "faults": list(each.faults)} for each in done.people if each.faults]
    return {"counts": dict(done.counts), "refused": refused[:_AT_ONCE], "notes": list(done.notes)}


def _hopeless(error: KalipError) -> Hopeless:
    return Hopeless(error.template, hint=error.hint, params=error.params)


def _directory(services: Services, name: str) -> Directory:
    found = services.directories.get(name)
    if found is None:
        names = services.directories
        hint = did_you_mean(name, names) or f"there are {', '.join(names) or 'none'}: [directories.{name}] in site.toml"
        raise NotFound("There is no {kind} '{name}'.", params={"kind": "directory", "name": name[:60]}, hint=hint)
    return found


def _planned(directory: Directory, contents: DirectoryContents, work: Work, *, let_go: bool) -> _Plan:
    matched = match_people(work, directory, contents)
    roles, notes = _roles_by_group(directory, contents)
    managed = frozenset(role for each in roles.values() for role in each)
    plan = _Plan(matched, contents, roles, managed, notes)
    if not let_go:
        _guard(directory, "people", matched.present, len(matched.leaving))
        _guard(directory, "groups", matched.groups, matched.groups_gone)
        _guard(directory, "people in groups", *_losing(work, directory, plan))
    return plan


def _losing(work: Work, directory: Directory, plan: _Plan) -> tuple[int, int]:
    """How many people have something by groups of the directory, and how many of them would have nothing of it."""
    kind, counting = Names(directory).groups, set(plan.roles)
    within = people_in_groups(work.session, kind) if directory.groups else frozenset()
    if directory.groups:
        counting |= {each.id for each in plan.contents.groups}
    having = [
        match.person
        for match in plan.matched.people
        if match.user is not None
        and match.fault is None
        and (match.user.id in within or not plan.managed.isdisjoint(match.user.roles))
    ]
    return len(having), sum(counting.isdisjoint(each.groups) for each in having)


def _guard(directory: Directory, what: str, present: int, gone: int) -> None:
    most = max(1, present * directory.most_gone // 100)
    if gone > most:
        raise TooManyGone(
            "{gone} of {present} {what} of the directory {name} would be gone, at most {most} are believed.",
            params={"gone": gone, "present": present, "what": what, "name": directory.name, "most": most},
            hint="look at base, filter and whether members can be read; if it is true: kalip org sync --let-go",
        )


def _roles_by_group(
    directory: Directory, contents: DirectoryContents
) -> tuple[Mapping[str, tuple[str, ...]], tuple[str, ...]]:
    """Roles by a group's id. Roles of a group that isn't there stay as they are, and it is noted."""
    called: dict[str, set[str]] = {}
    for each in contents.groups:
        for name in (each.name, each.place):
            called.setdefault(name.casefold(), set()).add(each.id)
    roles: dict[str, tuple[str, ...]] = {}
    notes = []
    for name, said in directory.roles.items():
        found = called.get(name.casefold(), set())
        for group in found:
            roles[group] = (*roles.get(group, ()), *said)
        if not found:
            notes.append(f"There is no group '{name}' in the directory: roles that it gives stay as they are.")
    return roles, tuple(notes)


Step = Callable[[Work], SyncedPerson]


def _steps(directory: Directory, plan: _Plan, codes: Mapping[str, str]) -> Sequence[Step]:
    bring = [partial(_bring, directory, plan, codes, each) for each in plan.matched.people]
    return [*bring, *(partial(_let_go, directory, each) for each in plan.matched.leaving)]


def _kept(services: Services, actor: Actor, directory: Directory, plan: _Plan, watch: Watch) -> Iterator[SyncedPerson]:
    groups = plan.contents.groups if directory.groups else ()
    codes: dict[str, str] = {}
    for start in _portions(services, len(groups)):
        some = groups[start : start + _AT_ONCE]
        codes |= run(services, actor, partial(bring_groups, directory=directory, groups=some))
    steps = _steps(directory, plan, codes)

    def portion(start: int, work: Work) -> list[SyncedPerson]:
        return [step(work) for step in steps[start : start + _AT_ONCE]]

    for start in _portions(services, len(steps)):
        if watch(start, len(steps)):
            return
        yield from run(services, actor, partial(portion, start))


def _rehearsed(
    services: Services, actor: Actor, directory: Directory, plan: _Plan, watch: Watch
) -> Iterator[SyncedPerson]:
    """The same, but each portion is taken back at its end: a whole run would keep others from writing for as long.

    Every portion finds the groups, and the units that were made for people of those before it.
    """
    groups = plan.contents.groups if directory.groups else ()
    people, total = plan.matched.people, len(_steps(directory, plan, {}))
    units: dict[str, None] = {}

    def portion(start: int, work: Work) -> list[SyncedPerson]:
        codes = bring_groups(work, directory, groups)
        for unit in units:
            bring_unit(work, directory, unit)
        return [step(work) for step in _steps(directory, plan, codes)[start : start + _AT_ONCE]]

    for start in _portions(services, total):
        if watch(start, total):
            return
        done = rehearse(services, actor, partial(portion, start))
        if directory.make_missing:
            brought = zip(people[start:], done, strict=False)
            units |= {each.person.unit: None for each, row in brought if row.outcome in _BROUGHT}
        yield from done


def _portions(services: Services, count: int) -> Iterator[int]:
    """Where each portion begins; others are let in between two."""
    turns = services.database.turns()
    for start in range(0, count, _AT_ONCE):
        turns.give_way()
        yield start


def _summed(plan: _Plan, people: Sequence[SyncedPerson] | Iterator[SyncedPerson]) -> PeopleSynced:
    counts: Counter[str] = Counter()
    told = []
    for each in people:
        counts[each.outcome] += 1
        if each.outcome != "unchanged":
            told.append(each)
    return PeopleSynced(dict(counts), tuple(told), plan.notes)


def _bring(directory: Directory, plan: _Plan, codes: Mapping[str, str], match: Match, work: Work) -> SyncedPerson:
    def bring() -> Outcome:
        if match.fault is not None:
            raise RecordRejected([match.fault])
        return _brought(work, directory, plan, codes, match)

    return _told(work, match.person.email, bring)


def _let_go(directory: Directory, user_id: str, work: Work) -> SyncedPerson:
    def bring() -> Outcome:
        if not find_person(work, user_id).active:
            return "unchanged"
        set_user_active(work, user_id, False)
        set_external_id(work.session, Names(directory).gone, user_id, user_id, work.now)
        return "kept_out"

    return _told(work, find_person(work, user_id).email, bring)


def _told(work: Work, email: str, bring: Callable[[], Outcome]) -> SyncedPerson:
    before = len(work.events)
    row: ImportedRow = settle_row(work, 0, email, bring)
    return SyncedPerson(email, row.outcome, changes_told(work, work.events[before:]), row.faults)


def _brought(work: Work, directory: Directory, plan: _Plan, codes: Mapping[str, str], match: Match) -> Outcome:
    names, person = Names(directory), match.person
    known = None if match.user is None else find_person(work, match.user.id)
    gone = known is not None and external_id(work.session, names.gone, known.id) is not None
    if known is not None and not known.active and not gone:
        return "unchanged"
    cells = _cells(person) | {"active": "yes"}
    if unit := bring_unit(work, directory, person.unit):
        cells["unit"] = unit
    if plan.managed:
        wanted = [role for group in person.groups for role in plan.roles.get(group, ())]
        cells["roles"] = _joined(known.roles if known else (), plan.managed, wanted)
    if directory.groups:
        present = [each.code for each in groups_of(work.session, known.id)] if known else []
        own = {*codes.values(), *plan.matched.group_codes}
        cells["groups"] = _joined(present, own, [codes[each] for each in person.groups if each in codes])
    user_id, outcome = bring_person(work, cells, known, make_missing=directory.make_missing)
    if external_id(work.session, names.people, user_id) != person.id:
        set_external_id(work.session, names.people, user_id, person.id, work.now)
    if gone:
        set_external_id(work.session, names.gone, user_id, None, work.now)
    return outcome


def _cells(person: DirectoryPerson) -> dict[str, str]:
    locale = person.locale.replace("_", "-").partition("-")[0].lower()
    said = {
        "email": person.email,
        "name": person.name,
        "position": person.position,
        "locale": locale if locale in LANGUAGES else "",
        "timezone": person.timezone,
    }
    return {name: text.strip() for name, text in said.items() if text.strip()}


def _joined(present: Sequence[str], managed: frozenset[str] | set[str], wanted: Sequence[str]) -> str:
    """What one has that isn't the directory's, and what it says; the order stays, so that again is the same."""
    kept = [each for each in present if each not in managed or each in wanted]
    return ";".join(dict.fromkeys((*kept, *wanted))) or "-"
