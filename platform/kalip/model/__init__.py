"""Floor 3: the frozen types that metadata becomes. Knows nothing of how they are made or shown."""

from kalip.model.access import ALL, NONE, OWN, VERBS, Permission, Role, Scope, Verb
from kalip.model.choices import Choice, ChoiceList
from kalip.model.entity import Check, DuplicateRule, Entity, Personal, UniqueKey
from kalip.model.field import Field, Origin
from kalip.model.model import Model, PackInfo, Use
from kalip.model.pipeline import Effect, Outcome, Pipeline, Stage, Transition
from kalip.model.view import BoardView, CardView, Column, FormView, ListView, Section, Sort, Tab

__all__ = [
    "ALL",
    "NONE",
    "OWN",
    "VERBS",
    "BoardView",
    "CardView",
    "Check",
    "Choice",
    "ChoiceList",
    "Column",
    "DuplicateRule",
    "Effect",
    "Entity",
    "Field",
    "FormView",
    "ListView",
    "Model",
    "Origin",
    "Outcome",
    "PackInfo",
    "Permission",
    "Personal",
    "Pipeline",
    "Role",
    "Scope",
    "Section",
    "Sort",
    "Stage",
    "Tab",
    "Transition",
    "UniqueKey",
    "Use",
    "Verb",
]
