"""Why may somebody do something with a record, or why not: the question, the decision, and what it follows from.

Told from the terms that decide, so that the sentences and the decision can't differ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kalip.access import ANY, Explanation, explain, place_of
from kalip.base.errors import AccessDenied, BadRequest, NotFound
from kalip.base.ids import is_id
from kalip.base.names import did_you_mean
from kalip.base.text import Text
from kalip.model import NAMED, Entity, Field, Verb, verb_key
from kalip.records.explaining.sentences import Because
from kalip.records.explaining.terms import Looked
from kalip.records.filters import allowed_rows, matching
from kalip.records.naming import find_entity, find_field, visible_entity
from kalip.records.readers import work_of
from kalip.records.saving.locking import is_unlocked_for, lock_of
from kalip.records.services import Work
from kalip.storage import User, find_user, get_user, select_many

_OF_FIELDS = frozenset((Verb.READ, Verb.CREATE, Verb.UPDATE, Verb.EXPORT, Verb.IMPORT))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: whether `user` (an id or an e-mail address, empty for oneself) may do `verb` with a record.

    `name` is a transition or conversion. Without `record_id` it is asked whether there is any record at all, without
    `field` it is about the record.
    """

    verb: Verb
    entity: str
    record_id: str = ""
    field: str = ""
    user: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: `allowed` as decided, and `because` of what, in the order in which it is asked.

    `concluded` is what follows from the sentences alone; it is always the same. `subject` is the work of the one whom
    it is about.
    """

    subject: Work
    question: Question
    person: str
    entity: Entity
    allowed: bool
    concluded: bool
    because: tuple[Because, ...]
    field: Field | None = None

    @property
    def verb_key(self) -> str:
        """The verb as it was asked: `update`, `transition:win`."""
        return verb_key(self.question.verb, self.question.name)


def question_of(text: str, entity: str, record_id: str = "", **rest: str) -> Question:
    """A question about a verb as it is written: `read`, `transition:win`. BadRequest for one that there isn't."""
    verb, _, name = text.partition(":")
    if verb not in set(Verb):
        hint = did_you_mean(verb, [each.value for each in Verb])
        raise BadRequest("There is no right '{verb}'.", hint=hint, params={"verb": verb[:40]}, code="R101")
    return Question(Verb(verb), entity, record_id, name=name, **rest)


def why(work: Work, question: Question) -> Why:
    """Explain a decision about oneself, or as an administrator about anybody.

    NotFound for an entity, record, field or user that isn't there for the one who asks. Reads only.
    """
    mine = _is_me(work, question.user)
    if not mine and not work.actor.administrator:
        raise AccessDenied("Only administrators may ask this about others.")
    person = None if mine else _person(work, question.user)
    subject = work if person is None else work_of(work, person)
    entity = find_entity(work, question.entity) if work.actor.administrator else visible_entity(work, question.entity)
    if question.record_id:
        _require_record(work, entity, question.record_id)
    name = person.name if person is not None else work.actor.on_behalf_name or work.actor.name
    answer = told(work, subject, question, name)
    if person is None or person.active:
        return answer
    said = Because("{person} is kept out and may do nothing.", {"person": name}, speaks=False)
    return replace(answer, allowed=False, concluded=False, because=(said, *answer.because))


def told(work: Work, subject: Work, question: Question, person: str) -> Why:
    """Explain a decision about the one whose work `subject` is, called `person`, to the one whose work is `work`.

    Whether that one may ask is asked before.
    """
    entity = find_entity(work, question.entity)
    known = _field_of(work, entity, question.field) if question.field else None
    asked = _Asking(work, subject, entity, question, person)
    sentences = asked.right(question.verb, question.name)
    if known is not None and question.verb in _OF_FIELDS:
        sentences += asked.about_field(known)
    return Why(
        subject=subject,
        question=question,
        person=person,
        entity=entity,
        allowed=_decided(subject, entity, question, known),
        concluded=all(each.speaks for each in sentences),
        because=tuple(sentences),
        field=known,
    )


def _is_me(work: Work, user: str) -> bool:
    return user in ("", work.actor.principal, work.actor.context.email)


def _person(work: Work, user: str) -> User:
    found = get_user(work.session, user) if is_id(user) else find_user(work.session, user)
    if found is None:
        raise NotFound("There is no user '{id}'.", params={"id": user[:60]})
    return found


def _require_record(work: Work, entity: Entity, record_id: str) -> None:
    filters = allowed_rows(work, Verb.READ, entity.name) if is_id(record_id) else None
    if filters is None or not matching(work, entity.name, [record_id], filters):
        params = {"entity": entity.name, "id": record_id[:60]}
        raise NotFound("There is no {entity} with the id '{id}'.", params=params)


def _field_of(work: Work, entity: Entity, name: str) -> Field:
    found = find_field(work.served, entity, name)
    if found is None:
        hint = did_you_mean(name, entity.attributes)
        raise BadRequest("There is no field '{path}'.", hint=hint, params={"path": name[:60]})
    return found


def _decided(subject: Work, entity: Entity, question: Question, known: Field | None) -> bool:
    """The decision itself, made as for the person's own requests."""
    verb, record_id = question.verb, question.record_id
    filters = allowed_rows(subject, verb, entity.name, _named(question))
    if filters is None or (record_id and filters and not matching(subject, entity.name, [record_id], filters)):
        return False
    if verb is Verb.UPDATE and _lock(subject, entity, _row(subject, entity, record_id)) is not None:
        return False
    return known is None or verb not in _OF_FIELDS or _field_allowed(subject, entity, known, question)


def _named(question: Question) -> str:
    return question.name or (ANY if question.verb in NAMED else "")


