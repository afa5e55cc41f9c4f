"""Tunnels: where they lead, with which values."""

from typing import Any

import pytest

from kalip.model import TunnelMode
from tests.support.builders import a_compilation, told
from tests.support.cases import case_pack

CREATE: dict[str, Any] = {"mode": "create", "entity": "follow_up", "pipeline": "calls", "values": {"name": "name"}}


def found(tunnel: dict[str, Any]) -> list[tuple[str, str]]:
    pack = case_pack()
    stages = pack.documents["entities/case/pipelines/long.json"]["stages"]
    stages["settled"]["tunnels"] = {"t": tunnel}
    return told(a_compilation(pack).diagnostics)


def test_it_works() -> None:
    """BX2"""
    model = a_compilation(case_pack()).required()
    (tunnel,) = model.entities["case"].pipelines["long"].stages["settled"].tunnels
    assert (tunnel.name, tunnel.mode, tunnel.entity, tunnel.pipeline) == (
        "follow",
        TunnelMode.CREATE,
        "follow_up",
        "calls",
    )
    assert (tunnel.link, {name: each.source for name, each in tunnel.values.items()}) == (
        "case",
        {"name": "'After ' + name", "amount": "amount"},
    )
    assert any(use.used == "pipeline:follow_up.calls" for use in model.uses)
    (home,) = model.entities["case"].pipelines["archive"].stages["sent"].tunnels
    assert (home.mode, home.stage, home.when.source if home.when else "") == ("move", "opened", "kind != 'loop'")
    assert any(use.used == "stage:case.long.opened" for use in model.uses)


@pytest.mark.parametrize(
    ("tunnel", "fault"),
    [
        ({"mode": "create", "pipeline": "calls"}, ("C151", "")),
        (CREATE | {"entity": "folow_up"}, ("C101", "/entity")),
        (CREATE | {"pipeline": "cals"}, ("C105", "/pipeline")),
        (CREATE | {"stage": "wating"}, ("C106", "/stage")),
        (CREATE | {"values": {}}, ("C151", "")),
        (CREATE | {"values": {"name": "amount"}}, ("C120", "/values/name")),
        (CREATE | {"link": "name"}, ("C131", "/link")),
        (CREATE | {"link": "cse"}, ("C102", "/link")),
        (CREATE | {"when": "amount"}, ("C120", "/when")),
        ({"mode": "copy", "pipeline": "long", "entity": "case"}, ("C151", "/entity")),
        ({"mode": "move", "pipeline": "long"}, ("C151", "/pipeline")),
        ({"mode": "move", "pipeline": "short", "link": "origin"}, ("C151", "/link")),
    ],
)
def test_faults(tunnel: dict[str, Any], fault: tuple[str, str]) -> None:
    code, pointer = fault
    assert (code, f"/stages/settled/tunnels/t{pointer}") in found(tunnel)


def test_a_record_moves_only_where_it_is_accepted() -> None:
    pack = case_pack()
    pack.documents["entities/case/pipelines/long.json"]["accepts"] = {"short": {}}
    assert told(a_compilation(pack).diagnostics) == [("C151", "/stages/sent/tunnels/home/pipeline")]
