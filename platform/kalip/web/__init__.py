"""Floor 14: the browser and REST over the same use cases. Knows HTTP; holds no rules and no SQL."""

from flask import Flask

from kalip.designer import Site
from kalip.web import assets, errors, htmx, privacy, render, security, session
from kalip.web.account import DemoLogin
from kalip.web.account import blueprint as account
from kalip.web.administration import blueprint as administration
from kalip.web.api import register_api
from kalip.web.audit.routes import blueprint as audit
from kalip.web.audit.seeing import blueprint as seeing
from kalip.web.background import blueprint as jobs_admin
from kalip.web.boards.routes import blueprint as boards
from kalip.web.calendars.routes import blueprint as calendars
from kalip.web.conversions.bulk import blueprint as bulk_conversions
from kalip.web.conversions.routes import blueprint as conversions
from kalip.web.designer import blueprints as designer
from kalip.web.duplicates.routes import blueprint as duplicates
from kalip.web.forms import blueprint as forms
from kalip.web.home import blueprint as home
from kalip.web.intake import blueprint as intake
from kalip.web.jobs.routes import blueprint as jobs
from kalip.web.lists.bulk import blueprint as bulk
from kalip.web.lists.bulk_pipelines import blueprint as bulk_pipelines
from kalip.web.lists.routes import blueprint as lists
from kalip.web.lists.transfers import blueprint as transfers
from kalip.web.notifications.routes import blueprint as notifications
from kalip.web.oidc.routes import blueprint as oidc
from kalip.web.organisation.away import blueprint as away
from kalip.web.organisation.importing import blueprint as org_import
from kalip.web.organisation.people import blueprint as org_people
from kalip.web.organisation.tree import blueprint as organisation
from kalip.web.people import blueprint as people
from kalip.web.picker import blueprint as picker
from kalip.web.record.asking import blueprint as rule_questions
from kalip.web.record.files import blueprint as files
from kalip.web.record.history import blueprint as history
from kalip.web.record.mails import blueprint as mails
from kalip.web.record.moves import blueprint as moves
from kalip.web.record.pipelines import blueprint as pipelines
from kalip.web.record.purging import blueprint as purging
from kalip.web.record.rights import blueprint as rights
from kalip.web.record.routes import blueprint as record
from kalip.web.record.sharing import blueprint as sharing
from kalip.web.routing import LazyRule
from kalip.web.rules.routes import blueprint as rules
from kalip.web.scim.routes import blueprint as scim
from kalip.web.searching import blueprint as searching
from kalip.web.serving import serve
from kalip.web.sign_in.factors import blueprint as factors
from kalip.web.sign_in.journal import blueprint as sign_ins
from kalip.web.sign_in.resetting import blueprint as reset
from kalip.web.sign_in.second import blueprint as second
from kalip.web.sign_in.security import blueprint as security_page
from kalip.web.tasks.bulk import blueprint as many_tasks
from kalip.web.tasks.making import blueprint as new_tasks
from kalip.web.tasks.routes import blueprint as tasks
from kalip.web.user_keys import blueprint as user_keys

# Pages with a fixed first segment come before those of entities; see RESERVED_SEGMENTS.
_PAGES = (
    *designer,
    *privacy.blueprints,
    forms,
    intake,
    home,
    account,
    oidc,
    second,
    reset,
    security_page,
    user_keys,
    factors,
    sign_ins,
    searching,
    administration,
    scim,
    organisation,
    org_people,
    org_import,
    away,
    audit,
    rules,
    jobs_admin,
    jobs,
    new_tasks,
    many_tasks,
    tasks,
    notifications,
    people,
    seeing,
    picker,
    bulk,
    bulk_pipelines,
    transfers,
    boards,
    calendars,
    bulk_conversions,
    conversions,
    duplicates,
    moves,
    rule_questions,
    mails,
    pipelines,
    files,
    history,
    rights,
    sharing,
    purging,
    record,
    lists,
)


def register(app: Flask, site: Site) -> None:
    """Add everything for the browser to an application that has a secret key.

    Read from `app.config`: `KALIP_TITLE`, and `KALIP_DEMO_LOGINS`, a sequence of
    `kalip.web.account.DemoLogin` that the sign-in page offers.
    """
    app.url_rule_class = LazyRule
    session.init(app, site)
    security.init(app)
    htmx.init(app)
    render.init(app)
    assets.init(app)
    errors.init(app)
    register_api(app)
    privacy.init(app)
    for blueprint in _PAGES:
        app.register_blueprint(blueprint)


__all__ = ["DemoLogin", "register", "serve"]
