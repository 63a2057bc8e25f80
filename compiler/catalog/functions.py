"""The library of expressions: each function's slots, result and one line of help."""

from __future__ import annotations

from dataclasses import dataclass

from synthc.compiler.types import BOOL, FLOAT, INT, TEXT, UNKNOWN, Type, list_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A pure function; `unknown` as a result means the type of its first argument (or its items)."""

    slots: tuple[Type, ...]
    result: Type
    help: str
    items: bool = False
    variadic: bool = False


ANY_LIST = list_of(UNKNOWN)

FUNCTIONS = {
    "words": Function(slots=(TEXT,), result=INT, help="how many pieces white space makes of a text"),
    "characters": Function(slots=(TEXT,), result=INT, help="how many characters a text has"),
    "lines": Function(slots=(TEXT,), result=list_of(TEXT), help="the lines of a text"),
    "language": Function(slots=(TEXT,), result=TEXT, help="the ISO 639-1 code of the language a text is in"),
    "lower": Function(slots=(TEXT,), result=TEXT, help="the text in lower case"),
    "strip": Function(slots=(TEXT,), result=TEXT, help="the text without white space around it"),
    "contains": Function(slots=(TEXT, TEXT), result=BOOL, help="whether a text holds another"),
    "starts_with": Function(slots=(TEXT, TEXT), result=BOOL, help="whether a text starts with another"),
    "ends_with": Function(slots=(TEXT, TEXT), result=BOOL, help="whether a text ends with another"),
    "matches": Function(slots=(TEXT, TEXT), result=BOOL, help="whether a regular expression occurs in a text"),
    "replace": Function(slots=(TEXT, TEXT, TEXT), result=TEXT, help="a text with every occurrence of one text replaced"),
    "count": Function(slots=(ANY_LIST,), result=INT, help="how many items a list has"),
    "join": Function(slots=(list_of(TEXT), TEXT), result=TEXT, help="the texts of a list with a text between them"),
    "first": Function(slots=(ANY_LIST,), result=UNKNOWN, items=True, help="the first item of a list"),
    "last": Function(slots=(ANY_LIST,), result=UNKNOWN, items=True, help="the last item of a list"),
    "min": Function(slots=(FLOAT,), result=UNKNOWN, variadic=True, help="the smallest of some numbers"),
    "max": Function(slots=(FLOAT,), result=UNKNOWN, variadic=True, help="the largest of some numbers"),
    "abs": Function(slots=(FLOAT,), result=UNKNOWN, help="a number without its sign"),
    "round": Function(slots=(FLOAT,), result=INT, help="the nearest whole number"),
    "log": Function(slots=(FLOAT,), result=FLOAT, help="the natural logarithm"),
    "exp": Function(slots=(FLOAT,), result=FLOAT, help="e to a power"),
    "sqrt": Function(slots=(FLOAT,), result=FLOAT, help="the square root"),
}
