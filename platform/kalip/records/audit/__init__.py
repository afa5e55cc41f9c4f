"""What makes the event log an audit trail: it is sealed, kept as long as the site says, and looked through."""

from kalip.records.audit.sealing import (
    FORGET,
    RECURRING,
    SEAL,
    Kept,
    forget_events,
    handlers_of,
    kept_of,
    newest_seal,
    seal_events,
)
from kalip.records.audit.searching import LogPage, kinds_of_events, log_page, log_pages

__all__ = [
    "FORGET",
    "RECURRING",
    "SEAL",
    "Kept",
    "LogPage",
    "forget_events",
    "handlers_of",
    "kept_of",
    "kinds_of_events",
    "log_page",
    "log_pages",
    "newest_seal",
    "seal_events",
]
