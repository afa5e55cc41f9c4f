"""Kalip's own tables, as declarative models. What is in them is read and written by the file of each noun.

Their migrations are Alembic's, in `migrations/versions`; a test compares both.
"""

from kalip.storage.own.base import OWN_METADATA, Base, table_of
from kalip.storage.own.files import KalipBlob, KalipFile
from kalip.storage.own.jobs import KalipConsumer, KalipJob, KalipJobAttempt, KalipRecurring
from kalip.storage.own.mail import KalipConsent, KalipException, KalipMail, KalipMailbox, KalipReceipt
from kalip.storage.own.metadata import (
    KalipColumn,
    KalipDocument,
    KalipDraft,
    KalipInstalledPack,
    KalipRevision,
    KalipTable,
)
from kalip.storage.own.people import KalipSession, KalipToken, KalipUser
from kalip.storage.own.records import (
    KalipCounter,
    KalipEvent,
    KalipIdempotency,
    KalipImport,
    KalipSavedView,
    KalipSearch,
)
from kalip.storage.own.tasks import KalipFollow, KalipNotification, KalipNotificationSetting, KalipTask

__all__ = [
    "OWN_METADATA",
    "Base",
    "KalipBlob",
    "KalipColumn",
    "KalipConsent",
    "KalipConsumer",
    "KalipCounter",
    "KalipDocument",
    "KalipDraft",
from kalip.storage.own.rules import (
    KalipClock,
    KalipHookAttempt,
    KalipHookDelivery,
    KalipHookMessage,
    KalipRuleCursor,
    KalipRuleRun,
)
    "KalipEvent",
    "KalipException",
    "KalipFile",
    "KalipFollow",
    "KalipIdempotency",
    "KalipImport",
    "KalipClock",
    "KalipInstalledPack",
    "KalipJob",
    "KalipJobAttempt",
    "KalipMail",
    "KalipMailbox",
    "KalipNotification",
    "KalipNotificationSetting",
    "KalipReceipt",
    "KalipRecurring",
    "KalipRevision",
    "KalipSavedView",
    "KalipSearch",
    "KalipSession",
    "KalipTable",
    "KalipTask",
    "KalipToken",
    "KalipUser",
    "table_of",
]
