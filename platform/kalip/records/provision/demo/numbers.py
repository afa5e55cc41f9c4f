"""Tax numbers with right check digits, for demo data: nobody's number on purpose, valid in shape."""

from random import Random

from stdnum.de import idnr
from stdnum.exceptions import ValidationError
from stdnum.ru import inn
from stdnum.tr import vkn

COMPUTED = 10_000


def tax_number(random: Random, country: str) -> str:
    """A number of a country's tax scheme: TR, RU, DE, GB and US have one that checks; elsewhere ten random digits."""
    makers = {"TR": _turkey, "RU": _russia, "DE": _germany, "GB": _britain, "US": _america}
    return makers[country](random) if country in makers else _digits(random, 10)


def _digits(random: Random, count: int) -> str:
    return str(random.randrange(1, 10)) + "".join(str(random.randrange(10)) for _ in range(count - 1))


def _turkey(random: Random) -> str:
    body = _digits(random, 9)
    return body + vkn.calc_check_digit(body)


def _russia(random: Random) -> str:
    body = "77" + _digits(random, 7)
    return body + inn.calc_company_check_digit(body)


def _germany(random: Random) -> str:
    for _ in range(COMPUTED):
        number = f"{_digits(random, 11)}"
        try:
            return idnr.validate(number)
        except ValidationError:
            continue
    return _digits(random, 11)


def _britain(random: Random) -> str:
    body = _digits(random, 7)
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), body, strict=True))
    check = 97 - total % 97
    return f"{body}{check:02}"


def _america(random: Random) -> str:
    return f"{random.choice(('12', '20', '36', '47', '94'))}-{_digits(random, 7)}"
