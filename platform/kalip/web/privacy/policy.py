"""The privacy policy by version, asked for when it has changed; and the statement on cookies. Both are public.

Whether somebody accepted the present version is remembered in the process once it is so, and which version is present
for some seconds: asking costs a page nothing.
"""

import time
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, Flask, Response, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected
from kalip.records.privacy import accept, publish_policy
from kalip.storage.privacy import POLICIES, Policy, acceptances, current_policy, has_accepted
from kalip.web import htmx
from kalip.web.arriving import inside
from kalip.web.faults import errors_of
from kalip.web.inputs import Option
from kalip.web.locale import LOCALES, current_locale, gettext
from kalip.web.privacy.showing import caring, desk_shell, page_of, when
from kalip.web.render import View, render, render_fragment
from kalip.web.session import services, signed_in, write

blueprint = Blueprint("privacy_policy", __name__)
_VERSIONS = View("privacy/versions.html")
_FRESH: Final = 10.0
_OPEN: Final = ("privacy_policy.", "account.", "static")
_MEMORY = "kalip_policy"


@dataclass(slots=True)
class Memory:
    """What a process knows: the present version, since when, and who accepted which."""

    policy: Policy | None = None
    read_at: float = -1e9
    accepted: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """The policy in the reader's language; `asked` when it is to be accepted."""

    version: str
    paragraphs: tuple[str, ...]
    id: str
    asked: bool
    next: str
    cookies: bool = False


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """All versions, and the form of a new one."""

    versions: tuple[tuple[str, str, int, str], ...]
    locales: tuple[Option, ...]


def init(app: Flask) -> None:
    """Ask whoever opens a page to accept a policy that is new to them."""
    app.extensions[_MEMORY] = Memory()
    app.before_request(_ask)


@blueprint.get("/privacy")
def show_policy() -> Response:
    """The present policy, for everybody."""
    return _policy(asked=False)


@blueprint.get("/privacy/cookies")
def show_cookies() -> Response:
    """Which cookies there are: only necessary ones, so that nobody is asked."""
    return render_fragment("privacy/policy.html", PolicyPage("", (), "", asked=False, next="", cookies=True))


@blueprint.get("/privacy/accept")
def show_question() -> Response:
    """The present policy with the question."""
    return _policy(asked=True)


@blueprint.post("/privacy/accept")
def accept_now() -> BaseResponse:
    """Accept the version that was shown."""
    write(lambda work: accept(work, request.form.get("policy", "")))
    return redirect(inside(request.form.get("next", "")))


@blueprint.get("/admin/privacy/policy")
def show_versions() -> Response:
    """All versions of the policy, for those who look after personal data."""
    return _versions({}, {})


@blueprint.post("/admin/privacy/policy")
def publish() -> BaseResponse:
    """Publish a version."""
    form = request.form
    texts = {locale: form.get(f"text-{locale}", "") for locale in LOCALES}
    try:
        write(lambda work: publish_policy(work, form.get("version", ""), texts))
    except RecordRejected as error:
        return _versions(errors_of(error.violations), dict(form), 422)
    _memory().read_at = -1e9
    flash(gettext("The policy is published. Everybody is asked when they next open a page."))
    return redirect(url_for("privacy_policy.show_versions"))


def _versions(errors: dict[str, str], sent: dict[str, str], status: int = 200) -> Response:
    with caring() as work:
        numbers = acceptances(work.session)
        versions = tuple(
            (each.version, when(work, each.at), numbers.get(each.id, 0), ", ".join(sorted(each.texts)))
            for each in POLICIES.all(work.session)
        )
        page = VersionsPage(versions, tuple(Option(locale, name) for locale, name in LOCALES.items()))
        return render(_VERSIONS, desk_shell(work, gettext("Privacy policy")), page_of(page, errors, sent), status)


def _policy(*, asked: bool) -> Response:
    policy = services().database.glance(current_policy)
    if policy is None:
        return render_fragment("privacy/policy.html", PolicyPage("", (), "", asked=False, next=""))
    locale = current_locale()
    text = policy.texts.get(locale) or policy.texts.get("en") or next(iter(policy.texts.values()))
    paragraphs = tuple(each.strip() for each in text.replace("\r", "").split("\n\n") if each.strip())
    asked = asked and signed_in() is not None
    page = PolicyPage(policy.version, paragraphs, policy.id, asked, request.args.get("next", "/"))
    return render_fragment("privacy/policy.html", page)


def _ask() -> BaseResponse | None:
    person = signed_in()
    if person is None or person.id is None or request.method != "GET" or htmx.is_htmx():
        return None
    if request.endpoint is None or request.endpoint.startswith(_OPEN) or request.path.startswith(("/api/", "/static/")):
        return None
    memory = _memory()
    if time.monotonic() - memory.read_at > _FRESH:
        memory.policy, memory.read_at = services().database.glance(current_policy), time.monotonic()
    policy = memory.policy
    # Who acts for somebody, or looks with their eyes, accepts nothing in their name.
    if policy is None or person.read_only or person.on_behalf or (policy.id, person.id) in memory.accepted:
        return None
    user_id = person.id
    if services().database.glance(lambda session: has_accepted(session, policy.id, user_id)):
        memory.accepted.add((policy.id, user_id))
        return None
    return redirect(url_for("privacy_policy.show_question", next=request.full_path.removesuffix("?")))


def _memory() -> Memory:
    found: Memory = current_app.extensions[_MEMORY]
    return found
