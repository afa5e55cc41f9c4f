"""Public forms: pages that anybody may open and send, also within pages of the sites that the form names.

They know no session and no cookie. That a form was opened here, and when, is signed into it; who sends too much has
to wait; a field that only machines fill gives them away.
"""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from werkzeug.wrappers import Response as BaseResponse

from kalip.access import SYSTEM
from kalip.base.errors import RecordRejected, Violation
from kalip.model import FormField, WebForm
from kalip.records import Work, unit_of_work
from kalip.web.cells import style_of
from kalip.web.faults import Fault, errors_of, summary_of
from kalip.web.inputs import Input, Sheet, State, Submitted, input_of, read_inputs
from kalip.web.limiting import MEMORY, SETTING, Limiter
from kalip.web.locale import current_locale, gettext, use_locale
from kalip.web.security import POLICY, csrf
from kalip.web.session import services
from kalip.workflow.intake import Submission, find_form, submit_form

blueprint = Blueprint("forms", __name__, url_prefix="/forms")
csrf.exempt(blueprint)  # there is nobody whose rights a stranger's page could use

TRAP = "fax_number"
QUICKEST = 2  # seconds; nobody fills a form in faster
LASTS = 24 * 3600
_LIMITS: Sequence[RateLimitItem] = (RateLimitItemPerMinute(10), RateLimitItemPerHour(60))
_EXTENSION = "kalip_form_limits"
_SALT = "kalip.forms"
_LONGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class ShownConsent:
    """Something to agree to."""

    name: str
    text: str
    required: bool
    given: bool
    error: str


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A public form. `token` says that, and when, it was opened; `parameters` are handed on from the form's address.

    `page` is the page from which the form was opened, or within which it is shown.
    """

    title: str
    intro: str
    site: str
    action: str
    inputs: tuple[Input, ...]
    consents: tuple[ShownConsent, ...]
    faults: tuple[Fault, ...]
    button: str
    token: str
    trap: str
    parameters: tuple[tuple[str, str], ...]
    page: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent, and what is wrong with it."""

    submitted: Submitted
    consents: tuple[str, ...]
    violations: Sequence[Violation] = ()
    note: str = ""


NOTHING = Typed({}, ())


@blueprint.get("/<name>")
def show_form(name: str) -> Response:
    """The form, empty."""
    _speak()
    with _looking() as work:
        return _page(work, find_form(work, name), NOTHING)


@blueprint.post("/<name>")
def send_form(name: str) -> BaseResponse:
    """Take what was sent; then the thanks."""
    _speak()
    with _looking() as work:
        form = find_form(work, name)
        submitted = read_inputs(request.form, form.fields)
        typed = Typed(submitted, tuple(each for each in request.form.getlist("_consent") if each in form.consents))
        opened = _opened(name)
        if opened is None:
            note = gettext("The form was open for too long. Look it over and send it again.")
            return _page(work, form, replace(typed, note=note), 422)
        if not _may_send(name):
            note = gettext("That was often. Wait a little and send it again.")
            return _page(work, form, replace(typed, note=note), 429)
    key, seconds = opened
    try:
        submit_form(services(), name, _submission(form, typed, key, seconds))
    except RecordRejected as error:
        with _looking() as work:
            return _page(work, find_form(work, name), replace(typed, violations=error.violations), 422)
    return redirect(url_for("forms.thank", name=name, lang=current_locale()), 303)


@blueprint.get("/<name>/thanks")
def thank(name: str) -> Response:
    """The page after the form."""
    _speak()
    with _looking() as work:
        form = find_form(work, name)
        text = form.thanks.get(current_locale()) or gettext("Thank you. We have got it.")
        body = render_template("forms/thanks.html", page=(form.title.get(current_locale()), text, _site()))
        return _framed(form, Response(body, content_type="text/html; charset=utf-8"))


def _page(work: Work, form: WebForm, typed: Typed, status: int = 200) -> Response:
    body = render_template("forms/page.html", page=_shown(work, form, typed))
    return _framed(form, Response(body, status=status, content_type="text/html; charset=utf-8"))


