"""Terms: what has been kept long enough, counted before anything happens, and emptied once somebody put it in force.

A term is in force when an officer said so, for its definition as it is then: another length or other fields are another
rule and wait for an officer again. What is under a hold stays.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kalip.base.canonical import content_hash
from kalip.base.errors import NotFound
from kalip.model import Entity, Personal, Term
from kalip.records.privacy.emptying import empty_fields, file_fields, filled_fields
from kalip.records.privacy.finding import Candidate, shown
from kalip.records.privacy.holds import holds_on
from kalip.records.privacy.officers import officer
from kalip.records.services import Work
from kalip.storage.persons import Due, count_due, due_records
from kalip.storage.privacy import RETENTIONS, Key, Retention
from kalip.storage.scrubbing import Traces, files_of_records, forget_deeply, scrub

AT_ONCE = 200
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class TermRule:
    """A term with all fields of an entity that it is said of."""

    entity: Entity
    term: Term
    fields: tuple[str, ...]

    @property
    def id(self) -> str:
        """The digest of its definition."""
        said = "\n".join((self.entity.name, self.term.after, self.term.text, *sorted(self.fields)))
        return content_hash(said)[:24]


@dataclass(frozen=True, slots=True)
class Preview:
    """What falls due under a rule today: how many records, how many of those shown are held, and some of them."""

    rule: TermRule
    before: date
    count: int
    in_force: Retention | None
    some: tuple[Candidate, ...] = ()
    held: int = 0


def term_rules(work: Work) -> tuple[TermRule, ...]:
    """The terms of all marks, in order of entities."""
    found = []
    for entity in work.model.entities.values():
        by_term: dict[Term, list[Personal]] = defaultdict(list)
        for mark in entity.personal:
            if mark.term is not None:
                by_term[mark.term].append(mark)
        found += [TermRule(entity, term, tuple(each.field for each in marks)) for term, marks in by_term.items()]
    return tuple(found)


def previews(work: Work) -> tuple[Preview, ...]:
    """What falls due under each term."""
    in_force = _in_force(officer(work))
    return tuple(
        Preview(
            rule, before_of(work, rule), count_due(work.session, work.served, due_of(work, rule)), in_force.get(rule.id)
        )
        for rule in term_rules(work)
    )


def preview(work: Work, rule_id: str) -> Preview:
    """What falls due under one term, with some of the records. NotFound when no mark says such a term."""
    officer(work)
    rule = find_rule(work, rule_id)
    due = due_of(work, rule)
    some = [(rule.entity.name, each) for each in due_records(work.session, work.served, due, limit=_SHOWN)]
    held = holds_on(work, some)
    count = count_due(work.session, work.served, due)
    return Preview(
        rule, before_of(work, rule), count, RETENTIONS.find(work.session, rule.id), shown(work, some), len(held)
    )


def put_in_force(work: Work, rule_id: str) -> TermRule:
    """From now on what falls due under a term is emptied every night. Commits nothing."""
    officer(work)
    rule = find_rule(work, rule_id)
    if RETENTIONS.find(work.session, rule.id) is None:
        RETENTIONS.add(work.session, Retention(rule.id, rule.entity.name, work.now, work.actor.id))
    return rule


def take_out_of_force(work: Work, rule_id: str) -> None:
    """Let a term wait again. NotFound when it isn't in force."""
    if not RETENTIONS.drop(officer(work).session, rule_id):
        raise NotFound("There is no such term in force.")


def waiting_rules(work: Work) -> tuple[TermRule, ...]:
    """The terms that nobody has put in force."""
    in_force = _in_force(officer(work))
    return tuple(rule for rule in term_rules(work) if rule.id not in in_force)


def rules_in_force(work: Work) -> tuple[TermRule, ...]:
    """The terms in force that marks still say."""
    in_force = _in_force(work)
    return tuple(rule for rule in term_rules(work) if rule.id in in_force)


def empty_due(work: Work, rule: TermRule, after: str) -> tuple[str, int]:
    """Empty a portion of what is due; the id to go on after ("" at the end), and how many. Commits nothing.

    What files held goes when contents are collected.
    """
    ids = due_records(work.session, work.served, due_of(work, rule), after, AT_ONCE)
    keys: list[Key] = [(rule.entity.name, each) for each in ids]
    held = holds_on(work, keys)
    free = [key for key in keys if key not in held]
    filled = filled_fields(work, free, ())
    fields = {key: tuple(name for name in filled.get(key, ()) if name in rule.fields) for key in free}
    fields = {key: names for key, names in fields.items() if names}
    if fields:
        forget_deeply(work.session)
        wanted = {name: tuple(some) for name, some in file_fields(work, fields).items() if some}
        files = files_of_records(work.session, [key for key in fields if key[0] in wanted], wanted) if wanted else []
        empty_fields(work, fields)
        scrub(work.session, Traces(()), files=files)
    return (ids[-1] if len(ids) == AT_ONCE else ""), len(fields)


def note_run(work: Work, rule: TermRule, emptied: int) -> None:
    """Note that a term was carried out."""
    known = RETENTIONS.find(work.session, rule.id)
    if known is not None:
        RETENTIONS.change(work.session, rule.id, run_at=work.now, emptied=known.emptied + emptied)


def find_rule(work: Work, rule_id: str) -> TermRule:
    """The term of an id. NotFound when no mark says it."""
    found = next((each for each in term_rules(work) if each.id == rule_id), None)
    if found is None:
        raise NotFound("No mark says such a term.")
    return found


def due_of(work: Work, rule: TermRule) -> Due:
    """What is due under a term today."""
    before = before_of(work, rule)
    field = rule.entity.attributes[rule.term.after]
    moment: date | datetime = before
    if field.type == "datetime":
        moment = datetime.combine(before, time(), ZoneInfo(work.actor.timezone))
    return Due(rule.entity.name, rule.term.after, moment, rule.fields)


def before_of(work: Work, rule: TermRule) -> date:
    """Values from before this day have been kept long enough."""
    today = work.context.today
    months = today.year * 12 + today.month - 1 - rule.term.months
    year, month = divmod(months, 12)
    day = today.day
    while True:
        try:
            return date(max(year, 1), month + 1, day) - timedelta(days=rule.term.days)
        except ValueError:
            day -= 1  # the 31st of a shorter month


def _in_force(work: Work) -> Mapping[str, Retention]:
    return {each.rule: each for each in RETENTIONS.all(work.session, limit=10_000)}
