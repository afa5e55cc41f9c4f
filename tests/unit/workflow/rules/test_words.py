"""What rules say of themselves: every occasion in words, every reason in every language."""

import ast
from pathlib import Path
from typing import Any

import pytest

import kalip.workflow.rules
from kalip.base.errors import fill
from kalip.web.locale import LOCALES, catalogue
from kalip.workflow.rules.words import STATES, occasion_words
from tests.support.ruled import compiled, deals

FOLDER = Path(kalip.workflow.rules.__file__).parent
CALLS = {"Did": 0, "Words": 0, "_End": 1}


@pytest.mark.parametrize(
    ("when", "said"),
    [
        pytest.param({"created": {}}, "When it is made", id="created"),
        pytest.param({"changed": {}}, "When anything changes", id="changed"),
        pytest.param({"changed": {"due": {}, "note": {}}}, "When Due, Note changes", id="fields"),
        pytest.param({"entered": {"stages": {"won": {}}}}, "When it comes into Won", id="entered"),
        pytest.param({"stuck": {"stages": {"talk": {}}, "for": "P1DT4H"}}, "When it is in Talk for 1d 4h", id="stuck"),
        pytest.param({"reached": {"field": "due"}}, "When Due is reached", id="reached"),
        pytest.param({"reached": {"field": "due", "before": "PT30M"}}, "30m before Due", id="before"),
        pytest.param({"reached": {"field": "due", "after": "P2D"}}, "2d after Due", id="after"),
        pytest.param({"schedule": {"cron": "0 9 * * mon"}}, "At 0 9 * * mon (UTC)", id="schedule"),
        pytest.param({"hook": {"name": "shop"}}, "When a message comes in through shop", id="hook"),
    ],
)
def test_every_occasion_is_told(when: dict[str, Any], said: str) -> None:
    rule = {"when": when, "then": {"m": {"create": {"entity": "company", "values": {"name": "'x'"}}}}}
    entity = deals(compiled({"rules": {"one": rule}, "hooks": {"shop": {"secret": "shop"}}}))
    words = occasion_words(entity.rules["one"], entity)
    assert fill(words.template, words.params) == said


@pytest.mark.parametrize("locale", [each for each in LOCALES if each != "en"])
def test_every_reason_is_translated(locale: str) -> None:
    said = {*_templates(), *STATES.values()}
    assert len(said) > 40
    assert sorted(said - catalogue(locale).keys()) == []


def _templates() -> set[str]:
    found = set()
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                for each in ast.walk(node.args[CALLS[node.func.id]]) if node.args else ():
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        found.add(each.value)
    return found
