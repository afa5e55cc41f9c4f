"""Violations beside the fields of a form: by the name of the input, and as a summary with links."""

from collections.abc import Iterable
from dataclasses import dataclass

from kalip.base.errors import Violation
from kalip.web.locale import current_locale, message_of

_WORDS = frozenset({"set", "add", "update"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of the summary; `target` is the id of the input, empty for faults of the whole record."""

    text: str
    target: str = ""


def name_of(pointer: str) -> str:
    """The input that a violation's pointer names: `/lines/0/quantity` is `lines.0.quantity`."""
    steps = pointer.strip("/").split("/")
    if len(steps) > 1 and not steps[1].isdecimal() and steps[1] not in _WORDS:
        return steps[0]  # a part of a value: shown at the field
    if len(steps) > 1 and steps[1] in _WORDS:
        del steps[1]
    return ".".join(steps[:3])


def errors_of(violations: Iterable[Violation]) -> dict[str, str]:
    """Messages by input name, several of one input joined."""
    found: dict[str, list[str]] = {}
    for violation in violations:
        found.setdefault(name_of(violation.pointer), []).append(message_of(current_locale(), violation))
    return {name: " ".join(dict.fromkeys(messages)) for name, messages in found.items()}


def said(violations: Iterable[Violation]) -> str:
    """All messages in one text."""
    return " ".join(dict.fromkeys(message_of(current_locale(), each) for each in violations))


def summary_of(violations: Iterable[Violation], shown: Iterable[str], labels: dict[str, str]) -> tuple[Fault, ...]:
    """All faults in the order of the form's inputs; those of inputs that the form lacks keep their text only."""
    errors = errors_of(violations)
    order = {name: at for at, name in enumerate(shown)}
    faults = []
    for name, text in sorted(errors.items(), key=lambda item: order.get(item[0].split(".")[0], len(order))):
        label = labels.get(name.split(".")[0], "")
        target = f"f-{name.replace('.', '-')}" if name.split(".")[0] in order else ""
        faults.append(Fault(f"{label}: {text}" if label else text, target))
    return tuple(faults)
