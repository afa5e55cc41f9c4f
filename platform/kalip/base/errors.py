"""The error families of every floor. Each error names the thing, the place and the way out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a metadata file: line counts from 1 (0 = unknown), pointer is RFC 6901."""

    file: str
    line: int = 0
    pointer: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.pointer}".rstrip()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A fault in metadata. `hint` says the way out."""

    code: str
    message: str
    hint: str = ""
    where: Where | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f": {self.hint}" if self.hint else ""
        return f"{place}{self.severity} {self.code}: {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Violation:
    """A fault in a record, on the field that `pointer` (RFC 6901, "" = whole record) names.

    `template` is English with `{name}` places filled from `params`; callers that speak
    another language translate the template first, then fill it.
    """

    pointer: str
    code: str
    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The English message."""
        return fill(self.template, self.params)


class KalipError(Exception):
    """Root of all expected errors. `code` is stable; `template`/`params` as in Violation."""

    code = "K000"

    def __init__(
        self,
        template: str,
        *,
        hint: str = "",
        where: Where | None = None,
        code: str | None = None,
        params: Mapping[str, object] | None = None,
    ) -> None:
        self.template = template
        self.params = dict(params or {})
        self.hint = hint
        self.where = where
        self.code = code or type(self).code
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The English message."""
        return fill(self.template, self.params)


class DiagnosticsError(KalipError):
    """An error that carries every diagnostic found, never only the first."""

    def __init__(self, template: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(template)
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        return "\n".join((self.message, *map(str, self.diagnostics)))


class MetadataError(DiagnosticsError):
    """Packs can't be read, checked or stacked."""

    code = "M100"


class CompileError(DiagnosticsError):
    """Merged documents don't make a model."""

    code = "C100"


class ConfigurationError(KalipError):
    """The site's settings are wrong or missing."""

    code = "K100"


class StorageError(KalipError):
    """The database can't do what the model asks."""

    code = "S100"


class AccessDenied(KalipError):
    """The actor may not do this."""

    code = "A100"


class NotAuthenticated(AccessDenied):
    """Nobody is signed in, or the token is not valid."""

    code = "A101"


class NotFound(KalipError):
    """No such thing, or the actor may not see it."""

    code = "R104"


class BadRequest(KalipError):
    """A query or command that can't be understood (unknown name in a filter, say)."""

    code = "R101"


class StaleVersion(KalipError):
    """Somebody else changed the record meanwhile. `current` is the version in the database."""

    code = "R112"

    def __init__(self, template: str, *, current: int, params: Mapping[str, object] | None = None) -> None:
        super().__init__(template, params=params)
        self.current = current


class Conflict(KalipError):
    """The request collides with the present state (in-flight idempotency key, archived record)."""

    code = "R109"


class RecordRejected(KalipError):
    """A record's values are refused; `violations` says which and why."""

    code = "R122"

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("The record has errors.")
        self.violations = tuple(violations)


class TransitionRefused(KalipError):
    """A stage move is refused; `violations` lists missing or wrong fields, if any."""

    code = "W100"

    def __init__(
        self,
        template: str,
        *,
        hint: str = "",
        params: Mapping[str, object] | None = None,
        violations: Sequence[Violation] = (),
    ) -> None:
        super().__init__(template, hint=hint, params=params)
        self.violations = tuple(violations)


class PublishConflict(KalipError):
    """The base revision of a publish is no longer the current one, or a plan step is refused."""

    code = "D100"


def message_in(fault: Violation | KalipError, locale: str, translate: Callable[[str, str], str]) -> str:
    """What a violation or error says in a locale: the template is translated, then filled."""
    params = {name: value.get(locale) if hasattr(value, "get") else value for name, value in fault.params.items()}
    return fill(translate(locale, fault.template), params)


def fill(template: str, params: Mapping[str, object]) -> str:
    """Put `params` into the `{name}` places of a template; an unknown place stays as written."""
    return template.format_map(_Places(params)) if params else template


class _Places(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
