"""Colours of metadata as tones of the theme."""

import pytest

from kalip.web.tones import TONES, initials, tone, tone_of_id


@pytest.mark.parametrize(
    ("colour", "classes"),
    [
        ("green", "tone tone-green"),
        ("Purple", "tone tone-violet"),
        ("#ff0000", "tone tone-red"),
        ("#1f6feb", "tone tone-blue"),
        ("#00ff00", "tone tone-green"),
        ("#888888", "tone"),
        ("", "tone"),
        ('x" onload=', "tone"),
    ],
)
def test_it_works(colour: str, classes: str) -> None:
    assert tone(colour) == classes


def test_people_keep_their_colour() -> None:
    assert tone_of_id("abc") == tone_of_id("abc")
    assert tone_of_id("abc").removeprefix("tone tone-") in TONES


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("Ada", "A"), ("ada@example.com", "AC"), ("Ömer Faruk Çelik", "ÖÇ"), ("", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters
