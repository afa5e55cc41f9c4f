"""Passkeys and security keys (WebAuthn): what a browser is asked, and whether its answer is true. Stores nothing.

The library takes some of every process's start and few processes ever need it: `ceremonies` is imported when one does.
"""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from json import loads
from typing import Any, Final

LONGEST_ANSWER: Final = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys of a site are good: the host's name, and the origin that the browser must have been at."""

    host: str
    origin: str
    title: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of a passkey: its id and its public key in base64url, and how often it has signed."""

    handle: str
    public_key: str
    counter: int


@dataclass(frozen=True, slots=True)
class Question:
    """What a browser is asked: `options` is JSON for its script, `challenge` is what it must sign, in base64url."""

    options: str
    challenge: str


def ask_for_new(place: Place, user: tuple[str, str, str], known: Sequence[str] = ()) -> Question:
    """Ask for a new passkey of a user (id, e-mail, name) other than those `known`."""
    done: Question = _ceremony("ask_for_new")(place, user, known)
    return done


def new_passkey(place: Place, challenge: str, answer: str) -> Passkey | None:
    """The passkey in a browser's answer (JSON); None when the answer isn't true."""
    done: Passkey | None = _ceremony("new_passkey")(place, challenge, answer)
    return done


def ask_for_one(place: Place, known: Sequence[str]) -> Question:
    """Ask for one of the passkeys that are known, by their ids."""
    done: Question = _ceremony("ask_for_one")(place, known)
    return done


def counter_in(place: Place, challenge: str, answer: str, passkey: Passkey) -> int | None:
    """How often the passkey has signed, this time included; None when the answer isn't true, or a copy's."""
    done: int | None = _ceremony("counter_in")(place, challenge, answer, passkey)
    return done


def handle_in(answer: str) -> str:
    """The id of the passkey that answers, as it says itself; empty when it says none."""
    try:
        found = loads(answer[:LONGEST_ANSWER])
    except ValueError:
        return ""
    handle = found.get("id") if isinstance(found, dict) else None
    return handle if isinstance(handle, str) else ""


def _ceremony(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = pkgutil.resolve_name(f"kalip.access.ceremonies:{name}")
    return found
