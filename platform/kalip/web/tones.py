"""Colours as metadata names them, turned into one of the theme's tones. A strict policy forbids inline styles."""

import colorsys
import re
import zlib

TONES = ("red", "orange", "amber", "lime", "green", "teal", "cyan", "blue", "indigo", "violet", "pink")
_ALIASES = {
    "yellow": "amber", "gold": "amber", "brown": "orange", "purple": "violet", "magenta": "pink",
    "sky": "cyan", "azure": "blue", "rose": "pink", "emerald": "green", "turquoise": "teal",
}  # fmt: skip
_GREY = 0.12  # below this saturation a colour is a grey
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
# Degrees on the colour wheel up to which a tone reaches.
_REACH = (
    (14, "red"), (34, "orange"), (60, "amber"), (90, "lime"), (155, "green"), (180, "teal"),
    (200, "cyan"), (228, "blue"), (252, "indigo"), (290, "violet"), (344, "pink"), (361, "red"),
)  # fmt: skip


def tone(colour: str) -> str:
    """The CSS classes of a colour: a name such as `green`, or `#rrggbb`; grey for anything else."""
    name = _named(colour.strip().lower())
    return f"tone tone-{name}" if name else "tone"


def tone_of_id(key: str) -> str:
    """Always the same tone for the same id: people keep their colour."""
    return f"tone tone-{TONES[zlib.crc32(key.encode()) % len(TONES)]}"


def initials(name: str) -> str:
    """Up to two letters that stand for a name: Ada Lovelace is AL."""
    words = [word for word in re.split(r"[\s@._-]+", name) if word[:1].isalnum()]
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
    return "".join(letters).upper() or "?"


def _named(colour: str) -> str:
    if colour in TONES:
        return colour
    if colour in _ALIASES:
        return _ALIASES[colour]
    found = _HEX.fullmatch(colour)
    if not found:
        return ""
    red, green, blue = (int(part, 16) / 255 for part in found.groups())
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < _GREY:
        return ""
    return next(name for end, name in _REACH if hue * 360 < end)
