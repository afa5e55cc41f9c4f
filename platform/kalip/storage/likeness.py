"""What records are alike by: the keys of duplicate rules, made from values. Reads no database.

A rule has a *side* for each entity whose records it looks at: its own, and the one that it compares with. Records of
both sides with a key in common are duplicates by that rule; where a name need only be similar, they are candidates,
which `score` judges. Keys are digests of rule and values.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from rapidfuzz import fuzz

from kalip.model import DuplicateRule, Entity, Field
from kalip.runtime import Served
from kalip.storage.words import fold

SIMILAR: Final = "similar"
_MOST_KEYS: Final = 64
_LONGEST: Final = 400
_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_VOWELS: Final = re.compile("[aeiouаеиоуыэюя]")
_REPEATED: Final = re.compile(r"(.)\1+")
_BEGINNING: Final = 3
_SKELETON: Final = 8
_SHORTEST_WORD: Final = 5
# What companies are called beside their name; two that differ only here are the same to people.
_FORM_WORDS: Final = (
    "ltd limited sti sirketi as a s anonim inc llc llp plc corp corporation co company gmbh ag kg ohg sa sarl sas bv "
    "nv spa srl oy ab holding group grup san sanayi tic ticaret ve and und et ооо оао зао пао ао ип"
)
_FORMS: Final = frozenset(_FORM_WORDS.split(" "))


@dataclass(frozen=True, slots=True)
class Term:
    """A field of a rule as one side sees it: any of `fields`, compared by `method`."""

    name: str
    fields: tuple[str, ...]
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A rule as it looks at the records of one entity. `owner` is the entity that declares the rule.

    `seeks` is the entity whose records a saved record of this side is compared with; None: it is only compared with.
    """

    id: str
    rule: DuplicateRule
    owner: str
    entity: str
    seeks: str | None
    terms: tuple[Term, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The fields whose values make the keys."""
        return frozenset(name for term in self.terms for name in term.fields)

    @property
    def claims(self) -> bool:
        """Whether a key belongs to one record alone."""
        return self.rule.holds_for_all and self.seeks == self.entity


class Sides(Mapping[str, tuple[Side, ...]]):
    """The sides of all rules of a served model, by the entity whose records they look at."""

    def __init__(self, served: Served) -> None:
        found: dict[str, list[Side]] = {name: [] for name in served.model.entities}
        for entity in served.model.entities.values():
            for rule in entity.duplicates:
                for side in _sides(served, entity, rule):
                    found[side.entity].append(side)
        self._sides = {name: tuple(sides) for name, sides in found.items()}

    def __getitem__(self, name: str) -> tuple[Side, ...]:
        return self._sides[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sides)

    def __len__(self) -> int:
        return len(self._sides)


def sides_of(served: Served, entity: str) -> tuple[Side, ...]:
    """The sides by which an entity's records are looked at."""
    return served.project(Sides)[entity]


def keys_of(side: Side, values: Mapping[str, object]) -> tuple[str, ...]:
    """The keys of a record, given as path to part value; none when a field of the rule is empty."""
    groups = []
    for term in side.terms:
        texts = [text for name in term.fields for text in _texts(values.get(name), term.method, side.rule)]
        if not texts:
            return ()
        groups.append(tuple(dict.fromkeys(texts)))
    return tuple(dict.fromkeys(_digest(side.id, texts) for texts in islice(product(*groups), _MOST_KEYS)))


def score(side: Side, values: Mapping[str, object], other: Side, others: Mapping[str, object]) -> int:
    """How alike two records with a common key are, in percent: of the names that may be similar the least alike."""
    least = 100
    for mine, its in zip(side.terms, other.terms, strict=True):
        if mine.method == SIMILAR:
            pairs = product(_names(mine, values), _names(its, others))
            best = max((fuzz.token_sort_ratio(one, two) for one, two in pairs), default=0.0)
            least = min(least, round(best))
    return least


def _sides(served: Served, entity: Entity, rule: DuplicateRule) -> Iterable[Side]:
    other = served.model.entities[rule.target] if rule.target is not None else None
    own = [Term(name, (name, *rule.also.get(name, ())), method) for name, method in rule.fields.items()]
    pairs = [Term(name, rule.pairs.get(name, ()), method) for name, method in rule.fields.items()]
    definition = [
        rule.holds_for_all,
        rule.length,
        rule.archived,
        [(term.fields, term.method) for term in (*own, *pairs)],
        [_shape(entity, name) for term in own for name in term.fields],
        [_shape(other, name) for term in pairs for name in term.fields] if other is not None else [],
    ]
    mark = hashlib.blake2b(repr(definition).encode(), digest_size=6).hexdigest()
    side_id = f"{entity.name}.{rule.name}.{mark}"
    yield Side(side_id, rule, entity.name, entity.name, rule.target or entity.name, tuple(own))
    if other is not None:
        yield Side(side_id, rule, entity.name, other.name, None, tuple(pairs))


def _shape(entity: Entity, name: str) -> tuple[str, str]:
    field: Field | None = entity.attribute(name)
    return (name, field.type if field is not None else "")


def _digest(side_id: str, texts: Sequence[str]) -> str:
    held = "\0".join((side_id, *texts)).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.blake2b(held, digest_size=15).digest()).decode()


def _texts(value: object, method: str, rule: DuplicateRule) -> Iterable[str]:
    """What a value is compared by; several for a name that may be similar."""
    if value is None or value in ("", ()):
        return ()
    if not isinstance(value, str):
        return (repr(sorted(value) if isinstance(value, (tuple, list)) else value),)
    if method == "exact":
        return (value,)
    if method == "phone":
        return _some(_phone(value))
    if method == "tax_number":
        return _some("".join(_WORD.findall(value)).upper())
    if method == "email":
        return _some(unicodedata.normalize("NFKC", value).strip().casefold())
    words = _words(value)
    if method == SIMILAR:
        return _blocks(words)
    folded = "".join(words)
    return _some(folded[: rule.length] if method == "starts" else folded)


def _some(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _words(text: str) -> list[str]:
    return [fold(each) for each in _WORD.findall(unicodedata.normalize("NFKC", text[:_LONGEST]))]


def _phone(text: str) -> str:
    """The digits as after the plus of an international number; a national one has no leading zero."""
    digits = "".join(_DIGITS.findall(unicodedata.normalize("NFKC", text)))
    return digits.removeprefix("00") if digits.startswith("00") else digits.lstrip("0")


def _blocks(words: Sequence[str]) -> tuple[str, ...]:
    """Keys that names have in common although letters are wrong, words are missing or stand in another order."""
    telling = sorted(word for word in words if word not in _FORMS) or sorted(words)
    if not telling:
        return ()
    bare = _REPEATED.sub(r"\1", _VOWELS.sub("", "".join(telling)))
    blocks = ["b" + " ".join(word[:_BEGINNING] for word in telling[:3])]
    if bare:
        blocks.append("s" + bare[:_SKELETON])
    long = sorted((word for word in telling if len(word) >= _SHORTEST_WORD), key=lambda word: (-len(word), word))
    blocks += ["w" + word for word in long[:2]]
    return tuple(blocks)


def _names(term: Term, values: Mapping[str, object]) -> list[str]:
    found = []
    for name in term.fields:
        value = values.get(name)
        if isinstance(value, str):
            words = _words(value)
            found.append(" ".join(word for word in words if word not in _FORMS) or " ".join(words))
    return [each for each in found if each]
