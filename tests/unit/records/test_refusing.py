"""Refusals are kept without words, and told in the words of whoever reads them."""

import json

from kalip.base.errors import KalipError, RecordRejected, TransitionRefused, Violation
from kalip.base.text import Text
from kalip.records.refusing import Teller, refusal_json, refusal_of
from kalip.web.locale import translate

CHOICE = Violation("/sector", "unknown_choice", "'{value}' is not one of the choices.", {"value": "wood"})


def test_it_works() -> None:
    kept = json.loads(json.dumps(refusal_json(RecordRejected([CHOICE]))))
    again = refusal_of(kept)
    assert Teller({"sector": "Sektör"}, "tr", translate).reasons(again) == ("Sektör: 'wood' seçeneklerden biri değil.",)
    assert Teller({"sector": "Отрасль"}, "ru", translate).reasons(again) == ("Отрасль: «wood» нет среди вариантов.",)


def test_what_is_about_no_field_has_no_label() -> None:
    tell = Teller({"sector": "Sector"}, "en", translate)
    assert tell.reasons(RecordRejected([Violation("", "odd", "It is odd.")])) == ("It is odd.",)
    assert tell.reasons(KalipError("No {what}.", params={"what": "way"})) == ("No way.",)


def test_labels_in_params_are_kept_in_all_languages() -> None:
    error = TransitionRefused("No {what}.", params={"what": Text.of({"en": "way", "tr": "yol"})}, violations=[CHOICE])
    again = refusal_of(json.loads(json.dumps(refusal_json(error))))
    assert isinstance(again, TransitionRefused)
    assert (again.violations, again.params) == ((CHOICE,), error.params)


def test_older_jobs_keep_only_texts() -> None:
    tell = Teller({}, "tr", translate)
    assert tell.reasons(refusal_of({"line": 3, "reasons": ["a: no {x}", "b: no"]})) == ("a: no {x}; b: no",)
