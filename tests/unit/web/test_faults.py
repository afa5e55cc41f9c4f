"""Violations beside inputs."""

import pytest
from flask import Flask

from kalip.base.errors import Violation
from kalip.web.faults import errors_of, name_of, summary_of


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("/amount", "amount"),
        ("/amount/currency", "amount"),
        ("/lines/0/quantity", "lines.0.quantity"),
        ("/lines/set/2/price/currency", "lines.2.price"),
        ("/lines/0", "lines.0"),
        ("", ""),
    ],
)
def test_it_works(pointer: str, name: str) -> None:
    assert name_of(pointer) == name


def test_messages_of_one_input_are_joined_once() -> None:
    with Flask(__name__).test_request_context():
        errors = errors_of([Violation("/a", "x", "One."), Violation("/a", "y", "Two."), Violation("/a", "z", "One.")])
    assert errors == {"a": "One. Two."}


def test_the_summary_follows_the_form_and_links_only_to_what_is_there() -> None:
    faults = [Violation("/hidden", "x", "No."), Violation("/b", "x", "No."), Violation("/a", "x", "No.")]
    with Flask(__name__).test_request_context():
        summary = summary_of(faults, ["a", "b"], {"a": "First", "b": "Second", "hidden": "Hidden"})
    assert [(each.text, each.target) for each in summary] == [
        ("First: No.", "f-a"),
        ("Second: No.", "f-b"),
        ("Hidden: No.", ""),
    ]
