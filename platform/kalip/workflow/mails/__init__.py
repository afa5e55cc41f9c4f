"""Mail: written in the transaction that wants it, handed over by a job, and filled from templates."""

from kalip.workflow.mails import posting, resets
from kalip.workflow.mails.composing import (
    Addressee,
    Conversation,
    addressees_of,
    conversation_of,
    has_addresses,
    mail_of_record,
    record_mails,
    write_again,
    write_mail,
)
from kalip.workflow.mails.posting import RECURRING, compose, reply_address
from kalip.workflow.mails.rendering import RenderedMail, mail_template, render_mail, templates_for
from kalip.workflow.mails.writing import OutgoingMail, addresses_of, as_html, message_id, send_again, send_mail

JOB_HANDLERS = {**posting.JOB_HANDLERS, **resets.JOB_HANDLERS}

__all__ = [
    "JOB_HANDLERS",
    "RECURRING",
    "Addressee",
    "Conversation",
    "OutgoingMail",
    "RenderedMail",
    "addressees_of",
    "addresses_of",
    "as_html",
    "compose",
    "conversation_of",
    "has_addresses",
    "mail_of_record",
    "mail_template",
    "message_id",
    "record_mails",
    "render_mail",
    "reply_address",
    "send_again",
    "send_mail",
    "templates_for",
    "write_again",
    "write_mail",
]
