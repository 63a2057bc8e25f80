"""What stands in an item: types, expressions and the settings that records are made of; one frozen dataclass per construct, each with its span."""

from __future__ import annotations

from synthc.dsl.piece import piece
from synthc.dsl.source import Span


@piece
class Syntax:
    """Anything that stands in the text."""

    span: Span

    def __repr__(self) -> str:
        """Return its kind and its words."""
        return f"{type(self).__name__}({self.span.text!r})"


@piece
class Identifier(Syntax):
    """A word where a name is declared or a setting, verb or kind is said."""

    name: str


# Types


@piece
class NamedType(Syntax):
    """`text`, `int`, `float`, `bool`, `date`, `share`; any word, checked by the compiler."""

    name: str


@piece
class ListType(Syntax):
    """`list(T)`."""

    of: TypeSyntax


@piece
class RecordType(Syntax):
    """`{ name: text, age: int }`."""

    fields: tuple[Slot, ...]


@piece
class ChoiceType(Syntax):
    """`"yes" | "no"`."""

    options: tuple[Text, ...]


TypeSyntax = NamedType | ListType | RecordType | ChoiceType


@piece
class Slot(Syntax):
    """`name: type` in a prompt's slots or a record type."""

    name: Identifier
    type: TypeSyntax


# Expressions


@piece
class Name(Syntax):
    """A bare name: a column, failing that a declaration."""

    name: str


@piece
class Text(Syntax):
    """`"..."`, with its escapes already read; no holes."""

    value: str


@piece
class Hole(Syntax):
    """`{{ expression }}` of a template."""

    value: Expression


@piece
class Template(Syntax):
    """A triple-quoted text: literal stretches (indent removed, as `str`) and holes, in order.

    Adjacent literal stretches are one `str`; a template without holes has one part or none. What a
    `broken` one would say is not known in full, for a mistake in it was reported.
    """

    parts: tuple[str | Hole, ...]
    broken: bool = False


@piece
class Number(Syntax):
    """`5`, `0.5`, `20k`: the value with its power of ten applied; `int` unless it has a point."""

    value: int | float


@piece
class Share(Syntax):
    """`20%`: the value as a fraction, 0.2."""

    value: float


@piece
class Duration(Syntax):
    """`60s`, `5min`, `2h`: the value in seconds."""

    seconds: float


@piece
class Boolean(Syntax):
    """`true` or `false`."""

    value: bool


@piece
class Nothing(Syntax):
    """`none`."""


@piece
class ListOf(Syntax):
    """`[a, b]`."""

    items: tuple[Expression, ...]


@piece
class Record(Syntax):
    """`{ name = value }`, only as the value of a setting or an argument."""

    fields: tuple[Setting, ...]


@piece
class Range(Syntax):
    """`low..high`, both ends included."""

    low: Expression
    high: Expression


@piece
class Field(Syntax):
    """`of.name`: a field, a column of a source, a part of a split, a name of a module."""

    of: Expression
    name: Identifier


@piece
class Path(Syntax):
    """`.meta.score`: where a source finds a column in its record."""

    keys: tuple[str, ...]


@piece
class Argument(Syntax):
    """`value` or `name = value` in a call or a step."""

    name: Identifier | None
    value: Expression


@piece
class Call(Syntax):
    """`f(a, b = c)` or `x.f(a)`."""

    function: Name | Field
    arguments: tuple[Argument, ...]


@piece
class Unary(Syntax):
    """`not x`, `-x`."""

    operator: str
    operand: Expression


@piece
class Binary(Syntax):
    """`+ - * / == != < <= > >= and or in vs else` and, as `not in`, its denial."""

    operator: str
    left: Expression
    right: Expression


@piece
class Weighted(Syntax):
    """`60% typed`, one term of a weighted sum."""

    share: Expression
    value: Expression


@piece
class WeightedSum(Syntax):
    """`60% typed + 40% spoken`, only as the value of a declaration."""

    terms: tuple[Weighted, ...]


Expression = (
    Name
    | Text
    | Template
    | Number
    | Share
    | Duration
    | Boolean
    | Nothing
    | ListOf
    | Record
    | Range
    | Field
    | Path
    | Call
    | Unary
    | Binary
    | WeightedSum
)


@piece
class Setting(Syntax):
    """`name = value`, or `name: type = value` where a source declares a typed column."""

    name: Identifier
    type: TypeSyntax | None = None
    value: Expression
