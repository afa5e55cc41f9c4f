"""What the command line is given by the composition root: ways to open a site and to serve it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from kalip.designer import Site
from kalip.jobs import Bell
from kalip.records import Services
from kalip.runtime import Extensions, Settings

DEMO_LOGINS = "demo-logins.json"


@dataclass(frozen=True, slots=True)
class OpenSite:
    """A site in service; its bell rings when there is work for the background."""

    settings: Settings
    site: Site
    bell: Bell = field(default_factory=Bell)

    @property
    def services(self) -> Services:
        """What use cases stand on."""
        return self.site.services


class Composition(ABC):
    """How commands reach a site; `kalip.app` has the real one."""

    @abstractmethod
    def open(self, folder: Path) -> AbstractContextManager[OpenSite]:
        """A site in its folder. ConfigurationError when there is none."""

    @abstractmethod
    def settings(self, folder: Path) -> Settings:
        """A site's settings, without connecting to anything."""

    @abstractmethod
    def extensions(self) -> Extensions:
        """What plugins bring, for checking packs without a site."""

    @abstractmethod
    def work(self, folder: Path, queues: tuple[str, ...]) -> bool:
        """Run background work until the process is told to stop; False when a job had to be left behind."""

    @abstractmethod
    def serve(self, folder: Path, host: str, port: int, workers: int) -> None:
        """Serve a site until the process is told to stop."""


def keep_demo_logins(folder: Path, logins: list[dict[str, str]]) -> None:
    """Keep who may try a demo site (name, email, password, role), for the sign-in page."""
    (folder / DEMO_LOGINS).write_bytes(orjson.dumps(logins, option=orjson.OPT_INDENT_2))


def demo_logins(settings: Settings) -> list[Mapping[str, str]]:
    """Who may try a demo site; nobody on any other."""
    file = settings.folder / DEMO_LOGINS
    return orjson.loads(file.read_bytes()) if settings.demo and file.is_file() else []
