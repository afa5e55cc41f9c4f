"""The terms of one verb, each with what it finds for a record: roles, shares, tasks, denials and the clearance.

Whether a condition holds is asked of the database, in the person's own name, by the same conditions that lists filter
by. Values stand beside conditions where the one who asks may read them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from kalip.access import Explanation, Grant, Part, term_expression, term_pieces
from kalip.base.text import Text
from kalip.model import Entity, Scope
from kalip.records.explaining.sentences import Because, Value
from kalip.records.explaining.values import CLOSED, Through, is_closed, said_piece, shown_values
from kalip.records.filters import matching
from kalip.records.services import Work
from kalip.storage import Filter

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
            for piece in term_pieces(self._work.served, self._told, grant.condition):
                if self._is_closed(piece):
                    yield CLOSED
                else:
                    yield said_piece(piece, self._values(piece), holds=self._holds(piece))

    def _owned(self, grant: Grant) -> Because:
        rest = grant.source.removesuffix(f" && ({grant.condition})") if grant.condition else grant.source
        holds = self._holds(rest)
        params = {"values": self._values(rest), "scope": SCOPES[grant.scope]}
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
        paths = term_expression(self._work.served, self._told, source).paths
        through = Through(self._asked.entity.name, self._told.through)
        return shown_values(self._asked.work, self._decider, self._record, paths, through)

    def _is_closed(self, source: str) -> bool:
        return is_closed(self._asked.work, self._decider, source)
