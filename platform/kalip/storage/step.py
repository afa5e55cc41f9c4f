"""What a step of a plan is: its kind, its words for people, what it does.

`safe` needs no look at the rows, `slow` reads or writes them, `lossy` takes something out of sight. Nothing is ever
dropped with its data: what goes is renamed and waits.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Literal

from kalip.base.errors import fill
from kalip.storage.session import Session

Kind = Literal["safe", "slow", "lossy"]
LONG: Final = 20_000
"""More rows than that are filled or indexed in the background, where nothing depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(ABC):
    """One change. `rows` counts the rows it reads, writes or hides; `failures` the values that can't be converted.

    `pace` is how many rows it manages in a second, None where rows make no difference: the slower of both databases, as
    `tests.bench` found on two cores.
    """

    pace: ClassVar[int | None] = None
    rows: int = 0
    failures: int = 0

    @property
    def seconds(self) -> float:
        """About how long it takes; writers wait for it."""
        return self.rows / self.pace if self.pace else 0.0

    @property
    def goes_on(self) -> bool:
        """Whether so much is to be done that it goes on in the background once the rest is published."""
        return False

    @property
    def kind(self) -> Kind:
        """How careful one has to be."""
        return "safe"

    @property
    def id(self) -> str:
        """What the step does to what, such as `retire_column:lead.budget`; the same however many rows there are."""
        said = (value for value in self.describe_parts()[1].values() if isinstance(value, str))
        return ":".join((re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower(), *said))

    @abstractmethod
    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """English template and what fills it, for callers that translate."""

    @abstractmethod
    def run(self, session: Session, now: datetime) -> None:
        """Make the change, catalogue included."""

    def begin(self, session: Session, now: datetime) -> None:  # noqa: B027 - most need nothing
        """Make what of a step that goes on is needed at once, catalogue included."""

    def describe(self) -> str:
        """The change in an English sentence."""
        return fill(*self.describe_parts())
