"""The filter builder's vocabulary: each operator is a template that becomes text of the expression language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kalip.base.text import Text

_PLACE = re.compile(r"\{(path|[0-9])\}")

OperandKind = Literal["value", "text", "days"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison that people may choose.

    `template` holds `{path}` and, for each of `operands`, `{0}`, `{1}`. An operand is a value of the field, a text,
    or a count of days; with `many` the single operand takes several values and is written as a list.
    """

    name: str
    label: Text
    template: str
    operands: tuple[OperandKind, ...] = ("value",)
    many: bool = False

    @property
    def arity(self) -> int:
        """How many operands it takes; -1 means any number."""
        return -1 if self.many else len(self.operands)

    def expression(self, path: str, literals: Sequence[str]) -> str:
        """The expression for a path and operands already written as literals. Raises ValueError on a wrong count."""
        if self.many:
            literals = ["[" + ", ".join(literals) + "]"]
        if len(literals) != len(self.operands):
            raise ValueError(f"{self.name} takes {len(self.operands)} operands, not {len(literals)}")
        places = {"path": path, **{str(index): literal for index, literal in enumerate(literals)}}
        # One pass, so that braces inside a literal are never taken for places.
        return _PLACE.sub(lambda match: places[match.group(1)], self.template)


def words(en: str, tr: str, ru: str) -> Text:
    """A text in the three shipped languages."""
    return Text((("en", en), ("tr", tr), ("ru", ru)))


IS_EMPTY = Operator("empty", words("is empty", "boş", "пусто"), "{path} == null", ())
IS_NOT_EMPTY = Operator("not_empty", words("is not empty", "dolu", "не пусто"), "{path} != null", ())
EMPTINESS = (IS_EMPTY, IS_NOT_EMPTY)

EQUAL = Operator("is", words("is", "eşit", "равно"), "{path} == {0}")
NOT_EQUAL = Operator("is_not", words("is not", "eşit değil", "не равно"), "{path} != {0}")
ONE_OF = Operator("one_of", words("is one of", "şunlardan biri", "одно из"), "{path} in {0}", many=True)
NONE_OF = Operator("none_of", words("is none of", "hiçbiri değil", "ни одно из"), "!({path} in {0})", many=True)
MEMBERSHIP = (EQUAL, NOT_EQUAL, ONE_OF, NONE_OF, *EMPTINESS)

CONTAINS = Operator(
    "contains", words("contains", "içerir", "содержит"), "{path}.lower().contains({0}.lower())", ("text",)
)
NOT_CONTAINS = Operator(
    "not_contains",
    words("does not contain", "içermez", "не содержит"),
    "!({path}.lower().contains({0}.lower()))",
    ("text",),
)
STARTS_WITH = Operator(
    "starts_with",
    words("starts with", "ile başlar", "начинается с"),
    "{path}.lower().startsWith({0}.lower())",
    ("text",),
)
ENDS_WITH = Operator(
    "ends_with", words("ends with", "ile biter", "заканчивается на"), "{path}.lower().endsWith({0}.lower())", ("text",)
)
SUBSTRINGS = (CONTAINS, NOT_CONTAINS, STARTS_WITH, ENDS_WITH)

LESS = Operator("less", words("is less than", "küçüktür", "меньше"), "{path} < {0}")
AT_MOST = Operator("at_most", words("is at most", "en çok", "не больше"), "{path} <= {0}")
MORE = Operator("more", words("is more than", "büyüktür", "больше"), "{path} > {0}")
AT_LEAST = Operator("at_least", words("is at least", "en az", "не меньше"), "{path} >= {0}")
BETWEEN = Operator(
    "between", words("is between", "arasında", "между"), "{path} >= {0} && {path} <= {1}", ("value", "value")
)
ORDER = (EQUAL, NOT_EQUAL, LESS, AT_MOST, MORE, AT_LEAST, BETWEEN, *EMPTINESS)

LIST_HAS = Operator("has", words("contains", "içerir", "содержит"), "{0} in {path}")
LIST_HAS_NOT = Operator("has_not", words("does not contain", "içermez", "не содержит"), "!({0} in {path})")
LIST_HAS_ANY = Operator(
    "has_any",
    words("contains one of", "birini içerir", "содержит одно из"),
    "{path}.exists(each, each in {0})",
    many=True,
)
LISTS = (LIST_HAS, LIST_HAS_NOT, LIST_HAS_ANY, *EMPTINESS)
