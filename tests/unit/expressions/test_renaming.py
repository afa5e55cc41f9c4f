"""Another name in the text of an expression."""

import pytest

from kalip.expressions import names_replaced


@pytest.mark.parametrize(
    ("source", "at_head", "result"),
    [
        ("mail", True, "post"),
        ('mail != null && mail == "mail" // mail', True, 'post != null && post == "mail" // mail'),
        ("old.mail != mail", True, "old.post != post"),
        ("company.mail == mail", True, "company.mail == post"),
        ("company.mail == mail", False, "company.post == mail"),
        ("old.mail != company.old.mail", False, "old.mail != company.old.post"),
        ("`mail` == 1", True, "post == 1"),
        ("mails + e_mail", True, "mails + e_mail"),
        ("mail.", True, "post."),
        ('"unclosed mail', True, '"unclosed mail'),
    ],
)
def test_it_works(source: str, at_head: bool, result: str) -> None:
    assert names_replaced(source, "mail", "post", at_head=at_head) == result
