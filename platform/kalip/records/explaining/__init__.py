"""Why may I, why may I not: decisions about rights told in plain words, term by term."""

from kalip.records.explaining.asking import Question, Why, question_of, told, why
from kalip.records.explaining.sentences import Because, Translate, Value, said_in
from kalip.records.explaining.values import CLOSED, Through, is_closed, said_piece, shown_values

__all__ = [
    "CLOSED",
    "Because",
    "Question",
    "Through",
    "Translate",
    "Value",
    "Why",
    "is_closed",
    "question_of",
    "said_in",
    "said_piece",
    "shown_values",
    "told",
    "why",
]
