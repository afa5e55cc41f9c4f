"""Changes as sentences."""

import pytest

from kalip.metadata import Change, ChangeKind
from kalip.metadata.prose import comparison, document_words, sentence, value_text

ADDED, REMOVED, CHANGED, MOVED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED, ChangeKind.MOVED
LEAD = "entities/lead/entity"
FORM = "entities/lead/views/form"
NAME = "/tabs/main/sections/general/fields/name"


@pytest.mark.parametrize(
    ("change", "said", "compared"),
    [
        (Change(ADDED, LEAD, "", None, {}), "Entity lead is new", "Entity lead is only there"),
        (Change(REMOVED, "roles/rep", "", {}), "Role rep is gone", "Role rep is only here"),
        (
            Change(CHANGED, LEAD, "/fields/email/label", "Mail", "E-mail"),
            "Entity lead, field email: label is now 'E-mail', was 'Mail'",
            "Entity lead, field email: label is 'Mail' here, 'E-mail' there",
        ),
        (
            Change(ADDED, LEAD, "/fields/tin", None, {"type": "text", "label": "Tax id"}),
            "Entity lead: field tin is new (text, 'Tax id')",
            "Entity lead: field tin is set only there",
        ),
        (
            Change(REMOVED, LEAD, "/fields/tin", {"type": "text"}),
            "Entity lead: field tin is gone",
            "Entity lead: field tin is set only here",
        ),
        (
            Change(ADDED, LEAD, "/fields/tin", None, None),
            "Entity lead: field tin is taken out",
            "Entity lead: field tin is taken out only there",
        ),
        (
            Change(REMOVED, LEAD, "/fields/tin", None),
            "Entity lead: field tin is not taken out any more",
            "Entity lead: field tin is taken out only here",
        ),
        (
            Change(ADDED, LEAD, "/fields/email/required", None, True),
            "Entity lead, field email: required is now yes",
            "Entity lead, field email: required is set only there, yes",
        ),
        (
            Change(REMOVED, LEAD, "/fields/email/required", True),
            "Entity lead, field email: required is not set any more, was yes",
            "Entity lead, field email: required is set only here, yes",
        ),
        (
            Change(MOVED, LEAD, "/fields", ("a", "b"), ("b", "a")),
            "Entity lead: fields are in another order: b, a",
            "Entity lead: fields are in this order here: a, b; there: b, a",
        ),
        (
            Change(ADDED, FORM, NAME, None, {}),
            "Form of lead, tab main, section general: field name is new",
            "Form of lead, tab main, section general: field name is set only there",
        ),
        (
            Change(MOVED, FORM, "/tabs/main/sections", ("x", "y"), ("y", "x")),
            "Form of lead, tab main: sections are in another order: y, x",
            "Form of lead, tab main: sections are in this order here: x, y; there: y, x",
        ),
        (
            Change(CHANGED, "pack", "/requires/crm", ">=1", ">=2"),
            "The manifest: requirement crm is now '>=2', was '>=1'",
            "The manifest: requirement crm is '>=1' here, '>=2' there",
        ),
        (
            Change(CHANGED, "crm/entities/lead/pipelines/inbound.json", "/stages/new/label", "New", {"en": "Fresh"}),
            "Pipeline inbound of lead (crm), stage new: label is now 'Fresh' (en), was 'New'",
            "Pipeline inbound of lead (crm), stage new: label is 'New' here, 'Fresh' (en) there",
        ),
    ],
)
def test_it_works(change: Change, said: str, compared: str) -> None:
    assert sentence(change) == said
    assert comparison(change) == compared


def test_documents_are_called_by_what_they_are() -> None:
    assert document_words("entities/lead/views/list.mine") == "list mine of lead"
    assert document_words("choices/source") == "choice list source"
    assert document_words("lang/tr") == "translation tr"
    assert document_words("README.md") == "file README.md"


def test_values_are_cut_and_kept_on_one_line() -> None:
    assert value_text("a\n  b") == "'a b'"
    assert len(value_text("x" * 500)) < 70
    assert value_text(["a", "b"]) == "a, b"
    assert value_text({"min": 1}) == '{"min":1}'
    assert value_text({}) == "{}"
