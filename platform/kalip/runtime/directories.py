"""Directories that people are kept in step with: kinds that plugins bring, and `[directories.<name>]` of a site."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, TypeVar

from croniter import croniter

from kalip.base.errors import ConfigurationError, KalipError
from kalip.base.names import did_you_mean, is_name
from kalip.base.text import Text
from kalip.metadata import options_schema, value_faults

SECRET_PREFIX: Final = "KALIP_DIRECTORY_"
"""What the variables of the environment begin with that overrule the secret of one directory."""
HOURLY: Final = "23 * * * *"
T = TypeVar("T")
_ALL: Final = 100
_KINDS: Final[Mapping[str, type]] = {
    "kind": str,
    "schedule": str,
    "most_gone": int,
    "make_missing": bool,
    "groups": bool,
    "sign_in": bool,
    "roles": dict,
}
_SAID: Final[Mapping[type, str]] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    dict: "a table of texts",
}


class DirectoryFailed(KalipError):
    """A directory can't be reached, lets us not in, or answers what can't be used. Nothing was changed."""

    code = "N104"


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """A group of the directory. `id` is what it is known by whatever it is called; `place` is its address there."""

    id: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """A person as the directory says; a text that is empty says nothing. Without an address nobody new is made.

    `id` is what the person is known by, whatever name and address become. `unit` is a code, or a path of codes from the
    top. `groups` are the ids of all groups that the person is in, also through other groups.
    """

    id: str
    email: str
    name: str = ""
    active: bool = True
    unit: str = ""
    position: str = ""
    locale: str = ""
    timezone: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectoryContents:
    """All that a directory says: whoever is not among `people` is not there any more."""

    people: tuple[DirectoryPerson, ...]
    groups: tuple[DirectoryGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectoryKind:
    """A kind of directory that a plugin can read.

    `options` are JSON Schema properties and become keys of `[directories.<name>]`; `secret` is the one that
    KALIP_DIRECTORY_<NAME> overrules. `read` is given the options and gives everything or raises DirectoryFailed: what
    it leaves out is taken for gone. `check` is also given what a person is known by and a password, and says whether
    it is that person's.
    """

    name: str
    label: Text
    read: Callable[[Mapping[str, Any]], DirectoryContents]
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    secret: str = "password"
    check: Callable[[Mapping[str, Any], str, str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory of a site. `schedule` is a cron line in UTC; empty, it is read only by hand.

    Not more than `most_gone` percent of its people are kept out at once. With `make_missing` units that aren't there
    are made, with `groups` its groups are groups here. `roles` are the roles of a group's people, by the group's name
    or place: these roles come and go with the directory, all others stay as they are. With `sign_in` its people sign in
    by the password that it keeps.
    """

    name: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    schedule: str = HOURLY
    most_gone: int = 10
    make_missing: bool = False
    groups: bool = True
    sign_in: bool = False
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    secret: str = field(default="", repr=False)
    reader: DirectoryKind | None = None

    def read(self) -> DirectoryContents:
        """All that the directory says. DirectoryFailed when it can't be read."""
        return self._asked(lambda reader: reader.read(self.options))

    def check(self, person: str, password: str) -> bool:
        """Whether it is the password of a person whom the directory calls so. DirectoryFailed when it can't say."""
        return self._asked(lambda reader: reader.check is not None and reader.check(self.options, person, password))

    def _asked(self, ask: Callable[[DirectoryKind], T]) -> T:
        if self.reader is None:
            raise DirectoryFailed(
                "No plugin reads directories of the kind '{kind}'.", params={"kind": self.kind}, hint="kalip check"
            )
        try:
            return ask(self.reader)
        except KalipError as error:
            raise DirectoryFailed(
                f"[directories.{self.name}]: {error.template}", hint=error.hint, params=error.params
            ) from error
        except Exception as error:
            params = {"kind": self.kind, "reason": f"{type(error).__name__}: {error}"}
            template = f"[directories.{self.name}]: the plugin for {{kind}} failed: {{reason}}"
            raise DirectoryFailed(template, params=params) from error