def _row(work: Work, entity: Entity, record_id: str) -> Mapping[str, object]:
    """The record's place in its pipeline; empty without a record."""
    names = tuple(name for name in ("pipeline", "stage") if name in entity.system)
    if not record_id or not names:
        return {}
    rows = select_many(work.session, work.served, entity.name, [record_id], work.context, names, form="parts")
    return rows.get(record_id, {})


def _lock(work: Work, entity: Entity, row: Mapping[str, object]) -> tuple[str, ...] | None:
    """For which roles alone a record can still be changed, where that isn't the actor's."""
    lock = lock_of(entity, row.get("pipeline"), row.get("stage"))
    return None if lock is None or is_unlocked_for(work.actor, lock) else tuple(lock.unlocked_for)


def _field_allowed(work: Work, entity: Entity, known: Field, question: Question) -> bool:
    """Whether the actor may read or fill in the field, of the record or of some record."""
    verb, one = question.verb, bool(question.record_id)
    row = _row(work, entity, question.record_id)
    sight = work.sight(entity.name)
    place = place_of(row.get("pipeline"), row.get("stage"))
    if verb in (Verb.READ, Verb.EXPORT):
        return sight.level(known.name, place) == "read" if one else sight.shows_all(known.name)
    new = verb is Verb.CREATE
    return sight.may_write(known.name, place, new=new) if one else sight.ever_writes(known.name, new=new)


@dataclass(slots=True)
class _Asking:
    """One question while it is being answered: `work` asks about `subject`, who is called `person`."""

    work: Work
    subject: Work
    entity: Entity
    question: Question
    person: str

    def right(self, verb: Verb, name: str) -> list[Because]:
        """The sentences about the right to the record: each must speak for it."""
        actor = self.subject.actor
        if actor.administrator:
            return [
                Because("{person} is an administrator, who may do everything.", {"person": self.person}, speaks=True)
            ]
        told = []
        if verb not in (Verb.READ, Verb.CREATE, Verb.IMPORT):
            first = self._of_verb(Verb.READ, "")
            told.append(
                Because(
                    "What may not be read can't be changed or taken along: first it must be readable.",
                    {},
                    speaks=all(each.speaks for each in first),
                    under=tuple(first),
                )
            )
        told += self._of_verb(verb, name or (ANY if verb in NAMED else ""))
        if verb is Verb.UPDATE and self.question.record_id:
            told += self._locked()
        return told

    def about_field(self, known: Field) -> list[Because]:
        """The sentences about the right to one field."""
        allowed = _field_allowed(self.subject, self.entity, known, self.question)
        looking = self.question.verb in (Verb.READ, Verb.EXPORT)
        said = (
            Because("The field {field} is shown.", {"field": known.label}, allowed)
            if looking and allowed
            else Because("The field {field} is hidden or masked.", {"field": known.label}, allowed)
            if looking
            else Because("The field {field} may be filled in.", {"field": known.label}, allowed)
            if allowed
            else Because("The field {field} may not be filled in.", {"field": known.label}, allowed)
        )
        return [Because(said.template, said.params, allowed, tuple(self._field_roles(known)))]

    def _of_verb(self, verb: Verb, name: str) -> list[Because]:
        told = explain(self.subject.served, self.subject.actor, verb, self.entity.name, name)
        actor = self.subject.actor
        if actor.entities is not None and not {self.entity.name, told.decider} & set(actor.entities):
            return [Because("What {person} acts with here doesn't reach {entity}.", self._named(), speaks=False)]
        if actor.everything:
            return [Because("{person} acts with the rights of an administrator here.", self._named(), speaks=True)]
        looked = Looked(self, told)
        given = looked.given()
        parts = [looked.part(each, given) for each in told.parts]
        permitted = any(part.speaks for part in parts)
        sentences = parts if len(parts) == 1 else [Because("One of these must permit it.", {}, permitted, tuple(parts))]
        heading = self._heading(told)
        return [*heading, *sentences, *looked.label()]

    def _heading(self, told: Explanation) -> list[Because]:
        if not told.through:
            return []
        decider = self.work.model.entities[told.decider]
        params = {"entity": self.entity.plural or self.entity.label, "parent": decider.label, "verb": told.verb.value}
        return [
            Because(
                "Rights on {entity} are those of what they belong to: asked is for “{verb}” on {parent}.",
                params,
                speaks=True,
            )
        ]

    def _named(self) -> Mapping[str, object]:
        return {"person": self.person, "entity": self.entity.plural or self.entity.label}

    def _locked(self) -> list[Because]:
        roles = _lock(self.subject, self.entity, _row(self.subject, self.entity, self.question.record_id))
        if roles is None:
            return []
        labels = ", ".join(self.role(each).get(self.work.actor.locale) for each in roles) or "—"
        return [
            Because(
                "It was converted and stays as it is; only these roles may still change it: {roles}.",
                {"roles": labels},
                speaks=False,
            )
        ]

    def _field_roles(self, known: Field) -> Iterator[Because]:
        if self.subject.actor.administrator:
            yield Because("An administrator sees and fills in every field.", {}, speaks=True)
            return
        rights = self.entity.field_rights
        closed = known.name in self.entity.closed_fields
        for role in self.subject.actor.roles:
            if (role, known.name) in rights:
                yield Because("The role {role} has rights of its own on the field.", {"role": self.role(role)})
            elif closed:
                yield Because(
                    "The field was added on top and is closed to the role {role} until it is granted.",
                    {"role": self.role(role)},
                    speaks=False,
                )

    @property
    def record_id(self) -> str:
        """The record asked about; empty for none in particular."""
        return self.question.record_id

    def role(self, name: str) -> Text:
        """What a role is called."""
        found = self.work.model.roles.get(name)
        return found.label if found is not None and found.label else Text.of(name)
