"""The providers of sign-ins of this site, and what they are called."""

from collections.abc import Mapping

from flask import current_app

from kalip.runtime.providers import Provider


def providers() -> tuple[Provider, ...]:
    """The providers of this site."""
    return tuple(_known().values())


def provider_title(name: str) -> str:
    """What a provider is called; its name when the site has it no longer."""
    found = _known().get(name)
    return found.title if found is not None else name


def _known() -> Mapping[str, Provider]:
    found: Mapping[str, Provider] = current_app.config.get("KALIP_PROVIDERS") or {}
    return found
