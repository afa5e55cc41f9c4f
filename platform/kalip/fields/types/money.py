"""An amount with its currency."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

from kalip.expressions import TEXT
from kalip.expressions.types import decimal_of
from kalip.fields.columns import ScaledDecimal, text_column
from kalip.fields.families import bound, bounds_faults, decimal_text, range_faults
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, OptionFault, Part, Parts, Style
from kalip.fields.locales import locale_of
from kalip.fields.numbers import MAX_DIGITS, decimal_from_json, decimal_from_text
from kalip.fields.operators import ORDER, Operator, words
from kalip.fields.options import DECIMAL_PATTERN, decimal_bounds, keys, option
from kalip.model import Field

SCALE = 4
"""Places of the column, whatever the currency: unit prices have more than a currency's coins."""
_CODE = re.compile("[A-Z]{3}")
_CURRENCY = {"type": "string", "pattern": "^[A-Z]{3}$"}
_AMOUNT_AND_WORD = re.compile(
    r"(?P<sign>[-−]?)(?P<before>[^\d\s,+−-]*)\s*(?P<amount>[-+−]?\s*\d[\d\s.,'’٫]*?)\s*(?P<after>[^\d\s,]*)"
)


class Money(NamedTuple):
    """An exact amount and an ISO 4217 code."""

    amount: Decimal
    currency: str


