"""What lies beside records and goes with them, in words."""

from collections.abc import Mapping

from kalip.web.locale import gettext


def noun_words() -> Mapping[str, str]:
    """What is counted beside records."""
    return {
        "mails": gettext("Mails"),
        "receipts": gettext("What came in"),
        "consents": gettext("Consents"),
        "notifications": gettext("Notifications"),
        "tasks": gettext("Tasks"),
        "runs of rules": gettext("Runs of rules"),
        "answers of other systems": gettext("Answers of other systems"),
        "messages to other systems": gettext("Messages to other systems"),
        "conversions": gettext("Conversions"),
        "results of conversions": gettext("Results of conversions"),
        "steps": gettext("Steps"),
        "merges": gettext("Merges"),
        "kept answers": gettext("Kept answers"),
        "attempts of jobs": gettext("Attempts of jobs"),
        "jobs": gettext("Background work"),
        "exceptions": gettext("Exceptions"),
        "saved lists": gettext("Saved lists"),
        "imports": gettext("Imports"),
        "requests": gettext("Requests"),
        "disclosures": gettext("Disclosures"),
        "files": gettext("Files"),
        "events": gettext("Events"),
        "fields": gettext("Fields"),
        "records emptied": gettext("Records emptied"),
        "records deleted": gettext("Records deleted"),
        "shares": gettext("Shares"),
        "tried sign-ins": gettext("Tried sign-ins"),
        "accounts": gettext("Accounts"),
        "accounts that stay": gettext("Accounts that are let in, which stay"),
        "retired rows": gettext("Rows of removed entities"),
    }


def counted(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Counts with their nouns in the reader's language."""
    words = noun_words()
    return tuple((words.get(noun, noun), number) for noun, number in counts.items())


def gone_for_good() -> str:
    """What whoever deletes records for good is told first."""
    return gettext(
        "Nothing brings back what is deleted for good: with a record go its lines, files, mails, comments and tasks. "
        "The audit log keeps who did what and when, but none of the values."
    )
