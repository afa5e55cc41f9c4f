"""The terms of one verb, each with what it finds for a record: roles, shares, tasks, denials and the clearance.

Whether a condition holds is asked of the database, in the person's own name, by the same conditions that lists filter
by. Values stand beside conditions where the one who asks may read them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from kalip.access import Explanation, Grant, Part, may, pieces_of, term_expression
from kalip.base.errors import BadRequest
from kalip.base.text import Text
from kalip.fields import Style
from kalip.model import Entity, Field, Scope, Verb
from kalip.records.explaining.sentences import Because, Value
from kalip.records.filters import matching, said_filter
from kalip.records.naming import find_path
from kalip.records.related import guard_filters
from kalip.records.services import Work
from kalip.records.titles import titles_of
from kalip.storage import Filter, select_many

SCOPES: Final[Mapping[Scope, Because]] = {
    Scope.OWN: Because("one's own records"),
    Scope.TEAM: Because("records of people of one's groups"),
    Scope.UNIT: Because("records of people of one's unit"),
    Scope.UNIT_BELOW: Because("records of people of one's unit and the units below"),
    Scope.ALL: Because("all records"),
}


class Asked(Protocol):
    """What is asked: by the one whose work is `work`, about the one whose work is `subject`, called `person`."""

    work: Work
    subject: Work
    entity: Entity
    person: str

    @property
    def record_id(self) -> str:
        """The record asked about; empty for none in particular."""

    def role(self, name: str) -> Text:
        """What a role is called."""


class Looked:
    """The terms of one verb, with what each of them finds for the record."""

    def __init__(self, asked: Asked, told: Explanation) -> None:
        self._asked = asked
        self._told = told
        self._work = asked.subject
        self._record = asked.record_id
        self._decider = asked.work.model.entities[told.decider]

    def given(self) -> list[Because]:
        """What others gave: shares, and tasks."""
        person = {"person": self._asked.person}
        sentences = []
        if self._told.shared:
            shared = self._holds(self._told.shared)
            sentences.append(
                Because("Somebody shared it with {person} for this.", person, speaks=True)
                if shared
                else Because("Nobody shared it with {person} for this.", person, speaks=False)
            )
        if self._told.tasks:
            tasked = self._holds(self._told.tasks)
            sentences.append(
                Because("{person} has an open task on it, which lets read it.", person, speaks=True)
                if tasked
                else Because("{person} has no open task on it.", person, speaks=False)
            )
        return sentences

    def part(self, part: Part, given: Sequence[Because]) -> Because:
        """Whether roles, shares and tasks add up to the right, or to one transition or conversion."""
        grants = [self._grant(each) for each in part.grants]
        denied = any(said.speaks is False for each, said in zip(part.grants, grants, strict=True) if each.deny)
        permitted = not denied and any(each.speaks for each in (*grants, *given))
        if not part.grants:
            grants.append(Because("{person} has no role.", {"person": self._asked.person}, speaks=False))
        under = (*grants, *given)
        if part.name:
            said = (
                Because("“{name}” is permitted.", {"name": part.name})
                if permitted
                else Because("“{name}” is not permitted.", {"name": part.name})
            )
        else:
            said = (
                Because("Something permits it, and nothing forbids it.")
                if permitted
                else Because("Something forbids it.")
                if denied
                else Because("Nothing permits it.")
            )
        return Because(said.template, said.params, permitted, under)

    def label(self) -> list[Because]:
        """Whether the record is within the clearance."""
        if not self._told.label:
            return []
        fits = self._holds(self._told.label)
        params = {"person": self._asked.person, "values": self._values(self._told.label)}
        said = (
            Because("It is within the clearance of {person}. {values}", params, fits)
            if fits
            else Because("It is more confidential than the clearance of {person}. {values}", params, fits)
        )
        return [said]

    def _grant(self, grant: Grant) -> Because:
        role = {"role": self._asked.role(grant.role)}
        if grant.scope is Scope.NONE:
            return Because("The role {role} says nothing of it.", role)
        params = {**role, "scope": SCOPES[grant.scope]}
        under = tuple(self._conditions(grant))
        if grant.deny:
            # Where no record is named, only what is forbidden on all of them leaves none.
            forbidden = self._holds(grant.source) if self._record else not grant.source
            return Because(
                "The role {role} forbids it on {scope}, whoever else permits it.",
                params,
                False if forbidden else None,
                under,
            )
        return Because("The role {role} permits it on {scope}.", params, self._holds(grant.source), under)

    def _conditions(self, grant: Grant) -> Iterator[Because]:
        if not self._record:
            if grant.condition and not self._is_closed(grant.condition):
                yield Because("Only where: {condition}", {"condition": grant.condition})
            return
        if grant.scope is not Scope.ALL:
            yield self._owned(grant)
        if grant.condition:
            for piece in pieces_of(self._work.served, self._told, grant.condition):
                if self._is_closed(piece):
                    # Neither what it says nor whether it holds: that would tell of a hidden value.
                    yield Because("There is a condition on something that you may not see.")
                    continue
                params = {"condition": piece, "values": self._values(piece)}
                yield (
                    Because("It holds that {condition}. {values}", params, speaks=True)
                    if self._holds(piece)
                    else Because("It doesn't hold that {condition}. {values}", params, speaks=False)
                )

    def _owned(self, grant: Grant) -> Because:
        rest = grant.source.removesuffix(f" && ({grant.condition})") if grant.condition else grant.source
        holds = self._holds(rest)
        params = {"values": self._values("owner == actor.id"), "scope": SCOPES[grant.scope]}
        return (
            Because("It is among {scope}. {values}", params, speaks=True)
            if holds
            else Because("It is not among {scope}. {values}", params, speaks=False)
        )

    def _holds(self, source: str) -> bool:
        """Whether a condition holds for the record that decides; for none in particular where no record is named."""
        if not self._record or not source:
            return True
        expression = term_expression(self._work.served, self._told, source)
        filters = (Filter(expression, self._told.through),)
        return bool(matching(self._work, self._asked.entity.name, [self._record], filters))

    def _values(self, source: str) -> tuple[Value, ...]:
        """The values that a condition read, of fields that the one who asks may read."""
        if not self._record:
            return ()
        work = self._asked.work
        expression = term_expression(self._work.served, self._told, source)
        texts = [text for text in sorted(expression.paths) if text != "id" and self._may_show(text)]
        if not texts:
            return ()
        before = "".join(f"{step}." for step in self._told.through)
        wanted = tuple(before + text for text in texts)
        entity = self._asked.entity.name
        rows = select_many(work.session, work.served, entity, [self._record], work.context, wanted, form="values")
        row = rows.get(self._record, {})
        return tuple(self._value(text, row.get(before + text)) for text in texts)

    def _is_closed(self, source: str) -> bool:
        """Whether a condition reads what the one who asks couldn't filter a list by."""
        work = self._asked.work
        if work.actor.administrator:
            return False
        try:
            expression = said_filter(work, self._decider.name, source)
            guard_filters(work, self._decider, expression.paths)
        except BadRequest:
            return True
        return False

    def _may_show(self, text: str) -> bool:
        work = self._asked.work
        if work.actor.administrator:
            return True
        first, dot, _ = text.partition(".")
        is_path = bool(dot) and find_path(work.served, self._decider, text).hops != ()
        readable = may(work.served, work.actor, Verb.READ, self._decider.name)
        return readable and not is_path and work.sight(self._decider.name).shows_all(first)

    def _value(self, text: str, value: object) -> Value:
        work = self._asked.work
        path = find_path(work.served, self._decider, text)
        if value is None:
            return Value(path.field.label, "—")
        if path.part or path.field.type in ("children", "references"):
            return Value(path.field.label, str(value))
        kind = work.served.types[path.field.type]
        return Value(path.field.label, kind.format(path.field, value, self._style(path.field, value)))

    def _style(self, known: Field, value: object) -> Style:
        work = self._asked.work
        zone: tzinfo = ZoneInfo(work.actor.timezone)
        owner = "user" if known.type == "user" else known.target
        titles = titles_of(work, {owner: [str(value)]}).by_id() if owner and known.type in ("user", "reference") else {}
        return Style(locale=work.actor.locale, timezone=zone, titles=titles)
