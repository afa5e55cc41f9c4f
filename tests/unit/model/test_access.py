from kalip.base.text import Text
from kalip.model import ALL, NONE, OWN, VERBS, Permission, Role, Scope, Verb


def test_verbs_and_scopes_are_the_words_of_metadata() -> None:
    assert [str(verb) for verb in VERBS] == [
        "read", "create", "update", "archive", "restore", "transition", "convert", "export", "import",
        "assign", "share", "purge",
    ]  # fmt: skip
    assert (Scope("none"), Scope("own"), Scope("all")) == (NONE, OWN, ALL)


def test_a_role_is_nobody_special_until_it_says_so() -> None:
    assert not Role("rep", Text.of("Rep")).administrator


def test_a_permission_without_condition_is_for_every_row_of_its_scope() -> None:
    assert Permission("rep", "lead", Verb.READ, OWN).condition is None
