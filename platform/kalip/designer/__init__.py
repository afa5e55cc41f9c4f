"""Floor 12: the published metadata and how it changes: packs installed, planned, published, loaded. Knows no HTTP."""

from kalip.designer.areas import may_publish, publishes_any, require_designer
from kalip.designer.carrying import carry_fields
from kalip.designer.choices import add_choices, name_of_label
from kalip.designer.commands import Edit, Move, PutDocument, Remove, Rename, Reset, Restore, SetValue
from kalip.designer.drafting import discard, edit_draft, open_draft, resolve
from kalip.designer.drafts import NO_SITE, Draft, Drafted
from kalip.designer.explaining import Explanation, Setting, explain, uses_of
from kalip.designer.history import Undoing, changes_between, roll_back, take_back
from kalip.designer.installing import install_packs, install_proposed, seed_documents
from kalip.designer.loading import compile_served, load_served
from kalip.designer.proposing import PackChange, Proposal, propose
from kalip.designer.publishing import Publication, Published, publish, settle
from kalip.designer.rebasing import Clash
from kalip.designer.reviewing import (
    Review,
    Stale,
    publish_documents,
    publish_draft,
    review,
    review_documents,
)
from kalip.designer.shadows import Shadow
from kalip.designer.site import Site
from kalip.designer.stored import stored_packs

__all__ = [
    "NO_SITE",
    "Clash",
    "Draft",
    "Drafted",
    "Edit",
    "Explanation",
    "Move",
    "PackChange",
    "Proposal",
    "Publication",
    "Published",
    "PutDocument",
    "Remove",
    "Rename",
    "Reset",
    "Restore",
    "Review",
    "SetValue",
    "Setting",
    "Shadow",
    "Site",
    "Stale",
    "Undoing",
    "add_choices",
    "carry_fields",
    "changes_between",
    "compile_served",
    "discard",
    "edit_draft",
    "explain",
    "install_packs",
    "install_proposed",
    "load_served",
    "may_publish",
    "name_of_label",
    "open_draft",
    "propose",
    "publish",
    "publish_documents",
    "publish_draft",
    "publishes_any",
    "require_designer",
    "resolve",
    "review",
    "review_documents",
    "roll_back",
    "seed_documents",
    "settle",
    "stored_packs",
    "take_back",
    "uses_of",
]
