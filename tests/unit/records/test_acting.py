"""Acting for another: rights and owner are the absent one's, the log says who did it, and it ends by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kalip.access import Actor, new_secret
from kalip.base.errors import AccessDenied, NotAuthenticated, NotFound
from kalip.compiler import ADMINISTRATOR
from kalip.records import SaveRecord, Work, actor_of_user, enqueue, run, save_record, unit_of_work
from kalip.records.accounts import (
    NewUser,
    actor_of_session,
    change_password,
    create_api_token,
    create_user,
    principals_of,
    set_user_active,
    set_user_roles,
    start_acting,
    stop_acting,
)
from kalip.records.accounts.factors import remove_all_factors
from kalip.records.accounts.resetting import make_reset_for
from kalip.records.jobs import Job
from kalip.records.organisation import NewSubstitution, end_substitution, make_substitution
from kalip.storage import LoginSession, create_login, events_for, get_job
from tests.support.site import NOW, Site

DAY = timedelta(days=1)


def _login(site: Site, who: str) -> str:
    secret = new_secret()
    with site.services.database.write() as session:
        user = str(site.actors[who].id)
        create_login(session, LoginSession(secret.hash, user, NOW, NOW + 20 * DAY, NOW, "", ""))
    return secret.text


def _stand_in(site: Site, absent: str, substitute: str, kind: str = "all", entities: tuple[str, ...] = ()) -> str:
    ids = (str(site.actors[absent].id), str(site.actors[substitute].id))
    command = NewSubstitution(*ids, NOW - DAY, NOW + 5 * DAY, kind, entities)
    return site.act(absent, lambda work: make_substitution(work, command))


def _actor(site: Site, token: str) -> Actor:
    found = actor_of_session(site.services, token)
    assert found is not None
    return found


def test_it_works(site: Site) -> None:
    bora, deniz = (str(site.actors[who].id) for who in ("bora", "deniz"))
    made = _stand_in(site, "bora", "deniz")
    token = _login(site, "deniz")
    assert [each.name for each in site.act("deniz", principals_of, write=False)] == ["Bora"]
    start_acting(site.services, token, bora, "for")
    actor = _actor(site, token)
    assert (actor.id, actor.on_behalf, actor.roles, actor.name) == (deniz, bora, ("rep",), "Deniz")
    assert (actor.context.id, actor.context.email) == (bora, "bora@example.com")
    saved = run(site.services, actor, lambda work: save_record(work, SaveRecord("deal", {"name": "For Bora"})))
    record = site.get("bora", "deal", saved.id)
    assert (record["owner"], record["created_by"]) == (bora, deniz)
    with site.services.database.read() as session:
        (event,) = events_for(session, "deal", saved.id).events
        journal = events_for(session, "user", bora).events
    assert (event.actor, event.on_behalf) == (deniz, bora)
    assert [(each.kind, each.actor, each.on_behalf) for each in journal] == [("acting.started", deniz, bora)]
    site.act("bora", lambda work: end_substitution(work, made))
    assert _actor(site, token).on_behalf is None
    stop_acting(site.services, token)
    stop_acting(site.services, token)
    with site.services.database.read() as session:
        assert events_for(session, "user", bora).events[0].kind == "acting.stopped"


def test_what_is_given_for_some_entities_reaches_no_others(site: Site) -> None:
    _stand_in(site, "ada", "deniz", entities=("company",))
    token = _login(site, "deniz")
    start_acting(site.services, token, str(site.actors["ada"].id), "for")
    actor = _actor(site, token)
    assert not actor.administrator
    run(site.services, actor, lambda work: save_record(work, SaveRecord("company", {"name": "Acme"})))
    with pytest.raises(NotFound, match="no entity"):
        run(site.services, actor, lambda work: save_record(work, SaveRecord("deal", {"name": "None"})))


def test_nobody_acts_for_whom_one_does_not_stand_in(site: Site) -> None:
    _stand_in(site, "bora", "deniz", "tasks")
    token, bora = _login(site, "deniz"), str(site.actors["bora"].id)
    with pytest.raises(AccessDenied):
        start_acting(site.services, token, bora, "for")
    with pytest.raises(AccessDenied):
        start_acting(site.services, token, bora, "see")
    with pytest.raises(AccessDenied):
        start_acting(site.services, token, str(site.actors["deniz"].id), "for")
    with pytest.raises(NotAuthenticated):
        start_acting(site.services, "unknown", bora, "for")


def test_an_administrator_looks_with_others_eyes_and_changes_nothing(site: Site) -> None:
    token, bora = _login(site, "ada"), str(site.actors["bora"].id)
    with pytest.raises(NotFound):
        start_acting(site.services, token, "nobody", "see")
    start_acting(site.services, token, bora, "see")
    actor = _actor(site, token)
    assert (actor.read_only, actor.administrator, actor.roles) == (True, False, ("rep",))
    with unit_of_work(site.services, actor) as work:
        assert work.context.actor.id == bora
    with pytest.raises(AccessDenied, match="another's eyes"):
        run(site.services, actor, lambda work: save_record(work, SaveRecord("company", {"name": "Acme"})))


def test_jobs_go_on_in_the_same_place(site: Site) -> None:
    _stand_in(site, "bora", "deniz")
    token, bora = _login(site, "deniz"), str(site.actors["bora"].id)
    start_acting(site.services, token, bora, "for")
    actor = _actor(site, token)

    def use(work: Work) -> str:
        return enqueue(work, Job("test.nothing", {}, "one", actor=work.actor.id))

    job_id = run(site.services, actor, use)
    with site.services.database.read() as session:
        job = get_job(session, job_id)
    assert job is not None
    assert (job.actor, job.on_behalf) == (actor.id, bora)
    assert actor_of_user(site.services, job.actor, job.on_behalf).on_behalf == bora
    site.clock.move(days=10)
    with pytest.raises(NotAuthenticated):
        actor_of_user(site.services, job.actor, job.on_behalf)
    assert actor_of_user(site.services, job.actor, job.on_behalf, or_own=True).on_behalf is None


def test_who_acts_for_an_administrator_changes_nobodys_account(site: Site) -> None:
    """Not even that person's own: what would let somebody in afterwards is for administrators in their own name."""
    _stand_in(site, "ada", "deniz")
    token, ada = _login(site, "deniz"), str(site.actors["ada"].id)
    start_acting(site.services, token, ada, "for")
    actor = _actor(site, token)
    assert actor.administrator
    new = NewUser("Eve", "eve@example.com", (ADMINISTRATOR,), "correct horse battery")
    refused: tuple[Callable[[Work], object], ...] = (
        lambda work: create_user(work, new),
        lambda work: set_user_roles(work, str(actor.id), (ADMINISTRATOR,)),
        lambda work: set_user_active(work, ada, active=False),
        lambda work: change_password(work, ada, "correct horse battery"),
        lambda work: make_reset_for(work, ada),
        lambda work: remove_all_factors(work, ada),
        lambda work: create_api_token(work, ada),
    )
    for use in refused:
        with pytest.raises(AccessDenied, match="stop acting first"):
            run(site.services, actor, use)
    assert run(site.services, actor, lambda work: create_api_token(work, str(actor.id)))
