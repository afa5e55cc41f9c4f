"""Random worlds of rights: who stands where, which roles permit and deny what, whose records are how confidential.

With an oracle that says in plain Python who may do what. It shares no line with the product: what both say is true.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TODAY: Final = NOW.date()
USERS: Final = tuple(f"u{number}" for number in range(5))
ROLES: Final = ("r0", "r1", "r2")
UNITS: Final = tuple(f"n{number}" for number in range(4))
GROUPS: Final = ("g0", "g1", "g2")
LEVELS: Final = ("low", "mid", "high")
DOCS: Final = tuple(f"d{number}" for number in range(6))
FOLDERS: Final = ("f0", "f1", "f2")
STAGES: Final = ("s0", "s1", "s2")
MOVES: Final = {"s0": ("go", "close"), "s1": ("back", "close"), "s2": ()}
VERBS: Final = ("read", "update", "export", "transition", "transition:go", "assign", "share")
SHARABLE: Final = ("update", "transition", "assign")
SCOPES: Final = ("none", "own", "team", "unit", "unit_below", "all")
OTHER_AMOUNT: Final = 9


@dataclass(frozen=True)
class Said:
    """What a role says of a verb: a scope, perhaps one of the conditions, perhaps to deny."""

    scope: str
    condition: int | None = None
    deny: bool = False


@dataclass(frozen=True)
class Folder:
    """A folder."""

    owner: str | None
    open: bool


@dataclass(frozen=True)
class Doc:
    """A document."""

    owner: str | None
    kind: str | None
    amount: int | None
    level: str | None
    folder: str | None
    stage: str
    tags: tuple[str, ...]
    deputy: str | None
    team: str | None


@dataclass(frozen=True)
class Position:
    """A place in a unit, held for some days."""

    user: str
    unit: str
    since: date | None
    until: date | None

    @property
    def held(self) -> bool:
        """Whether it is held today."""
        return (self.since is None or self.since <= TODAY) and (self.until is None or self.until >= TODAY)


@dataclass(frozen=True)
class Given:
    """A document shared with somebody."""

    doc: str
    kind: str
    grantee: str
    verbs: tuple[str, ...]
    until: datetime | None


@dataclass(frozen=True)
class World:
    """All of it.

    `parents` are the units above units, `holders` (user, document, open) have tasks, `owners` are fields of documents
    that name further owners.
    """

    parents: Mapping[str, str | None]
    positions: tuple[Position, ...]
    members: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]]
    clearances: Mapping[str, str]
    docs_said: Mapping[tuple[str, str], Said]
    folders_said: Mapping[str, Said]
    folders: Mapping[str, Folder]
    docs: Mapping[str, Doc]
    shares: tuple[Given, ...]
    holders: tuple[tuple[str, str, bool], ...]
    owners: tuple[str, ...]


Condition = tuple[str, Callable[["Oracle", Doc], bool]]


class Oracle:
    """Who may do what in a world, as one user."""

    def __init__(self, world: World, user: str) -> None:
        self.world = world
        self.user = user
        self.roles = world.roles[user]
        self.groups = {name for name, users in world.members.items() if user in users}
        self.units = {each.unit for each in world.positions if each.user == user and each.held}

    def above(self, unit: str) -> set[str]:
        """A unit and those above it."""
        found: set[str] = set()
        current: str | None = unit
        while current is not None:
            found.add(current)
            current = self.world.parents[current]
        return found

    @property
    def near(self) -> Mapping[str, set[str]]:
        """The users whom each scope means, without oneself."""
        world = self.world
        held = [each for each in world.positions if each.held]
        return {
            "team": {user for name in self.groups for user in world.members[name]},
            "unit": {each.user for each in held if each.unit in self.units},
            "unit_below": {each.user for each in held if self.above(each.unit) & self.units},
        }

    def sees_folder(self, name: str) -> bool:
        """Whether a folder may be read."""
        folder = self.world.folders[name]
        return any(
            said.scope != "none" and self._in_scope(said.scope, {folder.owner})
            for role in self.roles
            if (said := self.world.folders_said.get(role)) is not None
        )

    def sees(self, name: str) -> bool:
        """Whether a document may be read."""
        return self.may("read", self.world.docs[name], name)

    def exports(self, name: str) -> bool:
        """Whether a document may be taken out in a file."""
        return self.sees(name) and self.may("export", self.world.docs[name], name)

    def may(self, verb: str, doc: Doc, name: str) -> bool:
        """Whether one may do this, were the document so."""
        if doc.level is not None and LEVELS.index(doc.level) > self._clearance():
            return False
        said = [each for role in self.roles if (each := self._said(role, verb)) is not None and each.scope != "none"]
        fitting = [each for each in said if self._fits(each, doc)]
        if any(each.deny for each in fitting):
            return False
        return bool(fitting) or self._is_given(verb.partition(":")[0], name)

    def speaks_of_assigning(self) -> bool:
        """Whether a role of the user, or a share of some document, says who may give documents away."""
        said = any((role, "assign") in self.world.docs_said for role in self.roles)
        return said or any(self._is_given("assign", name) for name in self.world.docs)

    def changes(self, name: str, doc: Doc, after: Doc) -> bool:
        """Whether a document may be changed so."""
        return self.sees(name) and self.may("update", doc, name) and self.may("update", after, name)

    def gives_away(self, name: str, doc: Doc, after: Doc) -> bool:
        """Whether a document may get another owner."""
        if not self.speaks_of_assigning():
            return self.changes(name, doc, after)
        return self.sees(name) and self.may("update", doc, name) and self.may("assign", doc, name)

    def sets_team(self, name: str, doc: Doc, after: Doc) -> bool:
        """Whether a document may get another team: that gives it away where a team owns it."""
        return (self.gives_away if "team" in self.world.owners else self.changes)(name, doc, after)

    def _said(self, role: str, verb: str) -> Said | None:
        word = verb.partition(":")[0]
        return self.world.docs_said.get((role, verb)) or self.world.docs_said.get((role, word))

    def _fits(self, said: Said, doc: Doc) -> bool:
        if not self._in_scope(said.scope, self._owners(doc)):
            return False
        return said.condition is None or CONDITIONS[said.condition][1](self, doc)

    def _owners(self, doc: Doc) -> set[str | None]:
        """All who own a document: of a group everybody who is in it."""
        found = {doc.owner}
        if "deputy" in self.world.owners:
            found.add(doc.deputy)
        if "team" in self.world.owners and doc.team is not None:
            found.update(self.world.members[doc.team])
        return found

    def _in_scope(self, scope: str, owners: set[str | None]) -> bool:
        if scope == "all":
            return True
        return not owners.isdisjoint({self.user} | self.near.get(scope, set()))

    def _clearance(self) -> int:
        cleared = [self.world.clearances[role] for role in self.roles]
        return max((LEVELS.index(each) for each in cleared if each), default=-1)

    def _is_given(self, verb: str, name: str) -> bool:
        if verb == "read" and any(each == (self.user, name, True) for each in self.world.holders):
            return True
        return any(
            each.doc == name
            and (verb == "read" or verb in each.verbs)
            and (each.until is None or each.until > NOW)
            and self._is_for_me(each)
            for each in self.world.shares
        )

    def _is_for_me(self, share: Given) -> bool:
        if share.kind == "user":
            return share.grantee == self.user
        if share.kind == "group":
            return share.grantee in self.groups
        return any(share.grantee in self.above(unit) for unit in self.units)


CONDITIONS: Final[tuple[Condition, ...]] = (
    ("amount > 5", lambda _, doc: doc.amount is not None and doc.amount > 5),
    ("kind == 'a'", lambda _, doc: doc.kind == "a"),
    ("kind != 'b'", lambda _, doc: doc.kind != "b"),
    ("folder.open", lambda me, doc: doc.folder is not None and me.world.folders[doc.folder].open),
    ("owner in actor.unit", lambda me, doc: doc.owner in me.near["unit"]),
    ("'g0' in actor.groups", lambda me, _: "g0" in me.groups),
    ("size(actor.unit_below) > 1", lambda me, _: len(me.near["unit_below"]) > 1),
    ("team in actor.own_groups", lambda me, doc: doc.team in me.groups),
    (
        "team.code in actor.groups && deputy != actor.id",
        lambda me, doc: doc.team in me.groups and doc.deputy != me.user,
    ),
    ("tags.exists(t, t.open)", lambda me, doc: any(me.world.folders[each].open for each in doc.tags)),
)
"""Conditions on documents: as an administrator writes them, and what they mean."""


def worlds() -> st.SearchStrategy[World]:
    """Any world."""
    return st.builds(
        World,
        parents=st.tuples(*(st.sampled_from((None, *UNITS[:place])) for place in range(len(UNITS)))).map(
            lambda parents: dict(zip(UNITS, parents, strict=True))
        ),
        positions=st.lists(_positions(), max_size=6).map(tuple),
        members=st.fixed_dictionaries({name: _some(USERS, 3) for name in GROUPS}),
        # Of two of them nobody can say that they have no role: worlds in which nobody sees anything say little.
        roles=st.fixed_dictionaries({name: _some(ROLES, 2, least=int(name < "u2")) for name in USERS}),
        clearances=st.fixed_dictionaries({name: st.sampled_from(("", *LEVELS)) for name in ROLES}),
        docs_said=st.fixed_dictionaries(
            {(role, "read"): _said() for role in ROLES},
            optional={(role, verb): _said() for role in ROLES for verb in VERBS if verb != "read"},
        ),
        folders_said=st.fixed_dictionaries({role: st.builds(Said, st.sampled_from(SCOPES)) for role in ROLES}),
        folders=st.fixed_dictionaries(
            {name: st.builds(Folder, owner=st.sampled_from(USERS), open=st.booleans()) for name in FOLDERS}
        ),
        docs=st.fixed_dictionaries(dict.fromkeys(DOCS, _docs())),
        shares=st.lists(_shares(), max_size=4).map(tuple),
        holders=st.lists(
            st.tuples(st.sampled_from(USERS), st.sampled_from(DOCS), st.booleans()), max_size=2, unique=True
        ).map(tuple),
        owners=st.sampled_from(((), ("team",), ("deputy",), ("team", "deputy"))),
    )


def _some(known: tuple[str, ...], most: int, least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(known), min_size=least, max_size=most, unique=True).map(tuple)


def _positions() -> st.SearchStrategy[Position]:
    days = st.sampled_from((None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)))
    return st.builds(Position, user=st.sampled_from(USERS), unit=st.sampled_from(UNITS), since=days, until=days)


def _said() -> st.SearchStrategy[Said]:
    conditions = st.one_of(st.none(), st.none(), st.integers(0, len(CONDITIONS) - 1))
    # One in four denies: with more of them nobody sees anything.
    return st.builds(Said, st.sampled_from(SCOPES), conditions, st.sampled_from((False, False, False, True)))


def _docs() -> st.SearchStrategy[Doc]:
    return st.builds(
        Doc,
        owner=st.one_of(st.none(), st.sampled_from(USERS)),
        kind=st.sampled_from((None, "a", "b")),
        amount=st.sampled_from((None, 3, 7)),
        level=st.sampled_from((None, None, None, *LEVELS)),
        folder=st.sampled_from((None, *FOLDERS)),
        stage=st.sampled_from(STAGES),
        tags=_some(FOLDERS, 2),
        deputy=st.sampled_from((None, None, *USERS)),
        team=st.sampled_from((None, *GROUPS)),
    )


def _shares() -> st.SearchStrategy[Given]:
    until = st.sampled_from((None, NOW - timedelta(days=1), NOW, NOW + timedelta(seconds=1)))
    kinds = (("user", USERS), ("group", GROUPS), ("unit", UNITS))
    grantees = st.sampled_from([(kind, each) for kind, ids in kinds for each in ids])
    return st.builds(
        lambda doc, grantee, verbs, ends: Given(doc, grantee[0], grantee[1], verbs, ends),
        st.sampled_from(DOCS),
        grantees,
        _some(SHARABLE, 2),
        until,
    )
