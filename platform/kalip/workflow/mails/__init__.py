"""Mail: written in the transaction that wants it, handed over by a job, and filled from templates."""

from kalip.workflow.mails.posting import JOB_HANDLERS, RECURRING, compose, reply_address
from kalip.workflow.mails.rendering import RenderedMail, mail_template, render_mail, templates_for
from kalip.workflow.mails.writing import OutgoingMail, addresses_of, as_html, message_id, send_again, send_mail

__all__ = [
    "JOB_HANDLERS",
    "RECURRING",
    "OutgoingMail",
    "RenderedMail",
    "addresses_of",
    "as_html",
    "compose",
    "mail_template",
    "message_id",
    "render_mail",
    "reply_address",
    "send_again",
    "send_mail",
    "templates_for",
]
