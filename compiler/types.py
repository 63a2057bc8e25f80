"""The types of columns, slots and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type: its kind, and what it is made of.

    Kinds are `text int float bool date share list range record choice answer`, and `unknown` for
    what could not be typed because of a mistake that has been reported already. A range stands
    behind `in` and in a grid, and is no column.
    """

    kind: str
    of: Type | None = None
    fields: tuple[tuple[str, Type], ...] = ()
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the type as an author would write it."""
        if self.kind in {"list", "range"}:
            return f"{self.kind}({self.of})"
        if self.kind == "record":
            return "{ " + ", ".join(f"{name}: {of}" for name, of in self.fields) + " }"
        if self.kind == "choice":
            return " | ".join(f'"{option}"' for option in self.options)
        return f"answer({self.of})" if self.kind == "answer" else self.kind

    def to_json(self) -> dict[str, Any]:
        """Return the form that stands in a graph."""
        if self.kind in {"list", "range", "answer"}:
            assert self.of is not None
            return {"kind": self.kind, "of": self.of.to_json()}
        if self.kind == "record":
            return {"kind": "record", "fields": {name: of.to_json() for name, of in self.fields}}
        if self.kind == "choice":
            return {"kind": "choice", "options": list(self.options)}
        return {"kind": self.kind}

    def field(self, name: str) -> Type | None:
        """Return the type of a field of a record."""
        return dict(self.fields).get(name)

    @property
    def content(self) -> Type:
        """What an answer holds; any other type itself."""
        return self.of if self.kind == "answer" and self.of is not None else self

    @property
    def numeric(self) -> bool:
        """Whether arithmetic applies."""
        return self.kind in {"int", "float", "share", "unknown"}


TEXT, INT, FLOAT, BOOL = (Type(kind=k) for k in ("text", "int", "float", "bool"))
DATE, SHARE, UNKNOWN = (Type(kind=k) for k in ("date", "share", "unknown"))
SCALARS = {t.kind: t for t in (TEXT, INT, FLOAT, BOOL, DATE, SHARE)}


def list_of(of: Type) -> Type:
    """Return the type of lists of something."""
    return Type(kind="list", of=of)


def range_of(of: Type) -> Type:
    """Return the type of ranges of numbers."""
    return Type(kind="range", of=of)


def answer_of(of: Type) -> Type:
    """Return the type of the column that an `ask` adds."""
    return Type(kind="answer", of=of)


def accepts(wanted: Type, given: Type) -> bool:
    """Tell whether a value of one type may stand where another is wanted.

    >>> accepts(FLOAT, INT), accepts(INT, FLOAT), accepts(TEXT, answer_of(TEXT))
    (True, False, True)
    """
    given = given.content
    if "unknown" in {wanted.kind, given.kind} or wanted == given:
        return True
    if wanted.kind == "float":
        return given.kind == "int"
    if wanted.kind == "text":
        return given.kind == "choice"
    if wanted.kind == "choice":
        return given.kind == "choice" and set(given.options) <= set(wanted.options)
    if wanted.kind == given.kind == "list":
        assert wanted.of is not None
        assert given.of is not None
        return accepts(wanted.of, given.of)
    if wanted.kind == given.kind == "record":
        theirs = dict(given.fields)
        return len(theirs) == len(wanted.fields) and all(
            name in theirs and accepts(of, theirs[name]) for name, of in wanted.fields
        )
    return False


def common(left: Type, right: Type) -> Type | None:
    """Return the smallest type that takes both, None if there is none."""
    for wanted, given in ((left.content, right), (right.content, left)):
        if wanted.kind != "unknown" and accepts(wanted, given):
            return wanted
    if {left.content.kind, right.content.kind} == {"choice"}:
        return TEXT
    return left.content if right.kind == "unknown" else None


def of_arithmetic(operator: str, left: Type, right: Type) -> Type | None:
    """Return the type of arithmetic between two numbers, None where one is a share and that has no meaning.

    >>> of_arithmetic("*", SHARE, INT) == SHARE, of_arithmetic("/", SHARE, SHARE) == FLOAT, of_arithmetic("+", SHARE, FLOAT)
    (True, True, None)
    """
    if left == right == SHARE:
        return FLOAT if operator == "/" else SHARE
    if SHARE in {left, right}:
        return SHARE if operator == "*" or (operator == "/" and left == SHARE) else None
    return INT if left == right == INT and operator != "/" else FLOAT


def one_share(left: Type, right: Type) -> bool:
    """Tell whether of two numbers one is a share, and so no number."""
    return left != right and SHARE in {left, right} and left.numeric and right.numeric and UNKNOWN not in {left, right}


def spoken(type_: Type) -> str:
    """Return a type as a sentence speaks of a value of it.

    >>> spoken(INT), spoken(list_of(TEXT))
    ('a whole number', 'a list (list(text))')
    """
    named = {"int": "a whole number", "float": "a number", "bool": "true or false", "text": "a text", "list": "a list", "record": "a record", "date": "a date", "share": "a share", "range": "a range", "choice": f"the choice {type_}", "unknown": "unknown"}
    if type_.kind == "answer":
        return f"an answer ({type_.of})"
    return f"{named[type_.kind]} ({type_})" if type_.kind in {"list", "record"} and type_.fields + ((("", UNKNOWN),) if type_.of else ()) else named[type_.kind]
