"""Who of other people may see a record: asked before somebody is given work on it or told of it."""

from collections.abc import Iterable
from dataclasses import replace

from kalip.access import Actor
from kalip.base.errors import AccessDenied, NotFound
from kalip.records.accounts import stored_actor
from kalip.records.history import require_visible
from kalip.records.services import Work, open_work
from kalip.storage import User, get_user


def work_of(work: Work, person: User) -> Work:
    """The same transaction, seen with another person's eyes; it commits nothing and writes no events of its own."""
    return _seen_by(work, stored_actor(work.session, work.model, person))


def active_people(work: Work, user_ids: Iterable[str]) -> dict[str, User]:
    """Those who are there and not kept out, by id, in the order asked."""
    found = {each: get_user(work.session, each) for each in dict.fromkeys(user_ids)}
    return {key: person for key, person in found.items() if person is not None and person.active}


def may_see(work: Work, person: User, entity: str, record_id: str) -> bool:
    """Whether a person may see a record, archived or not, with the roles of today."""
    try:
        require_visible(work_of(work, person), entity, record_id)
    except (NotFound, AccessDenied):
        return False
    return True


def _seen_by(work: Work, actor: Actor) -> Work:
    opened = open_work(work.services, work.served, work.session, actor, work.correlation)
    return replace(opened, now=work.now)