def read_directories(written: object, environment: Mapping[str, str]) -> Mapping[str, Directory]:
    """The directories by name, as the file orders them, options unchecked. ConfigurationError names what is wrong."""
    if not isinstance(written, dict) or not all(isinstance(each, dict) for each in written.values()):
        hint = 'write [directories.office] with kind = "ldap"'
        raise ConfigurationError("the setting directories must be tables", hint=hint)
    return MappingProxyType({name: _directory(name, values, environment) for name, values in written.items()})


def with_readers(
    directories: Mapping[str, Directory], kinds: Mapping[str, DirectoryKind], *, whole: bool = True
) -> Mapping[str, Directory]:
    """The directories with what reads them. ConfigurationError for a wrong option, and for a kind that there isn't.

    Unless the plugins are `whole`, the latter is told when it is read: a plugin that fails must not take the site down.
    """
    return MappingProxyType({name: _with_reader(each, kinds, whole=whole) for name, each in directories.items()})


def _directory(name: str, written: Mapping[str, Any], environment: Mapping[str, str]) -> Directory:
    if not is_name(name):
        raise _wrong(name, "its name must be small letters, digits and single underscores")
    own = {key: value for key, value in written.items() if key in _KINDS}
    for key, value in own.items():
        texts = not isinstance(value, dict) or all(isinstance(one, str) for one in value.values())
        if type(value) is not _KINDS[key] or not texts:
            raise _wrong(name, "'{key}' must be {kind}", key=key, kind=_SAID[_KINDS[key]])
    if not own.get("kind"):
        raise _wrong(name, "'{key}' is missing", 'kind = "ldap"', key="kind")
    if own.get("schedule") and not croniter.is_valid(own["schedule"]):
        raise _wrong(name, "'{key}' is no cron line", 'schedule = "0 3 * * *"', key="schedule")
    if not 0 < own.get("most_gone", 1) <= _ALL:
        raise _wrong(name, "'{key}' is a share of 1 to 100 percent", key="most_gone")
    roles = {group: tuple(said.split()) for group, said in own.get("roles", {}).items()}
    options = MappingProxyType({key: value for key, value in written.items() if key not in _KINDS})
    secret = environment.get(SECRET_PREFIX + name.upper(), "")
    return Directory(name=name, options=options, secret=secret, **{**own, "roles": MappingProxyType(roles)})


def _with_reader(directory: Directory, kinds: Mapping[str, DirectoryKind], *, whole: bool) -> Directory:
    kind = kinds.get(directory.kind)
    if kind is None:
        if not whole:
            return directory
        hint = did_you_mean(directory.kind, kinds) or f"there are {', '.join(sorted(kinds)) or 'none'}"
        template = "no plugin reads directories of the kind '{kind}'"
        raise _wrong(directory.name, template, hint, kind=directory.kind)
    options = dict(directory.options)
    if directory.secret:
        options[kind.secret] = directory.secret
    for key in options:
        if key not in kind.options:
            known = [*_KINDS, *kind.options]
            hint = did_you_mean(key, known) or f"known: {', '.join(known)}"
            raise _wrong(directory.name, "there is no '{key}'", hint, key=key)
    if directory.sign_in and kind.check is None:
        raise _wrong(directory.name, "directories of the kind '{kind}' check no passwords", kind=directory.kind)
    for problem in value_faults(options_schema(kind.options, kind.required), options):
        raise _wrong(directory.name, "{place}: {fault}", problem.hint, place=problem.pointer, fault=problem.message)
    return replace(directory, options=MappingProxyType(options), reader=kind)


def _wrong(directory: str, template: str, hint: str = "", **params: object) -> ConfigurationError:
    return ConfigurationError(f"[directories.{directory}]: {template}", hint=hint, params=params)