class MoneyType(FieldType):
    """An exact amount with an ISO 4217 currency."""

    name = "money"
    label = words("Money", "Para", "Деньги")
    description = (
        "An exact amount with an ISO 4217 currency. In expressions the field itself is the amount and `field.currency` "
        "the code; amounts of different currencies are never mixed silently in totals."
    )
    widget = "money"
    sums = True
    options = keys(
        {
            "currency": option("Currency", "Currency where none is said: ISO 4217 code such as TRY.", **_CURRENCY),
            "currencies": option(
                "Currencies",
                "Currencies allowed; all when left out.",
                type="array",
                items=_CURRENCY,
                minItems=1,
                uniqueItems=True,
            ),
            "scale": option(
                "Decimal places",
                "Digits behind the point; those of the currency when left out (2 for TRY, 0 for JPY).",
                type="integer",
                minimum=0,
                maximum=SCALE,
            ),
            **decimal_bounds(),
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return tuple(
            Money(Decimal(amount).quantize(Decimal(1).scaleb(-self.places(field, code))), code)
            for code in field.options.get("currencies") or ("TRY", "USD", "JPY", "KWD")
            for amount in ("0", "12", "-7", "99999999999999")
        )

    def parts(self, field: Field) -> tuple[Part, ...]:
        """Amount and code."""
        return (Part("", decimal_of(SCALE), ScaledDecimal(SCALE)), Part("currency", TEXT, text_column()))

    def to_parts(self, field: Field, value: Any) -> Parts:
        """Amount and code."""
        return (None, None) if value is None else (value.amount, value.currency)

    def from_parts(self, field: Field, parts: Parts) -> Any:
        """None without an amount."""
        amount, currency = parts
        if amount is None:
            return None
        currency = currency or field.options.get("currency") or "XXX"
        return Money(_shown(amount, self.places(field, currency)), currency)

    def places(self, field: Field, currency: str) -> int:
        """Digits behind the point."""
        scale = field.options.get("scale")
        return int(_places(currency) if scale is None else scale)

    def parse_value(self, field: Field, raw: Json) -> Money:
        """Read an object; the currency may be left out where the field has one."""
        if not isinstance(raw, Mapping):
            raise wrong_type('an object such as {"amount": "12.50", "currency": "TRY"}', raw)
        for key in raw:
            if key not in ("amount", "currency"):
                raise FieldFault("unknown_key", "'{key}' is not known here.", {"key": str(key)[:60]})
        if raw.get("amount") is None:
            raise FieldFault("missing", "The amount is missing.", suffix="/amount")
        currency = self._currency(field, raw.get("currency"))
        try:
            return Money(_stored(decimal_from_json(raw["amount"], self.places(field, currency))), currency)
        except FieldFault as fault:
            raise fault.under("/amount") from fault

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Money:
        """Read an amount as the locale writes it, with a code or sign before or after it."""
        match = _AMOUNT_AND_WORD.fullmatch(text.strip()[:100])
        if match is None:
            raise FieldFault("not_money", "'{text}' is not an amount of money.", {"text": text[:60]})
        word = match["before"] or match["after"]
        currency = self._currency(field, _code(word, locale) if word else None)
        amount = match["sign"] + re.sub(r"^([-+−])\s+", r"\1", match["amount"]).removeprefix("+")
        return Money(_stored(decimal_from_text(amount, self.places(field, currency), locale)), currency)

    def parse_inputs(
        self, field: Field, inputs: Mapping[str, Sequence[str]], locale: str, timezone: tzinfo = UTC
    ) -> Any:
        """Read the amount's input and the currency's."""
        amount = next(iter(inputs.get("", ())), "").strip()
        code = next(iter(inputs.get("currency", ())), "").strip()
        # A currency typed beside the amount wins over the one preselected next to it.
        if amount and code and not re.search(r"[^\W\d_]|[$€£¥₺₽]", amount):
            amount = f"{amount} {code}"
        return self.parse_text(field, amount, locale, timezone)

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse amounts outside of the bounds."""
        return [
            fault.under("/amount") for fault in range_faults(value.amount, bound(field, "min"), bound(field, "max"))
        ]

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """Currencies must exist, the default be allowed, the bounds be in order."""
        allowed = tuple(field.options.get("currencies") or ())
        default = field.options.get("currency")
        faults = [
            (pointer, f"there is no currency '{code}'", "write an ISO 4217 code such as EUR")
            for pointer, code in (
                ("/currency", default),
                *((f"/currencies/{index}", code) for index, code in enumerate(allowed)),
            )
            if code is not None and code not in _known()
        ]
        if default and allowed and default not in allowed:
            faults.append(
                ("/currency", f"the currency '{default}' is not among the ones allowed", "add it to currencies")
            )
        return (*faults, *bounds_faults(field, lambda raw: decimal_from_json(raw, SCALE)))

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """An object."""
        if not write:
            amount = {"type": "string", "pattern": DECIMAL_PATTERN}
            properties: dict[str, Any] = {"amount": amount, "currency": dict(_CURRENCY)}
            return {
                "type": "object",
                "properties": properties,
                "required": ["amount", "currency"],
                "additionalProperties": False,
            }
        allowed = list(field.options.get("currencies") or ())
        code: dict[str, Any] = {"type": "string", "enum": allowed} if allowed else dict(_CURRENCY)
        default = field.options.get("currency")
        return {
            "type": "object",
            "properties": {
                "amount": {"anyOf": [{"type": "string", "pattern": DECIMAL_PATTERN}, {"type": "number"}]},
                "currency": {**code, "default": default} if default else code,
            },
            "required": ["amount"] if default else ["amount", "currency"],
            "additionalProperties": False,
        }

    def value_to_json(self, field: Field, value: Any) -> Json:
        """An object with the amount as text."""
        return {
            "amount": format(_shown(value.amount, self.places(field, value.currency)), "f"),
            "currency": value.currency,
        }

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """An object with the amount as text."""
        fallback, scale, places = field.options.get("currency") or "XXX", field.options.get("scale"), _places

        def read(parts: Parts) -> Json:
            amount, currency = parts
            if amount is None:
                return None
            code = currency or fallback
            digits = places(code) if scale is None else scale
            return {"amount": _trimmed(format(amount, "f"), digits), "currency": code}

        return read

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """With the currency's sign where the locale puts it, and all digits that the amount has."""
        places = max(self.places(field, value.currency), -int(value.amount.as_tuple().exponent))
        locale = locale_of(style.locale)
        pattern = locale.currency_formats["standard"].pattern.split(";")[0]
        pattern = re.sub(r"0(?:\.0+)?(?!.*0)", "0" + ("." + "0" * places if places else ""), pattern, count=1)
        text = format_currency(
            value.amount, value.currency, pattern, locale, currency_digits=False, decimal_quantization=False
        )
        return re.sub(r"(?<=[A-Z])(?=\d)", "\u00a0", text)

    def value_to_text(self, field: Field, value: Any) -> str:
        """Amount and code: 12.50 TRY."""
        return f"{_shown(value.amount, self.places(field, value.currency)):f} {value.currency}"

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """The amount as the locale writes it, and the code."""
        if value is None:
            return {"": ("",), "currency": (field.options.get("currency") or "",)}
        places = max(self.places(field, value.currency), -int(value.amount.as_tuple().exponent))
        return {"": (decimal_text(value.amount, style.locale, places, grouped=False),), "currency": (value.currency,)}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Order of amounts, and the currency."""
        currency = Operator(
            "currency", words("is in currency", "para birimi", "в валюте"), "{path}.currency == {0}", ("text",)
        )
        return (*ORDER, currency)

    def literal(self, field: Field, value: Any) -> str:
        """The amount."""
        return super().literal(field, value.amount if isinstance(value, Money) else value)

    def parse_operand(self, field: Field, raw: Json) -> Any:
        """An amount, plain or with its currency."""
        if isinstance(raw, Mapping):
            return self.parse(field, raw)
        return None if raw is None else decimal_from_json(raw, SCALE)

    def _currency(self, field: Field, raw: Json) -> str:
        code = raw or field.options.get("currency")
        if code is None:
            raise FieldFault("missing", "The currency is missing.", suffix="/currency")
        if not isinstance(code, str) or not _CODE.fullmatch(code) or code not in _known():
            raise FieldFault(
                "unknown_currency", "There is no currency '{code}'.", {"code": str(code)[:20]}, "/currency"
            )
        allowed = field.options.get("currencies")
        if allowed and code not in allowed:
            params = {"code": code, "allowed": ", ".join(allowed)}
            raise FieldFault(
                "currency_not_allowed", "The currency must be one of {allowed}, not {code}.", params, "/currency"
            )
        return code


def _stored(amount: Decimal) -> Decimal:
    """The same amount when the column holds it. Raises FieldFault."""
    if abs(amount) >= 10 ** (MAX_DIGITS - SCALE):
        raise FieldFault("too_large", "At most {digits} digits before the point.", {"digits": MAX_DIGITS - SCALE})
    return amount


def _shown(amount: Decimal, places: int) -> Decimal:
    """The amount with `places` digits behind the point, or as many more as it has."""
    return Decimal(_trimmed(format(amount, "f"), places))


def _trimmed(text: str, places: int) -> str:
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


@cache
def _known() -> frozenset[str]:
    return frozenset(get_global("all_currencies"))


@cache
def _places(currency: str) -> int:
    return min(int(get_currency_precision(currency)), SCALE)


def _code(word: str, locale: str) -> str:
    if len(word) == 3 and word.isascii() and word.isalpha():
        return word.upper()
    if word in ("TL", "tl"):
        return "TRY"
    if word in ("руб.", "руб", "р.", "р"):
        return "RUB"
    return _signs(locale).get(word, word)


@cache
def _signs(locale: str) -> Mapping[str, str]:
    codes = ("USD", "EUR", "GBP", "JPY", "TRY", "RUB", "UAH", "KZT", "AZN", "INR", "CNY", "KRW", "ILS", "PLN", "CHF")
    local = {get_currency_symbol(code, locale_of(locale)): code for code in reversed(codes)}
    return {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₺": "TRY", "₽": "RUB"} | local
