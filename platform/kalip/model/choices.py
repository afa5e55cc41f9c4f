"""Choice lists: ordered closed values with labels."""

from collections.abc import Mapping
from dataclasses import dataclass

from kalip.base.text import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """One value. A retired choice stays readable on old records but can't be chosen anew."""

    value: str
    label: Text
    colour: str = ""
    retired: bool = False
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """A named list; `choices` maps value to choice in the order people see."""

    name: str
    label: Text
    choices: Mapping[str, Choice]
