"""Floor 12: the published metadata and how it changes: packs installed, planned, published, loaded. Knows no HTTP."""

from kalip.designer.choices import add_choices
from kalip.designer.explaining import Explanation, Setting, explain, uses_of
from kalip.designer.history import Undoing, changes_between, roll_back, take_back
from kalip.designer.installing import install_packs, install_proposed, seed_documents
from kalip.designer.loading import compile_served, load_served
from kalip.designer.proposing import PackChange, Proposal, propose
from kalip.designer.publishing import Publication, Published, publish, settle
from kalip.designer.shadows import Shadow
from kalip.designer.site import Site
from kalip.designer.stored import stored_packs

__all__ = [
    "Explanation",
    "PackChange",
    "Proposal",
    "Publication",
    "Published",
    "Setting",
    "Shadow",
    "Site",
    "Undoing",
    "add_choices",
    "changes_between",
    "compile_served",
    "explain",
    "install_packs",
    "install_proposed",
    "load_served",
    "propose",
    "publish",
    "roll_back",
    "seed_documents",
    "settle",
    "stored_packs",
    "take_back",
    "uses_of",
]
