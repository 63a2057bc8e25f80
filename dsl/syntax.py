"""The syntax tree: one frozen dataclass per construct, each with its span; two are equal only if they are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from inspect import get_annotations

from synthc.dsl.diagnostic import Diagnostic
from synthc.dsl.piece import piece
from synthc.dsl.source import Source, Span


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


# Blocks


@piece
class Setting(Syntax):
    """`name = value`, or `name: type = value` where a source declares a typed column."""

    name: Identifier
    type: TypeSyntax | None = None
    value: Expression


@piece
class Case(Syntax):
    """`"text" -> "yes"` or `("a", 3) -> (words(answer) > 2)`, one line of a test or of examples."""

    inputs: tuple[Expression, ...]
    expected: Expression


@piece
class Cases(Syntax):
    """`examples { ... }` inside a settings block."""

    name: Identifier
    cases: tuple[Case, ...]


@piece
class Settings(Syntax):
    """A `{ ... }` block, in the order written."""

    entries: tuple[Setting | Cases, ...]


@piece
class Clause(Syntax):
    """`as text`, `by fit`, `using llm`, `from x`, `on x`, `over x`, `to x`: a word and its value."""

    word: str
    value: Expression


@piece
class Step(Syntax):
    """`| verb arguments clauses { settings }`; the span leaves the pipe out."""

    verb: Identifier
    arguments: tuple[Argument, ...]
    clauses: tuple[Clause, ...]
    settings: Settings | None


# Items


@piece
class Item(Syntax):
    """A top-level block; `doc` is the comment block right above it, without its marks."""

    doc: str | None = None


@piece
class Edition(Item):
    """`synth 1`."""

    number: int


@piece
class Import(Item):
    """`import std.phone` (dotted, no file) or `import "x.synth" as x`."""

    module: tuple[str, ...]
    file: Text | None
    alias: Identifier


@piece
class Declaration(Item):
    """`[public|private] KIND name[: type] = value [on|over value] [{ settings }] [| step]*`.

    `param` and `let` are declarations of those kinds.
    """

    visibility: Identifier | None
    kind: Identifier
    name: Identifier
    type: TypeSyntax | None
    value: Expression | None
    clauses: tuple[Clause, ...]
    settings: Settings | None
    steps: tuple[Step, ...]


@piece
class Prompt(Item):
    """`prompt name(slots) -> type { settings }`."""

    name: Identifier
    slots: tuple[Slot, ...]
    answer: TypeSyntax
    settings: Settings | None


@piece
class Test(Item):
    """`test NAME { cases }`; the name may be qualified."""

    about: Expression
    cases: tuple[Case, ...]


@piece
class Budget(Item):
    """`budget NAME { settings }`; the name may be qualified."""

    about: Name | Field
    settings: Settings


@piece
class Publish(Item):
    """`publish NAME to place { settings }`; the name may be qualified."""

    about: Name | Field
    place: Expression
    settings: Settings | None


AnyItem = Edition | Import | Declaration | Prompt | Test | Budget | Publish


@piece
class Piece:
    """What was made of one place of a file, to be taken over while its text stays the same.

    `source` is the stretch that its spans count from, `first` its first word; `item` is None where it doesn't parse, and
    `broken` is then the name that it seems to declare.
    """

    text: str
    source: Source
    first: Span
    item: AnyItem | None
    found: tuple[Diagnostic, ...]
    comments: tuple[Span, ...]
    broken: Identifier | None


@piece
class Module:
    """One file: its items in order, its comments' spans, and the pieces that it was read in."""

    source: Source
    items: tuple[AnyItem, ...]
    pieces: tuple[Piece, ...]
    comments: tuple[Span, ...]

    @property
    def broken(self) -> tuple[Identifier, ...]:
        """The names that items which don't parse seem to declare.

        Mentions of those aren't reported as unknown: one mistake, one finding.
        """
        return tuple(piece.broken for piece in self.pieces if piece.broken)


def walk(syntax: Syntax) -> Iterator[Syntax]:
    """Yield a piece of syntax and all that stands in it, outermost first and in the order written."""
    waiting = [syntax]
    while waiting:
        current = waiting.pop()
        yield current
        for name in _backwards(type(current)):  # type: ignore[arg-type]  # a class can be hashed
            value = getattr(current, name)
            if isinstance(value, tuple):
                waiting += [one for one in reversed(value) if isinstance(one, Syntax)]
            elif value is not None:
                waiting.append(value)


@cache
def _backwards(cls: type[Syntax]) -> tuple[str, ...]:
    """Return the fields of a class that may hold syntax, the last first."""
    kinds = {kind.__name__ for kind in globals().values() if isinstance(kind, type) and issubclass(kind, Syntax)} | {"Expression", "TypeSyntax"}
    fields = {name: words for base in reversed(cls.__mro__) for name, words in get_annotations(base).items()}
    return tuple(name for name, words in reversed(fields.items()) if kinds.intersection(re.findall(r"\w+", words)))
