"""Kalip's own tables, as declarative models. What is in them is read and written by the file of each noun.

Their migrations are Alembic's, in `migrations/versions`; a test compares both.
"""

from kalip.storage.own.audit import KalipEventDoor, KalipSeal
from kalip.storage.own.base import OWN_METADATA, SEALED, Base, sealed_for, table_of
from kalip.storage.own.conversions import KalipConversion, KalipConversionDeclined, KalipConversionResult
from kalip.storage.own.duplicates import (
    KalipDuplicateFound,
    KalipDuplicateKey,
    KalipDuplicateRule,
    KalipDuplicateScan,
    KalipMerge,
    KalipMerged,
    KalipMergeMove,
    KalipNotDuplicate,
)
from kalip.storage.own.files import KalipBlob, KalipFile
from kalip.storage.own.identity import KalipAttempt, KalipFactor, KalipLink, KalipTicket
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
from kalip.storage.own.organisation import (
    KalipAbsence,
    KalipExternalId,
    KalipGroup,
    KalipGroupMember,
    KalipPosition,
    KalipSubstitution,
    KalipSubstitutionTask,
    KalipUnit,
    KalipUnitAbove,
)
from kalip.storage.own.people import KalipSession, KalipToken, KalipUser
from kalip.storage.own.pipelines import KalipStageStep, KalipStay
from kalip.storage.own.privacy import (
    KalipBreach,
    KalipDisclosure,
    KalipErasure,
    KalipHold,
    KalipPolicy,
    KalipPolicyAcceptance,
    KalipRetention,
    KalipSubjectRequest,
    KalipWithdrawal,
)
from kalip.storage.own.records import (
    KalipCounter,
    KalipEvent,
    KalipIdempotency,
    KalipImport,
    KalipSavedView,
    KalipSearch,
)
from kalip.storage.own.rules import (
    KalipClock,
    KalipHookAttempt,
    KalipHookDelivery,
    KalipHookMessage,
    KalipRuleCursor,
    KalipRuleRun,
)
from kalip.storage.own.shares import KalipShare
from kalip.storage.own.tasks import KalipFollow, KalipNotification, KalipNotificationSetting, KalipTask

__all__ = [
    "OWN_METADATA",
    "SEALED",
    "Base",
    "KalipAbsence",
    "KalipAttempt",
    "KalipBlob",
    "KalipBreach",
    "KalipClock",
    "KalipColumn",
    "KalipConsent",
    "KalipConsumer",
    "KalipConversion",
    "KalipConversionDeclined",
    "KalipConversionResult",
    "KalipCounter",
    "KalipDisclosure",
    "KalipDocument",
    "KalipDraft",
    "KalipDuplicateFound",
    "KalipDuplicateKey",
    "KalipDuplicateRule",
    "KalipDuplicateScan",
    "KalipErasure",
    "KalipEvent",
    "KalipEventDoor",
    "KalipException",
    "KalipExternalId",
    "KalipFactor",
    "KalipFile",
    "KalipFollow",
    "KalipGroup",
    "KalipGroupMember",
    "KalipHold",
    "KalipHookAttempt",
    "KalipHookDelivery",
    "KalipHookMessage",
    "KalipIdempotency",
    "KalipImport",
    "KalipInstalledPack",
    "KalipJob",
    "KalipJobAttempt",
    "KalipLink",
    "KalipMail",
    "KalipMailbox",
    "KalipMerge",
    "KalipMergeMove",
    "KalipMerged",
    "KalipNotDuplicate",
    "KalipNotification",
    "KalipNotificationSetting",
    "KalipPolicy",
    "KalipPolicyAcceptance",
    "KalipPosition",
    "KalipReceipt",
    "KalipRecurring",
    "KalipRetention",
    "KalipRevision",
    "KalipRuleCursor",
    "KalipRuleRun",
    "KalipSavedView",
    "KalipSeal",
    "KalipSearch",
    "KalipSession",
    "KalipShare",
    "KalipStageStep",
    "KalipStay",
    "KalipSubjectRequest",
    "KalipSubstitution",
    "KalipSubstitutionTask",
    "KalipTable",
    "KalipTask",
    "KalipTicket",
    "KalipToken",
    "KalipUnit",
    "KalipUnitAbove",
    "KalipUser",
    "KalipWithdrawal",
    "sealed_for",
    "table_of",
]