def _shown(work: Work, form: WebForm, typed: Typed) -> ShownForm:
    locale, entity = current_locale(), work.entity(form.entity)
    errors = errors_of(each for each in typed.violations if not each.pointer.startswith("/consents/"))
    denied = {each.pointer.removeprefix("/consents/"): each for each in typed.violations}
    required = [each.name for each in form.fields.values() if each.required]
    defaults = {name: entity.fields[name].default for name in form.fields}
    values = {
        name: work.served.types[entity.fields[name].type].parse(entity.fields[name], value)
        for name, value in defaults.items()
        if value is not None
    }
    sheet = Sheet(work, entity, State(values, typed.submitted, errors, required=required), style_of(work))
    labels = {each.name: each.label.get(locale) for each in form.fields.values()}
    return ShownForm(
        title=form.title.get(locale),
        intro=form.intro.get(locale),
        site=_site(),
        action=url_for("forms.send_form", name=form.name, lang=locale),
        inputs=tuple(_input(sheet, each, locale) for each in form.fields.values()),
        consents=tuple(
            ShownConsent(
                each.name,
                each.text.get(locale),
                each.required,
                each.name in typed.consents,
                " ".join(errors_of([replace(denied[each.name], pointer="/x")]).values()) if each.name in denied else "",
            )
            for each in form.consents.values()
        ),
        faults=summary_of(
            [each for each in typed.violations if not each.pointer.startswith("/consents/")], form.fields, labels
        ),
        button=form.button.get(locale) or gettext("Send"),
        token=_serializer().dumps([form.name, secrets.token_hex(12)]),
        trap=TRAP,
        parameters=tuple((name, text) for name, text in _parameters(form).items()),
        # Who shows the form in a frame is known only while it is opened.
        page=_page_of(request.form.get("_page") or request.referrer or ""),
        note=typed.note,
    )


def _page_of(text: str) -> str:
    return text[:_LONGEST_PAGE] if text.startswith(("http://", "https://")) else ""


def _input(sheet: Sheet, asked: FormField, locale: str) -> Input:
    made = input_of(sheet, sheet.entity.fields[asked.name])
    return replace(
        made, label=asked.label.get(locale), help=asked.help.get(locale), placeholder="", visible=True, readonly=False
    )


def _submission(form: WebForm, typed: Typed, key: str, seconds: float) -> Submission:
    suspicion = ""
    if request.form.get(TRAP):
        suspicion = "a field was filled that people don't see"
    elif seconds < QUICKEST:
        suspicion = "it was sent faster than anybody types"
    return Submission(
        key=key,
        values={name: {part: list(texts) for part, texts in parts.items()} for name, parts in typed.submitted.items()},
        consents=typed.consents,
        parameters=_parameters(form),
        locale=current_locale(),
        circumstances={
            "address": request.remote_addr or "",
            "browser": request.user_agent.string[:_LONGEST_PAGE],
            "page": _page_of(request.form.get("_page", "")),
        },
        suspicion=suspicion,
    )


def _parameters(form: WebForm) -> Mapping[str, str]:
    """Parameters of the form's address that it takes; a sent form hands them on."""
    names = [each.parameter for each in form.hidden.values() if each.parameter]
    found = {name: request.form.get(f"_p.{name}") or request.args.get(name) or "" for name in names}
    return {name: text[:_LONGEST_PAGE] for name, text in found.items() if text}


def _opened(name: str) -> tuple[str, float] | None:
    """The key of a form that was opened here, and how many seconds ago; None when that can't be or is too long ago."""
    try:
        said, at = _serializer().loads(request.form.get("_token", ""), max_age=LASTS, return_timestamp=True)
    except (SignatureExpired, BadSignature):
        return None
    if not isinstance(said, list) or len(said) != 2 or said[0] != name:
        return None
    # The signature counts whole seconds.
    return f"{name}:{said[1]}", services().clock().timestamp() - at.timestamp()


def _may_send(name: str) -> bool:
    limiter: Limiter | None = current_app.extensions.get(_EXTENSION)
    if limiter is None:
        limiter = current_app.extensions[_EXTENSION] = Limiter(current_app.config.get(SETTING, MEMORY))
    return limiter.hit(_LIMITS, name, request.remote_addr or "")


def _serializer() -> URLSafeTimedSerializer:
    # The last one signs; what a key of before signed is still taken.
    keys = [*reversed(current_app.config["SECRET_KEY_FALLBACKS"] or ()), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt=_SALT)


def _looking() -> AbstractContextManager[Work]:
    return unit_of_work(services(), replace(SYSTEM, locale=current_locale()))


def _speak() -> None:
    g.actor = None
    use_locale(request.args.get("lang", ""))


def _site() -> str:
    return str(current_app.config.get("KALIP_TITLE") or "Kalip")


def _framed(form: WebForm, response: Response) -> Response:
    """Allow the form's sites, and nobody else, to show it within their pages."""
    sites = " ".join(form.origins) or "'none'"
    policy = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {sites}")
    response.headers["Content-Security-Policy"] = policy.replace("script-src 'self'", "script-src 'none'")
    if form.origins:
        # Browsers that know frame-ancestors leave this one alone; the others can't say "these sites".
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
