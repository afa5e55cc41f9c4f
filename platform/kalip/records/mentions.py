"""People named in comments: `@` and a name, or an e-mail address where several have the name. The text stays as it is.

Who is meant is found out when the comment is written and kept beside its text, so that a later change of a name doesn't
make somebody else of it. Only those who may see the record are meant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from kalip.records.readers import may_see
from kalip.records.services import Work
from kalip.storage import User, list_users

MOST_MENTIONS = 50
_AT = re.compile(r"(?<![\w@.])@(?=\w)")
_WORD = re.compile(r"\w")
_FOLDED = dict.fromkeys("Iİıi", "i")


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named in a text: `written` is what stands behind the @, in the letters of the text."""

    user: str
    written: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `user` is the person whom it names, or None for plain text."""

    text: str
    user: str | None = None


def find_mentions(work: Work, text: str, entity: str, record_id: str) -> tuple[Mention, ...]:
    """Whom a comment names, each once, of those who may see the record; at most `MOST_MENTIONS`."""
    places = [match.end() for match in _AT.finditer(text)]
    if not places:
        return ()
    names = _names(list_users(work.session, active=True))
    found: dict[tuple[str, str], Mention] = {}
    for start in places:
        named = _named(text, start, names)
        if named is not None and (named.user, named.written) not in found and len(found) < MOST_MENTIONS:
            found[named.user, named.written] = named
    people = {person.id: person for person, _ in names.values()}
    seeing = {key for key in {each.user for each in found.values()} if may_see(work, people[key], entity, record_id)}
    return tuple(each for each in found.values() if each.user in seeing)


def people_to_mention(
    work: Work, text: str, entity: str, record_id: str, limit: int = 8
) -> tuple[tuple[User, str], ...]:
    """Who may be meant by the beginning of a name, with what to write behind the @; only who may see the record."""
    wanted = _key(text.strip())
    people = list_users(work.session, active=True)
    names = _names(people)
    found: list[tuple[User, str]] = []
    for person in people:
        words = [person.name, *person.name.split(), person.email]
        if any(_key(word).startswith(wanted) for word in words) and may_see(work, person, entity, record_id):
            named = names.get(_key(person.name))
            found.append((person, person.name if named and named[0].id == person.id else person.email))
            if len(found) == limit:
                break
    return tuple(found)


def pieces_of(text: str, mentions: Sequence[Mention]) -> tuple[Piece, ...]:
    """A text cut at the names of those whom it mentions, which keep their @."""
    users = {each.written: each.user for each in mentions}
    if not users:
        return (Piece(text),)
    longest = sorted(users, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w@.])@(" + "|".join(map(re.escape, longest)) + r")(?!\w)")
    return tuple(_cut(text, pattern, users))


def _cut(text: str, pattern: re.Pattern[str], users: dict[str, str]) -> Iterator[Piece]:
    done = 0
    for match in pattern.finditer(text):
        if match.start() > done:
            yield Piece(text[done : match.start()])
        yield Piece(match.group(), users[match.group(1)])
        done = match.end()
    if done < len(text):
        yield Piece(text[done:])


def _names(people: Sequence[User]) -> dict[str, tuple[User, str]]:
    """What may stand behind an @, by its key: e-mail addresses, and names that only one person has."""
    named: dict[str, list[User]] = {}
    for person in people:
        named.setdefault(_key(person.name), []).append(person)
    found = {key: (some[0], some[0].name) for key, some in named.items() if len(some) == 1 and key}
    return found | {_key(person.email): (person, person.email) for person in people if person.email}


def _named(text: str, start: int, names: dict[str, tuple[User, str]]) -> Mention | None:
    """The longest name that begins there and ends with its word. A key has as many letters as what it stands for."""
    rest = text[start : start + 330]
    key = _key(rest)
    for end in range(len(rest), 0, -1):
        if end < len(rest) and _WORD.match(rest[end]) and _WORD.match(rest[end - 1]):
            continue
        person = names.get(key[:end])
        if person is not None:
            return Mention(person[0].id, rest[:end])
    return None


def _key(text: str) -> str:
    """A text without regard to case and accents, letter by letter: the Turkish i's are one letter."""
    return "".join(_FOLDED.get(letter) or normalize("NFD", letter.lower())[0] for letter in text)
