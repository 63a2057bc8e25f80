"""The syntax tree: one frozen dataclass per construct, each with its span; two are equal only if they are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from inspect import get_annotations

from synthc.dsl.diagnostic import Diagnostic
from synthc.dsl.expressions import (
    Argument,
    Binary,
    Boolean,
    Call,
    ChoiceType,
    Duration,
    Expression,
    Field,
    Hole,
    Identifier,
    ListOf,
    ListType,
    Name,
    NamedType,
    Nothing,
    Number,
    Path,
    Range,
    Record,
    RecordType,
    Setting,
    Share,
    Slot,
    Syntax,
    Template,
    Text,
    TypeSyntax,
    Unary,
    Weighted,
    WeightedSum,
)
from synthc.dsl.piece import piece
from synthc.dsl.source import Source, Span

__all__ = [
    "AnyItem",
    "Argument",
    "Binary",
    "Boolean",
    "Budget",
    "Call",
    "Case",
    "Cases",
    "ChoiceType",
    "Clause",
    "Declaration",
    "Duration",
    "Edition",
    "Expression",
    "Field",
    "Hole",
    "Identifier",
    "Import",
    "Item",
    "ListOf",
    "ListType",
    "Module",
    "Name",
    "NamedType",
    "Nothing",
    "Number",
    "Path",
    "Piece",
    "Prompt",
    "Publish",
    "Range",
    "Record",
    "RecordType",
    "Setting",
    "Settings",
    "Share",
    "Slot",
    "Step",
    "Syntax",
    "Template",
    "Test",
    "Text",
    "TypeSyntax",
    "Unary",
    "Weighted",
    "WeightedSum",
    "walk",
]

# Blocks


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
    kinds = {kind.__name__ for kind in globals().values() if isinstance(kind, type) and issubclass(kind, Syntax)} | {
        "Expression",
        "TypeSyntax",
    }
    fields = {name: words for base in reversed(cls.__mro__) for name, words in get_annotations(base).items()}
    return tuple(name for name, words in reversed(fields.items()) if kinds.intersection(re.findall(r"\w+", words)))
