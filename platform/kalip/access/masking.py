"""What is left of a text of which only the end may be known."""

from typing import Final

SHOWN: Final = 4
DOTS: Final = "••••"


class Masked(str):
    """A text of which only the end is shown: nothing may parse or format it as what it was."""

    __slots__ = ()


def mask(text: str) -> Masked:
    """The last characters of a text behind four dots; of a short text less than half of it, so that it stays unknown.

    The dots are always four: they don't tell how long the text is.
    """
    shown = min(SHOWN, len(text) // 3)
    return Masked(DOTS + (text[-shown:] if shown else ""))
