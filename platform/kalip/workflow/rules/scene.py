"""What a rule acts upon: a record as the event left it, and as it is now; or a message without a record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.expressions.encoding import canonical
from kalip.fields import FieldFault
from kalip.model import Rule, Verb, Wording
from kalip.records import SaveRecord, Work, nothing
from kalip.records.rules import EntityRules, rules_of
from kalip.records.saving import Draft, Grounds, draft_commands, evaluate, prepare
from kalip.storage import Event

OLD = "old."


@dataclass(slots=True)
class Scene:
    """A rule at work. `key` is that of the occasion and the rule: what the actions make is marked with it.

    `roots` are the names known beside the record: `message`, `given.<parameter>`.
    """

    work: Work
    rule: Rule
    key: str
    record_id: str
    event: Event | None = None
    roots: Mapping[str, object] = field(default_factory=nothing)

    @property
    def entity(self) -> str:
        """The entity of the record."""
        return self.rule.entity

    @property
    def rules(self) -> EntityRules:
        """What the entity asks of its records."""
        return rules_of(self.work.served, self.rule.entity)

    def look(
        self, expressions: Iterable[Expression], *, fields: tuple[str, ...] = (), as_of_event: bool = False
    ) -> Draft:
        """The record with what expressions read of it; raises why it can't be seen.

        As of the event, fields that it changed have the values it gave them, whatever they became meanwhile.
        """
        reads = tuple(expressions)
        (draft,) = draft_commands(
            self.work, [SaveRecord(self.entity, id=self.record_id)], Grounds(verb=Verb.READ, reads=reads, fields=fields)
        )
        prepare(self.work, [draft])
        if draft.error is not None:
            raise draft.error
        if as_of_event and self.event is not None:
            self._as_of_event(draft)
        self.furnish(draft, reads)
        return draft

    def furnish(self, draft: Draft, expressions: Iterable[Expression]) -> None:
        """Give a draft what expressions may name beside it: the record before the event, and the roots."""
        if self.event is not None:
            self._before_event(draft, expressions)
        draft.after.update(self.roots)

    def value(self, expression: Expression) -> object:
        """The value of an expression for the record as it is now."""
        return next(iter(self.values({"": expression}).values()))

    def values(self, expressions: Mapping[str, Expression]) -> dict[str, object]:
        """The values of expressions for the record as it is now; without a record they know the roots alone."""
        if not self.record_id:
            context = self.work.context
            return {name: each.evaluate(dict(self.roots), context) for name, each in expressions.items()}
        draft = self.look(expressions.values())
        return {name: evaluate(self.work, draft, each) for name, each in expressions.items()}

    def holds(self, condition: Expression | None) -> bool:
        """Whether a condition is true for the record as it is now; no condition always is."""
        return condition is None or self.value(condition) is True

    def said(self, wording: Wording, locale: str) -> str:
        """A text in a language, its places filled."""
        text = wording.text.get(locale)
        values = self.values(wording.parts) if wording.parts else {}
        for source, value in values.items():
            text = text.replace(f"{{{source}}}", shown(value))
        return text

    def said_everywhere(self, wording: Wording) -> Text:
        """A text in all its languages, its places filled."""
        return Text(tuple((locale, self.said(wording, locale)) for locale, _ in wording.text.pairs))

    def _as_of_event(self, draft: Draft) -> None:
        rules = draft.rules
        for name, raw in ((self.event.after if self.event else None) or {}).items():
            if name in rules.attributes and name not in rules.children and name not in rules.links:
                value = _parsed(rules, name, raw)
                if value is not _UNREADABLE:
                    draft.after.update(rules.flatten({name: value}))
        for name in rules.derived:
            draft.after.pop(name, None)

    def _before_event(self, draft: Draft, reads: Iterable[Expression]) -> None:
        before = self.event.before if self.event is not None else None
        rules = draft.rules
        for expression in reads:
            for path in expression.paths:
                name = path.removeprefix(OLD).split(".")[0]
                if not path.startswith(OLD) or name not in rules.attributes:
                    continue
                if before is None:
                    draft.after[path] = None
                elif name in before:
                    value = _parsed(rules, name, before[name])
                    flat = {} if value is _UNREADABLE else rules.flatten({name: value})
                    draft.after[path] = flat.get(path.removeprefix(OLD))


_UNREADABLE = object()


def _parsed(rules: EntityRules, name: str, raw: Any) -> object:
    """A value that an event kept; what today's field can't read is nothing to go by."""
    if raw is None:
        return None
    if name not in rules.stored and name not in rules.entity.system:
        return _UNREADABLE
    try:
        return rules.types[name].parse(rules.attributes[name], raw)
    except FieldFault:
        return _UNREADABLE


def shown(value: object) -> str:
    """A value in a text."""
    if value is None:
        return ""
    if value is True or value is False:
        return "✓" if value else "✗"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value))
    return canonical(value) if isinstance(value, Decimal) else str(value)


def told_as_json(value: object) -> object:
    """A value of an expression as other systems are told it: decimals and moments as text."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [told_as_json(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): told_as_json(each) for key, each in value.items()}
    if isinstance(value, Decimal):
        return canonical(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
