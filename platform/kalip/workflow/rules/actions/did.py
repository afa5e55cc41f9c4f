"""What an action did, in words that can be translated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kalip.records import nothing


@dataclass(frozen=True, slots=True)
class Did:
    """An English template with its params (JSON). `entity` and `record_id` name a record that was made or changed."""

    text: str
    params: Mapping[str, Any] = field(default_factory=nothing)
    entity: str = ""
    record_id: str = ""

    def json(self, name: str) -> dict[str, Any]:
        """As the run log keeps it, under the action's name."""
        made = {"entity": self.entity, "record_id": self.record_id} if self.record_id else {}
        return {"action": name, "text": self.text, "params": dict(self.params), **made}
