"""Nodes know their places in the source."""

import dataclasses

import pytest

from kalip.expressions.nodes import Call, Name, Select, Unary
from kalip.expressions.parser import parse


def test_it_works() -> None:
    node = parse("  amount")
    assert isinstance(node, Name)
    assert (node.offset, node.length) == (2, 6)


def test_nodes_never_change() -> None:
    node = parse("amount")
    with pytest.raises(dataclasses.FrozenInstanceError):
        node.offset = 1  # type: ignore[misc]


def test_a_whole_spans_its_parts_and_knows_where_its_name_stands() -> None:
    node = parse(" lines.exists(l, true) ")
    assert isinstance(node, Call)
    assert (node.offset, node.length, node.name_offset) == (1, 21, 7)
    assert isinstance(node.receiver, Name)
    selected = parse("-company.name")
    assert isinstance(selected, Unary)
    assert isinstance(selected.operand, Select)
    assert (selected.length, selected.operand.offset, selected.operand.name_offset) == (13, 1, 9)
