"""Rules of addresses that are ready when they are first needed: a process starts sooner."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LazyRule(Rule):
    """A rule that compiles what makes addresses of it only once somebody asks for one; most of them never do."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 (as Werkzeug calls it)
        compile_builder = super()._compile_builder
        made: list[Builder] = []

        def build(rule: Rule, /, *arguments: Any, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compile_builder(append_unknown))
            return made[0](rule, *arguments, **values)

        return build
