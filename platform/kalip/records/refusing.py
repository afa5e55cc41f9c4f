"""Refusals of rows: put into a reader's words with the labels of fields, and kept as JSON until somebody reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kalip.base.errors import KalipError, RecordRejected, TransitionRefused, Violation, message_in
from kalip.base.text import Text
from kalip.records.commands import Record
from kalip.records.rules import rules_of
from kalip.records.services import Translate, Work


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells why rows of an entity were refused, in a locale. `labels` by field."""

    labels: Mapping[str, str]
    locale: str
    translate: Translate

    def reasons(self, error: KalipError) -> tuple[str, ...]:
        """Why a row was refused: a text for each violation, after the label of the field that it is about."""
        found = violations_of(error)
        if not found:
            return (message_in(error, self.locale, self.translate),)
        return tuple(dict.fromkeys(map(self._reason, found)))

    def _reason(self, violation: Violation) -> str:
        said = message_in(violation, self.locale, self.translate)
        label = self.labels.get(violation.pointer.lstrip("/").split("/")[0])
        return f"{label}: {said}" if label else said


def teller_of(work: Work, entity: str, locale: str) -> Teller:
    """What tells refusals of an entity's records in a locale."""
    known = rules_of(work.served, entity).attributes if entity in work.model.entities else {}
    labels = {name: each.label.get(locale) or name for name, each in known.items()}
    return Teller(labels, locale, work.services.translate)


def violations_of(error: KalipError) -> tuple[Violation, ...]:
    """What an error says of single fields."""
    return error.violations if isinstance(error, RecordRejected | TransitionRefused) else ()


def refusal_json(error: KalipError) -> Record:
    """A refusal as it is kept: `message` and those of the violations are templates, `params` fill them."""
    return {
        "code": error.code,
        "message": error.template,
        "params": _plain(error.params),
        "violations": [
            {"pointer": each.pointer, "code": each.code, "message": each.template, "params": _plain(each.params)}
            for each in violations_of(error)
        ],
    }


def refusal_of(kept: Mapping[str, Any]) -> KalipError:
    """The error again, for people of any language. Jobs that are older than this keep plain `reasons` of lines."""
    if "reasons" in kept:
        return KalipError("{reasons}", params={"reasons": "; ".join(kept["reasons"])})
    violations = [
        Violation(each["pointer"], each["code"], each["message"], _params(each["params"]))
        for each in kept["violations"]
    ]
    if violations and kept["code"] == RecordRejected.code:
        return RecordRejected(violations)
    if violations:
        return TransitionRefused(kept["message"], params=_params(kept["params"]), violations=violations)
    return KalipError(kept["message"], code=kept["code"], params=_params(kept["params"]))


def _plain(params: Mapping[str, object]) -> Record:
    return {name: dict(each.pairs) if isinstance(each, Text) else _scalar(each) for name, each in params.items()}


def _scalar(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _params(params: Mapping[str, Any]) -> Record:
    return {name: Text.of(each) if isinstance(each, dict) else each for name, each in params.items()}
