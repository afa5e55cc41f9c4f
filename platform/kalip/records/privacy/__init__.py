"""Personal data: found over all entities, handed out, rectified by ordinary saves, erased with proof, kept for a term.

`printing` stands apart: it is loaded when something is printed.
"""

from kalip.records.privacy.consenting import consents_of_records, withdraw_consent
from kalip.records.privacy.desk import (
    ASKED,
    NewBreach,
    accept,
    add_request,
    affected_by,
    change_breach,
    close_request,
    find_breach,
    marks_of,
    publish_policy,
    report_breach,
)
from kalip.records.privacy.disclosing import KINDS as DISCLOSED
from kalip.records.privacy.disclosing import THE_PERSON, Given, disclosures, note_disclosure
from kalip.records.privacy.erasing import (
    DELETE,
    EMPTY,
    STAY,
    EraseSubject,
    ErasurePlan,
    Step,
    erase,
    find_proof,
    plan_erasure,
    proof_digest,
)
from kalip.records.privacy.finding import Candidate, Found, Person, candidates, find_person, look_beside, shown
from kalip.records.privacy.handing_out import gather, hand_out, print_person
from kalip.records.privacy.holds import end_hold, holds_on, put_hold
from kalip.records.privacy.officers import is_officer, officer, officers_of
from kalip.records.privacy.register import Entry, register_of
from kalip.records.privacy.remembering import note_erasures, settle_erasures, sweep, sweep_at_start
from kalip.records.privacy.retention import (
    Preview,
    TermRule,
    empty_due,
    find_rule,
    note_run,
    preview,
    previews,
    put_in_force,
    rules_in_force,
    take_out_of_force,
    waiting_rules,
)

__all__ = [
    "ASKED",
    "DELETE",
    "DISCLOSED",
    "EMPTY",
    "STAY",
    "THE_PERSON",
    "Candidate",
    "Entry",
    "EraseSubject",
    "ErasurePlan",
    "Found",
    "Given",
    "NewBreach",
    "Person",
    "Preview",
    "Step",
    "TermRule",
    "accept",
    "add_request",
    "affected_by",
    "candidates",
    "change_breach",
    "close_request",
    "consents_of_records",
    "disclosures",
    "empty_due",
    "end_hold",
    "erase",
    "find_breach",
    "find_person",
    "find_proof",
    "find_rule",
    "gather",
    "hand_out",
    "holds_on",
    "is_officer",
    "look_beside",
    "marks_of",
    "note_disclosure",
    "note_erasures",
    "note_run",
    "officer",
    "officers_of",
    "plan_erasure",
    "preview",
    "previews",
    "print_person",
    "proof_digest",
    "publish_policy",
    "put_hold",
    "put_in_force",
    "register_of",
    "report_breach",
    "rules_in_force",
    "settle_erasures",
    "shown",
    "sweep",
    "sweep_at_start",
    "take_out_of_force",
    "waiting_rules",
    "withdraw_consent",
]
