"""What comes in: mail and public forms become records, entries of histories, or a word why not. Nothing vanishes."""

from kalip.workflow.intake.clients import Sender
from kalip.workflow.intake.entering import takes_messages
from kalip.workflow.intake.exceptions import Binned, bin_record, except_value, exceptions_of, take_back
from kalip.workflow.intake.forms import Submission, find_form, submit_form
from kalip.workflow.intake.polling import JOB_HANDLERS, RECURRING, read_mailbox
from kalip.workflow.intake.receipts import Inflow, consents_given, receipts_of, retry
from kalip.workflow.intake.receiving import settle

__all__ = [
    "JOB_HANDLERS",
    "RECURRING",
    "Binned",
    "Inflow",
    "Sender",
    "Submission",
    "bin_record",
    "consents_given",
    "except_value",
    "exceptions_of",
    "find_form",
    "read_mailbox",
    "receipts_of",
    "retry",
    "settle",
    "submit_form",
    "take_back",
    "takes_messages",
]
