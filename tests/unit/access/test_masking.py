"""Masks: the end of a text is shown, never so much that the rest can be guessed."""

import pytest

from kalip.access import mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("TR330006100519786457841326", "••••1326"),
        ("+905551112233", "••••2233"),
        ("123456", "••••56"),
        ("12", "••••"),
        ("", "••••"),
    ],
)
def test_the_end_of_a_text(text: str, shown: str) -> None:
    assert mask(text) == shown
