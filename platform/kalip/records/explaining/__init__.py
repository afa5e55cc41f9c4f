"""Why may I, why may I not: decisions about rights told in plain words, term by term."""

from kalip.records.explaining.asking import Question, Why, question_of, told, why
from kalip.records.explaining.sentences import Because, Translate, Value, said_in

__all__ = ["Because", "Question", "Translate", "Value", "Why", "question_of", "said_in", "told", "why"]
