"""Templates of mail as they are kept."""

from kalip.base.text import Text
from kalip.model import MailTemplate


def test_templates_are_told_apart_by_what_they_are_not_by_what_they_say() -> None:
    first, second = (MailTemplate("a", "crm", Text(), "lead", {}, {}) for _ in range(2))
    assert first != second
    assert first.to == {}
