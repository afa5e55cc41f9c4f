"""Nodes know their places in the source."""

import dataclasses

import pytest

from kalip.expressions.nodes import Name
from kalip.expressions.parser import parse


def test_it_works() -> None:
    node = parse("  amount")
    assert isinstance(node, Name)
    assert (node.offset, node.length) == (2, 6)


def test_nodes_never_change() -> None:
    node = parse("amount")
    with pytest.raises(dataclasses.FrozenInstanceError):
        node.offset = 1  # type: ignore[misc]
