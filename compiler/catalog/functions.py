"""The library of expressions: each function's slots, result and one line of help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from synthc.compiler.types import BOOL, DATE, FLOAT, INT, TEXT, UNKNOWN, Type, list_of


class Gives(Enum):
    """Where the type of a result comes from, if it is not the same for all arguments."""

    RESULT = auto()
    FIRST = auto()
    ITEM = auto()
    WIDEST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A pure function. It has no value where the help does not say what it would be, and the row is set aside."""

    slots: tuple[Type, ...]
    result: Type = UNKNOWN
    help: str
    gives: Gives = Gives.RESULT
    variadic: bool = False


ANY_LIST = list_of(UNKNOWN)

FUNCTIONS = {
    # Of a text
    "words": Function(slots=(TEXT,), result=INT, help="how many pieces white space makes of a text"),
    "characters": Function(slots=(TEXT,), result=INT, help="how many characters a text has"),
    "lines": Function(slots=(TEXT,), result=list_of(TEXT), help="the lines of a text"),
    "split": Function(slots=(TEXT, TEXT), result=list_of(TEXT), help="the parts of a text between the places where another stands"),
    "language": Function(slots=(TEXT,), result=TEXT, help="the ISO 639-1 code of the language a text is in"),
    "lower": Function(slots=(TEXT,), result=TEXT, help="the text in lower case"),
    "upper": Function(slots=(TEXT,), result=TEXT, help="the text in upper case"),
    "strip": Function(slots=(TEXT,), result=TEXT, help="the text without white space around it"),
    "contains": Function(slots=(TEXT, TEXT), result=BOOL, help="whether a text holds another"),
    "starts_with": Function(slots=(TEXT, TEXT), result=BOOL, help="whether a text starts with another"),
    "ends_with": Function(slots=(TEXT, TEXT), result=BOOL, help="whether a text ends with another"),
    "matches": Function(slots=(TEXT, TEXT), result=BOOL, help="whether a regular expression occurs in a text"),
    "extract": Function(slots=(TEXT, TEXT), result=TEXT, help="the first stretch of a text that a regular expression matches"),
    "replace": Function(slots=(TEXT, TEXT, TEXT), result=TEXT, help="a text with every occurrence of one text replaced"),
    "int": Function(slots=(TEXT,), result=INT, help="the whole number that a text writes in digits"),
    "float": Function(slots=(TEXT,), result=FLOAT, help="the number that a text writes in digits"),
    # Of a list
    "count": Function(slots=(ANY_LIST,), result=INT, help="how many items a list has"),
    "join": Function(slots=(list_of(TEXT), TEXT), result=TEXT, help="the texts of a list with a text between them"),
    "first": Function(slots=(ANY_LIST,), gives=Gives.ITEM, help="the first item of a list"),
    "last": Function(slots=(ANY_LIST,), gives=Gives.ITEM, help="the last item of a list"),
    "unique": Function(slots=(ANY_LIST,), gives=Gives.FIRST, help="the items of a list, each once, in the order they come"),
    "sum": Function(slots=(list_of(FLOAT),), gives=Gives.ITEM, help="the sum of a list of numbers, 0 of an empty one"),
    "mean": Function(slots=(list_of(FLOAT),), result=FLOAT, help="the mean of a list of numbers"),
    # Of numbers
    "min": Function(slots=(FLOAT,), gives=Gives.WIDEST, variadic=True, help="the smallest of some numbers"),
    "max": Function(slots=(FLOAT,), gives=Gives.WIDEST, variadic=True, help="the largest of some numbers"),
    "abs": Function(slots=(FLOAT,), gives=Gives.WIDEST, help="a number without its sign"),
    "round": Function(slots=(FLOAT,), result=INT, help="the nearest whole number, a half away from zero"),
    "floor": Function(slots=(FLOAT,), result=INT, help="the whole number below"),
    "ceil": Function(slots=(FLOAT,), result=INT, help="the whole number above"),
    "log": Function(slots=(FLOAT,), result=FLOAT, help="the natural logarithm"),
    "exp": Function(slots=(FLOAT,), result=FLOAT, help="e to a power"),
    "sqrt": Function(slots=(FLOAT,), result=FLOAT, help="the square root"),
    # Of dates
    "date": Function(slots=(TEXT,), result=DATE, help="the date that a text writes as 2024-12-31"),
    "year": Function(slots=(DATE,), result=INT, help="the year of a date"),
    "month": Function(slots=(DATE,), result=INT, help="the month of a date, from 1"),
    "day": Function(slots=(DATE,), result=INT, help="the day of the month of a date, from 1"),
    "weekday": Function(slots=(DATE,), result=INT, help="the day of the week of a date, from 1 for Monday"),
    "days": Function(slots=(DATE, DATE), result=INT, help="how many days go by from one date to another"),
}

ALSO_CALLED = {
    "len": "count",
    "length": "count",
    "size": "count",
    "trim": "strip",
    "lowercase": "lower",
    "uppercase": "upper",
    "startswith": "starts_with",
    "endswith": "ends_with",
    "includes": "contains",
    "regex": "matches",
    "match": "matches",
    "search": "matches",
    "average": "mean",
    "avg": "mean",
    "ceiling": "ceil",
    "distinct": "unique",
    "word_count": "words",
    "wordcount": "words",
    "n_words": "words",
    "regexp": "matches",
    "rstrip": "strip",
    "lstrip": "strip",
    "to_int": "int",
    "to_float": "float",
    "ln": "log",
}
"""What other languages call a function, for whoever types that."""

PATTERNS = {"matches": 1, "extract": 1}
"""Which argument is a regular expression."""
