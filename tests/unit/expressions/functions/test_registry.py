"""All functions by name."""

from kalip.expressions.functions.registry import ALIASES, ALL_BUILTINS, BUILTINS, SPECIAL


def test_it_works() -> None:
    assert "contains" in BUILTINS
    assert {function.name for function in ALL_BUILTINS} == set(BUILTINS)


def test_other_names_lead_to_functions() -> None:
    assert {name for name in ALIASES.values() if name not in BUILTINS and name not in SPECIAL} == set()


def test_no_function_hides_what_the_checker_knows_by_itself() -> None:
    clashing = set(BUILTINS) & set(SPECIAL)
    assert all(len(BUILTINS[name]) >= 1 for name in clashing)
    assert not set(ALIASES) & set(BUILTINS)
