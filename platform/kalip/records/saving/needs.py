"""Which paths of a record a save needs: what changes, what the affected rules read, what rights ask."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kalip.expressions import Expression
from kalip.model import Verb
from kalip.records.rules import OLD, ROLLUP, EntityRules
from kalip.records.saving.drafts import Draft
from kalip.records.saving.rulings import giving_ruling, ruling_of
from kalip.records.services import Work
from kalip.storage.likeness import Side, sides_of


@dataclass(slots=True)
class Needs:
    """Own fields and computed ones by name, dotted paths through references by first step, collections.

    `elements` maps a collection (children or references field) to the paths read of its records.
    """

    fields: set[str] = field(default_factory=set)
    hops: dict[str, set[str]] = field(default_factory=dict)
    elements: dict[str, set[str]] = field(default_factory=dict)

    def read(self, rules: EntityRules, expression: Expression) -> None:
        """Add what an expression reads, and what the computed fields in it read in turn."""
        for collection, paths in expression.element_paths.items():
            self.elements.setdefault(collection.removeprefix(OLD), set()).update(paths)
        for path in expression.paths:
            self.path(rules, path.removeprefix(OLD))

    def path(self, rules: EntityRules, path: str) -> None:
        """Add one path."""
        head, _, rest = path.partition(".")
        found = rules.attributes.get(head)
        if found is None:
            return
        if rest and path not in rules.part_paths[head]:
            self.hops.setdefault(head, set()).add(rest)
        if head in rules.children or head in rules.links:
            self.elements.setdefault(head, set())
            return
        if head in self.fields:
            return
        self.fields.add(head)
        if found.computed is not None:
            self.read(rules, found.computed)
        if found.type == ROLLUP:
            self.elements.setdefault(str(found.options.get("of")), set())

    def merge(self, other: "Needs") -> None:
        """Add everything that another one needs."""
        self.fields |= other.fields
        for target, source in ((self.hops, other.hops), (self.elements, other.elements)):
            for key, paths in source.items():
                target.setdefault(key, set()).update(paths)


def needs_of(work: Work, draft: Draft) -> Needs:
    """Everything a draft needs, decided before its row is read: a superset of what will change."""
    rules = draft.rules
    touched = {*draft.explicit, *draft.grounds.forced, *draft.grounds.sets, *draft.values}
    touched |= {violation.pointer.rsplit("/", 1)[-1] for violation in draft.violations} & set(rules.attributes)
    needs = Needs()
    for name in touched:
        needs.path(rules, name)
    for expression in _expressions(rules, touched, new=draft.new or draft.grounds.whole):
        needs.read(rules, expression)
    for fields in _whole(work, touched, draft):
        for name in fields:
            needs.path(rules, name)
    for expression in draft.grounds.reads:
        needs.read(rules, expression)
    if draft.grounds.whole:
        for name in (*rules.attributes, *rules.children, *rules.links):
            needs.path(rules, name)
    if draft.parent is not None:
        for name in rules.derived:  # the parent's rollups read them
            needs.path(rules, name)
    _read_rights(work, draft, needs)
    return needs


def _expressions(rules: EntityRules, touched: set[str], *, new: bool) -> Iterable[Expression]:
    for rule in (*rules.required_when, *rules.readonly_when, *rules.visible_when):
        if new or rule.field in touched or not rule.depends.isdisjoint(touched):
            yield rule.expression
    yield from (check.expression for check in rules.checks_touched(touched, new=new))
    if new:
        yield from (field.default_expression for field in rules.defaults if field.default_expression)
        for pipeline in rules.entity.pipelines.values():
            yield from pipeline.start_conditions


def _whole(work: Work, touched: set[str], draft: Draft) -> Iterable[Iterable[str]]:
    rules = draft.rules
    yield from (key.fields for key in rules.unique_touched(touched))
    if draft.grounds.verb in (Verb.ARCHIVE, Verb.RESTORE):
        yield from (key.fields for key in rules.unique)
    yield from (side.fields for side in _sides(work, draft, touched))
    yield (rule.field for rule in rules.required_when if not rule.depends.isdisjoint(touched))
    if not rules.indexed.isdisjoint(touched):
        yield rules.indexed
    yield draft.grounds.fields


def _sides(work: Work, draft: Draft, touched: set[str]) -> Iterable[Side]:
    """The sides of duplicate rules that the change concerns; a record that is archived needs none."""
    if draft.grounds.verb is Verb.ARCHIVE:
        return ()
    sides = sides_of(work.served, draft.entity)
    return sides if draft.grounds.verb is Verb.RESTORE else (s for s in sides if not s.fields.isdisjoint(touched))


def _read_rights(work: Work, draft: Draft, needs: Needs) -> None:
    if draft.parent is not None:
        return
    for ruling in (ruling_of(work, draft), giving_ruling(work, draft)):
        if ruling is None or ruling.condition is None:
            continue
        if ruling.through:
            needs.path(draft.rules, ruling.through[0])
        else:
            needs.read(draft.rules, ruling.condition)
