"""The mail with the link for a new password. It isn't kept among the mails: a copy would be the key to the account.

Whoever asks gets the same answer in the same time: whether there is such a person is found out by the job.
"""

from collections.abc import Mapping
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.ids import new_id
from kalip.records import Job, JobHandler, JobRun, Services, Work, enqueue, run
from kalip.records.accounts.doors import Caller
from kalip.records.accounts.resetting import count_request, make_reset, person_to_reset
from kalip.storage import User
from kalip.workflow.mails.posting import put_text
from kalip.workflow.mails.writing import as_html, domain_of

SEND: Final = "mail.reset"
PATH: Final = "/login/reset"
"""Where the page of a link lies; its secret follows."""
_LONGEST: Final = 320
_ATTEMPTS: Final = 6
"""With the pauses between them a few minutes: nobody waits longer for such a mail."""


def sends_resets(services: Services) -> bool:
    """Whether this site can send links: it has a mail server, and knows its own address, which no request may say."""
    return services.network.smtp is not None and bool(services.network.public_url)


def ask_reset(services: Services, email: str, caller: Caller) -> None:
    """Have a link sent to an address, if a person has it. Locked when it was asked for too often. Commits."""
    count_request(services, email, caller)
    job = Job(SEND, {"email": email.strip()[:_LONGEST]}, f"{SEND}:{new_id()}", queue="mail", attempts=_ATTEMPTS)
    run(services, SYSTEM, lambda work: enqueue(work, job))


def send_reset(services: Services, job: JobRun) -> Mapping[str, Any] | None:
    """Make a link and hand its mail over. Each try makes a new link, and those before are worthless."""
    smtp = services.network.smtp
    if smtp is None:
        return {"waiting": "The site has no mail server: set smtp_url."}
    made = run(services, SYSTEM, lambda work: _made(work, str(job.arguments["email"])))
    if made is None:
        return {"sent": 0}
    user, secret = made
    smtp.send(_message(services, user, secret), parseaddr(services.network.sender)[1], [user.email])
    return {"sent": 1}


def _made(work: Work, email: str) -> tuple[User, str] | None:
    user = person_to_reset(work, email)
    return None if user is None else (user, make_reset(work, user))


def _message(services: Services, user: User, secret: str) -> EmailMessage:
    def say(text: str) -> str:
        return services.translate(user.locale, text)

    network = services.network
    lines = (
        say("Somebody asked for a new password for your account. If it was you, set one here:"),
        f"{network.public_url}{PATH}/{secret}",
        say("The link works once, within an hour."),
        say("If it wasn't you, nothing has to be done: your password stays as it is."),
    )
    body = "\n\n".join(lines) + "\n"
    message = EmailMessage(policy.SMTP)
    message["From"] = network.sender
    message["To"] = user.email
    message["Subject"] = say("A new password")
    message["Date"] = format_datetime(services.clock())
    message["Message-ID"] = make_msgid(domain=domain_of(services))
    message["Auto-Submitted"] = "auto-generated"
    put_text(message, body, as_html(body))
    return message


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {SEND: send_reset}
